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
