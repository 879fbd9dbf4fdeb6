/* Settings and keys from the environment. */
#define _GNU_SOURCE /* setenv */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "credentials.h"

#include <cmocka.h> /* last: its fail() is a macro */

/* NULL unsets. */
static void set(const char *name, const char *value) {
  if (value)
    setenv(name, value, 1);
  else
    unsetenv(name);
}

static void credentials_are_read_each_time(void **state) {
  (void)state;
  static const struct {
    const char *id, *secret, *token;
    const char *names; /* what the sentence names; NULL: read */
  } cases[] = {
    { "AKID", "secret-of-the-test", NULL, NULL },
    { "AKID", "secret-of-the-test", "", NULL },
    { "AKID", "secret-of-the-test", "token-of-the-test==", NULL },
    { NULL, "secret-of-the-test", NULL, "(AWS_ACCESS_KEY_ID is missing)" },
    { "", "secret-of-the-test", NULL, "(AWS_ACCESS_KEY_ID is missing)" },
    { "AKID", NULL, "token-of-the-test", "(AWS_SECRET_ACCESS_KEY is missing)" },
    { "AKID", "", NULL, "(AWS_SECRET_ACCESS_KEY is missing)" },
    { "AKID\n", "secret-of-the-test", NULL, "AWS_ACCESS_KEY_ID holds" },
    { "AKID", "secret-of-the-test ", NULL, "AWS_SECRET_ACCESS_KEY holds" },
    { "AKID", "secret-of-the-test", "token-of-the-test\r\n", "AWS_SESSION_TOKEN holds" },
    { "AKID", "secret-of-the-test\xc3\xbc", NULL, "AWS_SECRET_ACCESS_KEY holds" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct credentials got = { STR("old"), STR("old"), STR("old") };
    char err[ERR_LEN] = "";
    set("AWS_ACCESS_KEY_ID", cases[i].id);
    set("AWS_SECRET_ACCESS_KEY", cases[i].secret);
    set("AWS_SESSION_TOKEN", cases[i].token);
    enum credentials_found found = credentials_read(&got, err);
    bool ok = found == CREDENTIALS_READ;
    if (ok != !cases[i].names) fail_msg("case %zu: %s", i, err);
    assert_true(str_equal(got.access_key_id, str_from(ok ? cases[i].id : "")));
    assert_true(str_equal(got.secret_access_key, str_from(ok ? cases[i].secret : "")));
    assert_true(str_equal(got.session_token, str_from(ok ? cases[i].token : "")));
    if (ok) continue;
    assert_non_null(strstr(err, cases[i].names));
    assert_null(strstr(err, "of-the-test"));
  }
}

static void empty_is_unset(void **state) {
  (void)state;
  set("MOONWIRE_TEST", NULL);
  assert_int_equal(config_get("MOONWIRE_TEST").len, 0);
  set("MOONWIRE_TEST", "");
  assert_int_equal(config_get("MOONWIRE_TEST").len, 0);
  set("MOONWIRE_TEST", "a b");
  assert_true(str_equal(config_get("MOONWIRE_TEST"), STR("a b")));
}

static void numbers_have_a_range(void **state) {
  (void)state;
  static const struct {
    const char *value;
    bool ok;
    int64_t want;
  } cases[] = {
    { NULL, true, 7 },
    { "", true, 7 },
    { "1", true, 1 },
    { "64", true, 64 },
    { "0", false, 7 },
    { "65", false, 7 },
    { "-1", false, 7 },
    { "1.5", false, 7 },
    { " 1", false, 7 },
    { "1x", false, 7 },
    { "0x1", false, 7 },
    { "many", false, 7 },
    { "99999999999999999999", false, 7 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t got = 7;
    char err[ERR_LEN] = "";
    set("MOONWIRE_TEST", cases[i].value);
    assert_int_equal(config_int("MOONWIRE_TEST", 1, 64, &got, err), cases[i].ok);
    assert_int_equal(got, cases[i].want);
    assert_string_equal(err, cases[i].ok ? "" : "MOONWIRE_TEST must be a whole number from 1 to 64");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(credentials_are_read_each_time),
    cmocka_unit_test(empty_is_unset),
    cmocka_unit_test(numbers_have_a_range),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
