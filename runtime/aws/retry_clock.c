#include "retry_clock.h"

#include <time.h>

enum { DATE_LEN = 29 }; /* "Sun, 06 Nov 1994 08:49:37 GMT" */

/* Two or four digits at `from`; -1 when there is something else. */
static int number_at(struct str date, size_t from, size_t digits) {
  int64_t number;
  return str_to_int64(str_slice(date, from, from + digits), &number) ? (int)number : -1;
}

/* 0 to 11, or -1. */
static int month_at(struct str date, size_t from) {
  static const struct str months = STR("JanFebMarAprMayJunJulAugSepOctNovDec");
  size_t found = str_find(months, str_slice(date, from, from + 3), 0);
  return found != SIZE_MAX && found % 3 == 0 ? (int)(found / 3) : -1;
}

static bool is_in(int number, int min, int max) {
  return number >= min && number <= max;
}

bool retry_date_read(struct str date, int64_t *unix_ms) {
  if (date.len != DATE_LEN || !str_ends(date, STR(" GMT"))) return false;
  struct tm utc = { .tm_mday = number_at(date, 5, 2),
                    .tm_mon = month_at(date, 8),
                    .tm_year = number_at(date, 12, 4) - 1900,
                    .tm_hour = number_at(date, 17, 2),
                    .tm_min = number_at(date, 20, 2),
                    .tm_sec = number_at(date, 23, 2) };
  if (!is_in(utc.tm_mday, 1, 31) || utc.tm_mon < 0 || !is_in(utc.tm_year, 70, 8099) || !is_in(utc.tm_hour, 0, 23) ||
      !is_in(utc.tm_min, 0, 59) || !is_in(utc.tm_sec, 0, 60))
    return false;
  *unix_ms = (int64_t)timegm(&utc) * 1000;
  return true;
}

bool retry_clock_differs(struct str date, int64_t our_ms, int64_t *ahead_ms) {
  int64_t theirs;
  if (!retry_date_read(date, &theirs)) return false;
  *ahead_ms = theirs - our_ms;
  return *ahead_ms < -RETRY_CLOCK_TOLERANCE_MS || *ahead_ms > RETRY_CLOCK_TOLERANCE_MS;
}
