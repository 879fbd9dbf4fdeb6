/* test_retry_settings.c -- what the environment says about retries; the warnings about it are tested end to end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "retry_settings.h"

#include <cmocka.h> /* after ours */

static void test_settings(void **state) {
  (void)state;
  static const struct {
    const char *attempts, *mode;
    int want;
  } cases[] = {
    { "", "", 0 },    { "1", "standard", 1 }, { "100", "STANDARD", 100 }, { "0", "", 0 },
    { "101", "", 0 }, { "-1", "", 0 },        { "two", "", 0 },           { "5", "adaptive", 5 },
    { "5", "x", 5 },  { " 3", "", 0 },        { "2", "legacy", 2 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct retry_settings settings = { .attempts = -1 };
    setenv("AWS_MAX_ATTEMPTS", cases[i].attempts, 1);
    setenv("AWS_RETRY_MODE", cases[i].mode, 1);
    retry_settings_read(&settings);
    assert_int_equal(settings.attempts, cases[i].want);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_settings),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
