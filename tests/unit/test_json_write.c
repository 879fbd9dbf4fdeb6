/* json_write: strings and numbers come back as they were. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "utf8.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static void test_numbers_written(void **state) {
  (void)state;
  static const struct {
    double number;
    const char *text;
  } cases[] = {
    { 0, "0" },
    { -0.0, "-0" },
    { 1, "1" },
    { -1, "-1" },
    { 1795293192345, "1795293192345" },
    { 1e15, "1000000000000000" },
    { 9007199254740991, "9007199254740991" },
    { 9007199254740992, "9007199254740992" },
    { -9007199254740992, "-9007199254740992" },
    { 9223372036854774784.0, "9223372036854774784" },
    { 9223372036854775808.0, "9.223372036854776e+18" },
    { 1e21, "1e+21" },
    { 0.1, "0.1" },
    { -0.1, "-0.1" },
    { 12.5, "12.5" },
    { 99.99, "99.99" },
    { 1.000001, "1.000001" },
    { 0.000001, "1e-06" },
    { 0.0001, "0.0001" },
    { 0.1 + 0.2, "0.30000000000000004" },
    { 1.0 / 3, "0.3333333333333333" },
    { 100.0 / 3, "33.333333333333336" },
    { 123456789.125, "123456789.125" },
    { 5e-324, "4.94065645841247e-324" },
    { 1.7976931348623157e308, "1.7976931348623157e+308" },
    { __builtin_inf(), "null" },
    { -__builtin_inf(), "null" },
    { __builtin_nan(""), "null" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buf out;
    buf_init(&out, 64);
    json_write_number(&out, cases[i].number);
    assert_string_equal(buf_text(&out), cases[i].text);
    buf_free(&out);
  }
}

static uint64_t random_next(uint64_t *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return *seed;
}

static bool has_fraction(double number) {
  return number - number == 0 && (fabs(number) < 1 ? number != 0 : floor(number) != number);
}

/* Any fraction comes back, and is written as printf would with the fewest digits that do it. */
static void test_numbers_come_back(void **state) {
  (void)state;
  uint64_t seed = 88172645463325252;
  for (int i = 0; i < 60000; i++) {
    uint64_t bits = random_next(&seed);
    double number;
    if (i % 3 == 0)
      memcpy(&number, &bits, sizeof number);
    else
      number = (double)((int64_t)bits >> 30) / (i % 3 == 1 ? 1e4 : 3e7);
    if (!has_fraction(number)) continue; /* integers have their own rule, infinity and NaN none */
    char text[64], shortest[64];
    struct buf out;
    buf_init(&out, 64);
    json_write_number(&out, number);
    assert_true(str_copy(buf_str(&out), text, sizeof text));
    buf_free(&out);
    assert_true(strtod(text, NULL) == number);
    for (int precision = 15; precision <= 17; precision++) {
      snprintf(shortest, sizeof shortest, "%.*g", precision, number);
      if (strtod(shortest, NULL) == number) break;
    }
    assert_string_equal(text, shortest);
  }
}

/* Strings of the bytes that are special anywhere come back byte for byte; the UTF-8 form is UTF-8. */
static void test_strings_come_back(void **state) {
  (void)state;
  static const char special[] = "\0\x1F\"\\/u0d8ceD\x7F\x80\x81\xA0\xAF\xB0\xBF\xC0\xC1\xC3\xED\xEE\xF0\x9F\xFF";
  uint64_t seed = 2463534242;
  for (int i = 0; i < 40000; i++) {
    char bytes[40], err[ERR_LEN] = "";
    size_t len = random_next(&seed) % sizeof bytes;
    for (size_t at = 0; at < len; at++) bytes[at] = special[random_next(&seed) % (sizeof special - 1)];
    struct str s = str_of(bytes, len);
    struct arena arena = { 0 };
    struct buf out;
    const struct json *root;
    struct json_item item;
    buf_init(&out, 1024);
    json_write_string(&out, s);
    if (!json_parse(&arena, buf_str(&out), &root, err)) fail_msg("%s: %s", buf_text(&out), err);
    json_read(root, &item);
    if (!str_equal(item.text, s)) fail_msg("%s", buf_text(&out));
    buf_clear(&out);
    json_write_string_utf8(&out, s);
    assert_int_equal(utf8_prefix(buf_str(&out)), out.len);
    assert_true(json_parse(&arena, buf_str(&out), &root, err));
    json_read(root, &item);
    if (utf8_prefix(s) == s.len) assert_true(str_equal(item.text, s));
    buf_free(&out);
    arena_free(&arena);
  }
}

