/* yaml_kind: what scalars without quotes are. shown: how messages quote what they found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "shown.h"
#include "yaml_kind.h"

#include <cmocka.h> /* last: its fail() is a macro */

static void plain_scalars_have_their_kind(void **state) {
  (void)state;
  static const struct {
    enum yaml_kind want;
    const char *texts[40];
  } cases[] = {
    { YAML_NULL, { "", "~", "null", "Null", "NULL" } },
    { YAML_BOOLEAN, { "true", "True", "TRUE", "false", "False", "FALSE" } },
    { YAML_NUMBER, { "0",      "12",   "-1",    "+7",   "007",   "1_000", "1.5",   "1.",    ".5",   "-.5", "1e3",
                     "1.5E-3", "0x1F", "-0xff", "0o17", "0b1_1", ".inf",  "-.Inf", "+.INF", ".nan", ".NaN" } },
    { YAML_STRING, { "nULL", "yes", "no",       "on",         "tRUE",  "a",        "-",   "+",   ".",     "..",
                     "1a",   "1e",  "e3",       "1.5.1",      "0x",    "0xg",      "0o8", "0b2", "-.nan", "--1",
                     "_1",   "1 2", "$default", "2024-01-01", "12:30", "10.0.0.1", "1e+", "<<" } },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (const char *const *text = cases[i].texts; *text; text++)
      if (yaml_kind_of_plain(str_from(*text)) != cases[i].want) fail_msg("\"%s\" is not of kind %zu", *text, i);
  assert_int_equal(yaml_kind_of_plain(STR("1\0")), YAML_STRING);
  assert_int_equal(yaml_kind_of_plain(STR("\0")), YAML_STRING);
}

static void what_is_shown_is_short_and_harmless(void **state) {
  (void)state;
  static const char ten[] = "0123456789";
  static const struct {
    struct str text;
    const char *want;
  } cases[] = {
    { STR(""), "" },
    { STR("plain"), "plain" },
    { STR("\x1b[31m\r\n\t\0\x7f"), "?[31m?????" },
    { STR("\xC2\x9B"
          "31m \xC3\xBC \xF0\x9F\x98\x80 \xC2\xA0"),
      "?31m \xC3\xBC \xF0\x9F\x98\x80 \xC2\xA0" },
    { STR("a\xFF\xC3"), "a??" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_string_equal(shown_of(cases[i].text).text, cases[i].want);
  char text[200], want[SHOWN_LEN + 1];
  for (size_t i = 0; i < sizeof text; i++) text[i] = ten[i % 10];
  for (size_t length = 0; length <= sizeof text; length++) {
    struct shown shown = shown_of(str_of(text, length));
    str_copy(str_of(text, length), want, sizeof want);
    if (length >= SHOWN_LEN) memcpy(want + SHOWN_LEN - 4, "...", 4);
    assert_string_equal(shown.text, want);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(plain_scalars_have_their_kind),
    cmocka_unit_test(what_is_shown_is_short_and_harmless),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
