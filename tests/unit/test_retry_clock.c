/* test_retry_clock.c -- the dates of answers, and what they say about our clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "retry_clock.h"

#include <cmocka.h> /* after ours: it makes a macro of fail */

#define S(literal)                                                                                                     \
  { literal, sizeof(literal) - 1 }

static void test_dates(void **state) {
  (void)state;
  static const struct {
    struct str date;
    int64_t want_ms; /* -1: it is none */
  } cases[] = {
    { S("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777000 },
    { S("Thu, 01 Jan 1970 00:00:00 GMT"), 0 },
    { S("Sat, 29 Feb 2020 23:59:59 GMT"), 1583020799000 },
    { S("Fri, 31 Dec 9999 23:59:59 GMT"), 253402300799000 },
    { S(""), -1 },
    { S("Sunday, 06-Nov-94 08:49:37 GMT"), -1 },
    { S("Sun Nov  6 08:49:37 1994"), -1 },
    { S("Sun, 06 Nov 1994 08:49:37 UTC"), -1 },
    { S("Sun, 06 Nov 1994 08:49:37 GM"), -1 },
    { S("Sun, 00 Nov 1994 08:49:37 GMT"), -1 },
    { S("Sun, 32 Nov 1994 08:49:37 GMT"), -1 },
    { S("Sun, 06 ovD 1994 08:49:37 GMT"), -1 },
    { S("Sun, 06 Nov 1969 08:49:37 GMT"), -1 },
    { S("Sun, 06 Nov 1994 24:49:37 GMT"), -1 },
    { S("Sun, 06 Nov 1994 08:60:37 GMT"), -1 },
    { S("Sun, 06 Nov 1994 08:49:61 GMT"), -1 },
    { S("Sun, -6 Nov 1994 08:49:37 GMT"), -1 },
    { S("Sun, 06 Nov 199x 08:49:37 GMT"), -1 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t got = -1;
    bool ok = retry_date_read(cases[i].date, &got);
    if (ok != (cases[i].want_ms >= 0) || got != cases[i].want_ms)
      fail_msg("\"%s\": %lld", cases[i].date.ptr, (long long)got);
  }
}

static void test_clocks(void **state) {
  (void)state;
  static const int64_t date_ms = 784111777000;
  static const struct {
    int64_t behind_ms; /* how far we are behind the date */
    bool want;
  } cases[] = {
    { 0, false }, { 240000, false }, { -240000, false }, { 240001, true }, { -240001, true }, { 3600000, true },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t ahead_ms = -1;
    bool got = retry_clock_differs(STR("Sun, 06 Nov 1994 08:49:37 GMT"), date_ms - cases[i].behind_ms, &ahead_ms);
    assert_int_equal(got, cases[i].want);
    assert_int_equal(ahead_ms, cases[i].behind_ms);
  }
  int64_t ahead_ms = 7;
  assert_false(retry_clock_differs(STR("yesterday"), date_ms, &ahead_ms));
  assert_int_equal(ahead_ms, 7);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_dates), cmocka_unit_test(test_clocks) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