static void test_strings_utf8(void **state) {
  (void)state;
  static const struct {
    struct str bytes;
    const char *text;
  } cases[] = {
    { STR(""), "\"\"" },
    { STR("plain \"text\"\n\0"), "\"plain \\\"text\\\"\\n\\u0000\"" },
    { STR("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"" },
    { STR("a\xFFz"), "\"a\xEF\xBF\xBDz\"" },
    { STR("\xC0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"" },
    { STR("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"" },
    { STR("\xE2\x82"), "\"\xEF\xBF\xBD\"" }, /* cut short */
    { STR("\xE2\x82\"\\"), "\"\xEF\xBF\xBD\\\"\\\\\"" },
    { STR("\xF0\x9F\x98"
          "A\xF4\x90"),
      "\"\xEF\xBF\xBD"
      "A\xEF\xBF\xBD\xEF\xBF\xBD\"" },
    /* Unicode, section 3.9, table 3-11 */
    { STR("a\xF1\x80\x80\xE1\x80\xC2"
          "b\x80"
          "c\x80\xBF"
          "d"),
      "\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
      "b\xEF\xBF\xBD"
      "c\xEF\xBF\xBD\xEF\xBF\xBD"
      "d\"" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buf out;
    buf_init(&out, 1024);
    json_write_string_utf8(&out, cases[i].bytes);
    assert_string_equal(buf_text(&out), cases[i].text);
    buf_free(&out);
  }
}

static void test_ceiling(void **state) {
  (void)state;
  struct buf out;
  buf_init(&out, 6);
  json_write_string(&out, STR("abcd"));
  assert_string_equal(buf_text(&out), "\"abcd\"");
  json_write_string(&out, STR("x"));
  assert_true(out.failed);
  buf_clear(&out);
  json_write_string(&out, STR("abc\""));
  assert_true(out.failed);
  buf_clear(&out);
  json_write_number(&out, 1234567);
  assert_true(out.failed);
  buf_free(&out);
}

/* In ASCII, cut in front of a character and never inside an escape. */
static void test_ascii(void **state) {
  (void)state;
  static const struct {
    struct str string;
    size_t max;
    const char *want;
  } cases[] = {
    { STR(""), 2, "\"\"" },
    { STR("a"), 2, "\"\"" },
    { STR("a"), 3, "\"a\"" },
    { STR("abc"), 4, "\"ab\"" },
    { STR("\"\\/\n\x7F\0"), 100, "\"\\\"\\\\/\\n\\u007f\\u0000\"" },
    { STR("a\n"), 4, "\"a\"" },
    { STR("a\n"), 5, "\"a\\n\"" },
    { STR("\xC3\xBC"), 7, "\"\"" },
    { STR("\xC3\xBC"), 8, "\"\\u00fc\"" },
    { STR("\xE2\x82\xAC\xFF"), 100, "\"\\u20ac\\ufffd\"" },
    { STR("\xF0\x9F\x8C\x99"), 13, "\"\"" },
    { STR("\xF0\x9F\x8C\x99"), 14, "\"\\ud83c\\udf19\"" },
    { STR("\xF4\x8F\xBF\xBF"), 14, "\"\\udbff\\udfff\"" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buf out;
    buf_init(&out, 256);
    json_write_string_ascii(&out, cases[i].string, cases[i].max);
    assert_string_equal(buf_text(&out), cases[i].want);
    buf_free(&out);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_ascii),
    cmocka_unit_test(test_numbers_written),
    cmocka_unit_test(test_numbers_come_back),
    cmocka_unit_test(test_strings_come_back),
    cmocka_unit_test(test_strings_utf8),
    cmocka_unit_test(test_ceiling),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
