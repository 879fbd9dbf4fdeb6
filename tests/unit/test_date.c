/* date: against gmtime_r of the C library, and the form of RFC 3339. */
#define _GNU_SOURCE /* gmtime_r */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "date.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static const int64_t DAY = 24 * 60 * 60, YEAR_9999 = INT64_C(253402300799);

static void check(int64_t seconds) {
  time_t time = (time_t)seconds;
  struct tm want;
  struct date got = date_from_unix(seconds);
  assert_non_null(gmtime_r(&time, &want));
  if (got.year != want.tm_year + 1900 || got.month != want.tm_mon + 1 || got.day != want.tm_mday ||
      got.hour != want.tm_hour || got.minute != want.tm_min || got.second != want.tm_sec)
    fail_msg("%lld: %lld-%d-%d %d:%d:%d", (long long)seconds, (long long)got.year, got.month, got.day, got.hour,
             got.minute, got.second);
}

static void test_every_day(void **state) {
  (void)state;
  for (int64_t seconds = 0; seconds <= YEAR_9999; seconds += DAY) check(seconds);            /* midnight ... */
  for (int64_t seconds = DAY - 1; seconds <= YEAR_9999; seconds += 97 * DAY) check(seconds); /* ... and before it */
}

static void test_odd_times(void **state) {
  (void)state;
  static const int64_t times[] = { 0,
                                   1,
                                   59,
                                   60,
                                   3599,
                                   3600,
                                   INT32_MAX,
                                   INT64_C(1) << 31,
                                   UINT32_MAX,
                                   -1,
                                   -86400,
                                   -86401,
                                   951782400 /* 2000-02-29 */,
                                   4107456000 /* 2100-02-28 */,
                                   4107542400 /* 2100-03-01 */,
                                   YEAR_9999,
                                   YEAR_9999 + 1,
                                   -62135596800 /* year 1 */,
                                   -62167219200 /* year 0 */ };
  for (size_t i = 0; i < sizeof times / sizeof *times; i++) check(times[i]);
  for (int64_t seconds = -62135596800; seconds < YEAR_9999; seconds += 7919 * 1009) check(seconds);
}

static void test_written(void **state) {
  (void)state;
  static const struct {
    int64_t unix_ms;
    struct str want;
  } cases[] = {
    { 0, STR("1970-01-01T00:00:00.000Z") },
    { INT64_C(2147483647) * 1000 + 7, STR("2038-01-19T03:14:07.007Z") },
    { INT64_C(2147483648) * 1000 + 45, STR("2038-01-19T03:14:08.045Z") },
    { INT64_C(951827696789), STR("2000-02-29T12:34:56.789Z") },
    { INT64_C(4107542399999), STR("2100-02-28T23:59:59.999Z") },
    { INT64_C(253402300799999), STR("9999-12-31T23:59:59.999Z") },
    { -1, STR("1969-12-31T23:59:59.999Z") },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buf text;
    buf_init(&text, 64);
    date_write(&text, cases[i].unix_ms);
    if (!str_equal(buf_str(&text), cases[i].want)) fail_msg("case %zu: %.*s", i, STR_ARG(buf_str(&text)));
    buf_free(&text);
  }
}

static void test_read(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int64_t want; /* -1: refused */
  } cases[] = {
    { "1970-01-01T00:00:00Z", 0 },
    { "2019-05-29T00:21:43Z", INT64_C(1559089303000) },
    { "2019-05-29T00:21:43.5Z", INT64_C(1559089303500) },
    { "2019-05-29T00:21:43.123456789Z", INT64_C(1559089303123) },
    { "2019-05-29t00:21:43.007z", INT64_C(1559089303007) },
    { "2019-05-29T02:21:43+02:00", INT64_C(1559089303000) },
    { "2019-05-28T18:51:43.25-05:30", INT64_C(1559089303250) },
    { "2000-02-29T12:34:56.789Z", INT64_C(951827696789) },
    { "2016-12-31T23:59:60Z", INT64_C(1483228800000) },
    { "9999-12-31T23:59:59.999Z", INT64_C(253402300799999) },
    { "", -1 },
    { "2019-05-29", -1 },
    { "2019-05-29T00:21:43", -1 },
    { "2019-05-29 00:21:43Z", -1 },
    { "2019-05-29T00:21Z", -1 },
    { "2019-05-29T00:21:43.Z", -1 },
    { "2019-05-29T00:21:43Zx", -1 },
    { "2019-05-29T00:21:43+2:00", -1 },
    { "2019-05-29T00:21:43+02:00x", -1 },
    { "2019-05-29T00:21:43+24:00", -1 },
    { "2019-05-29T00:21:43+02:60", -1 },
    { "2019-05-29T00:21:43*02:00", -1 },
    { "2019-02-29T00:21:43Z", -1 },
    { "2019-13-29T00:21:43Z", -1 },
    { "2019-00-29T00:21:43Z", -1 },
    { "2019-05-00T00:21:43Z", -1 },
    { "2019-05-29T24:21:43Z", -1 },
    { "2019-05-29T00:60:43Z", -1 },
    { "2019-05-29T00:21:61Z", -1 },
    { "0000-05-29T00:21:43Z", -1 },
    { "19-05-29T00:21:43Z", -1 },
    { "2019-5-29T00:21:43Z", -1 },
    { "-019-05-29T00:21:43Z", -1 },
    { "1559089303", -1 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t got = -1;
    bool ok = date_read(str_from(cases[i].text), &got);
    if (ok != (cases[i].want >= 0) || got != cases[i].want) fail_msg("%s: %lld", cases[i].text, (long long)got);
  }
}

/* What is written is read again; each cut of it is none. */
static void test_read_back(void **state) {
  (void)state;
  for (int64_t unix_ms = 7; unix_ms < YEAR_9999 * 1000; unix_ms += INT64_C(86399) * 997 * 1000 + 11) {
    struct buf text;
    int64_t got;
    buf_init(&text, 64);
    date_write(&text, unix_ms);
    assert_true(date_read(buf_str(&text), &got));
    assert_int_equal(got, unix_ms);
    for (size_t len = 0; len < text.len; len++) assert_false(date_read(str_of(text.ptr, len), &got));
    buf_free(&text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_every_day), cmocka_unit_test(test_odd_times), cmocka_unit_test(test_written),
    cmocka_unit_test(test_read),      cmocka_unit_test(test_read_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
