#include "date.h"

enum {
  DAY_S = 24 * 60 * 60,
  ERA_DAYS = 146097, /* 400 years: then the calendar repeats itself */
  EPOCH_DAY = 719468 /* days from 0000-03-01 to 1970-01-01 */
};

/* The quotient rounded down; *rest is never negative. */
static int64_t divide(int64_t number, int64_t by, int64_t *rest) {
  *rest = number % by;
  if (*rest < 0) *rest += by;
  return (number - *rest) / by;
}

/* Years are counted from March here, so that a leap day is the last of its year. */
static void set_day(struct date *date, int64_t unix_days) {
  int64_t day, era = divide(unix_days + EPOCH_DAY, ERA_DAYS, &day); /* day of its era: 0 to 146096 */
  int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
  int64_t of_year = day - (365 * year + year / 4 - year / 100);
  int64_t month = (5 * of_year + 2) / 153; /* 0 is March; five months have 153 days */
  date->day = (int)(of_year - (153 * month + 2) / 5 + 1);
  date->month = (int)(month < 10 ? month + 3 : month - 9);
  date->year = year + era * 400 + (date->month <= 2);
}

struct date date_from_unix(int64_t seconds) {
  struct date date;
  int64_t second;
  set_day(&date, divide(seconds, DAY_S, &second));
  date.hour = (int)(second / 3600);
  date.minute = (int)(second / 60 % 60);
  date.second = (int)(second % 60);
  return date;
}

/* At least `width` digits. */
static void add_number(struct buf *b, int64_t number, int width) {
  int64_t least = 1;
  while (--width > 0) least *= 10;
  for (; least > 1 && number < least; least /= 10) buf_add_char(b, '0');
  buf_add_int(b, number);
}

void date_write(struct buf *b, int64_t unix_ms) {
  int64_t ms;
  struct date date = date_from_unix(divide(unix_ms, 1000, &ms));
  add_number(b, date.year, 4);
  buf_add_char(b, '-');
  add_number(b, date.month, 2);
  buf_add_char(b, '-');
  add_number(b, date.day, 2);
  buf_add_char(b, 'T');
  add_number(b, date.hour, 2);
  buf_add_char(b, ':');
  add_number(b, date.minute, 2);
  buf_add_char(b, ':');
  add_number(b, date.second, 2);
  buf_add_char(b, '.');
  add_number(b, ms, 3);
  buf_add_char(b, 'Z');
}

/* Days from 1970-01-01; the inverse of set_day. */
static int64_t day_number(const struct date *date) {
  int64_t year = date->year - (date->month <= 2), month = date->month > 2 ? date->month - 3 : date->month + 9;
  return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + date->day - 1 - EPOCH_DAY;
}

/* Cuts `digits` digits off the front, and the character behind them when it is not 0, into *number. */
static bool cut_number(struct str *text, size_t digits, char behind, int *number) {
  int64_t value;
  size_t len = digits + (behind != 0);
  if (text->len < len || !str_to_int64(str_slice(*text, 0, digits), &value)) return false;
  if (behind && text->ptr[digits] != behind) return false;
  *text = str_slice(*text, len, text->len);
  *number = (int)value;
  return true;
}

/* ".345678" into milliseconds; none is 0. */
static bool cut_fraction(struct str *text, int *ms) {
  size_t end = 1;
  *ms = 0;
  if (!str_starts(*text, STR("."))) return true;
  for (int unit = 100; end < text->len && text->ptr[end] >= '0' && text->ptr[end] <= '9'; end++, unit /= 10)
    *ms += (text->ptr[end] - '0') * unit;
  *text = str_slice(*text, end, text->len);
  return end > 1;
}

/* "Z", "+05:30", "-08:00": how far the clock there is ahead of UTC, in seconds. */
static bool read_offset(struct str text, int *ahead_s) {
  int sign = str_starts(text, STR("-")) ? -1 : 1, hours, minutes;
  *ahead_s = 0;
  if (str_equal_nocase(text, STR("Z"))) return true;
  if (!str_starts(text, STR("+")) && sign > 0) return false;
  text = str_slice(text, 1, text.len);
  if (!cut_number(&text, 2, ':', &hours) || !cut_number(&text, 2, 0, &minutes) || text.len > 0) return false;
  *ahead_s = sign * (hours * 60 + minutes) * 60;
  return hours < 24 && minutes < 60;
}

/* Days that the calendar has not come out as others; the 60th second is a leap second. */
static bool is_possible(const struct date *date) {
  struct date same;
  if (date->year < 1 || date->month < 1 || date->month > 12) return false;
  set_day(&same, day_number(date));
  return same.day == date->day && same.month == date->month && date->hour < 24 && date->minute < 60 &&
         date->second <= 60;
}

bool date_read(struct str text, int64_t *unix_ms) {
  struct date date;
  int year, ms, ahead_s;
  if (!cut_number(&text, 4, '-', &year) || !cut_number(&text, 2, '-', &date.month) ||
      !cut_number(&text, 2, 0, &date.day) || text.len == 0 || (text.ptr[0] != 'T' && text.ptr[0] != 't'))
    return false;
  text = str_slice(text, 1, text.len);
  if (!cut_number(&text, 2, ':', &date.hour) || !cut_number(&text, 2, ':', &date.minute) ||
      !cut_number(&text, 2, 0, &date.second) || !cut_fraction(&text, &ms) || !read_offset(text, &ahead_s))
    return false;
  date.year = year;
  if (!is_possible(&date)) return false;
  int64_t second = date.hour * 3600 + date.minute * 60 + date.second - ahead_s;
  *unix_ms = (day_number(&date) * DAY_S + second) * 1000 + ms;
  return true;
}
