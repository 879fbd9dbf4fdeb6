/* json_check: what is no JSON is refused, and the message says where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static const struct {
  struct str text;
  const char *message;
} rejected[] = {
  { STR(""), "line 1, column 1 (byte 0): expected a value, found the end of the text" },
  { STR("  "), "line 1, column 3 (byte 2): expected a value, found the end of the text" },
  { STR("\xEF\xBB\xBF"), "line 1, column 1 (byte 0): expected a value, found the end of the text" },
  { STR("\xEF\xBB\xBF\xEF\xBB\xBF[]"), "expected a value, found byte 0xEF" },
  { STR("{\"a\":}"), "line 1, column 6 (byte 5): expected a value, found '}'" },
  { STR("{\n  \"a\": 1,\n  b: 2\n}"), "line 3, column 3 (byte 14): expected a name in quotes, found 'b'" },
  /* structure */
  { STR("["), "(byte 1): expected a value, found the end of the text" },
  { STR("[1"), "(byte 2): expected ',' or ']', found the end of the text" },
  { STR("[1,]"), "(byte 3): expected a value, found ']'" },
  { STR("[,1]"), "(byte 1): expected a value, found ','" },
  { STR("[1,,2]"), "(byte 3): expected a value, found ','" },
  { STR("[1 2]"), "(byte 3): expected ',' or ']', found '2'" },
  { STR("[1}"), "(byte 2): expected ',' or ']', found '}'" },
  { STR("{"), "(byte 1): expected a name in quotes, found the end of the text" },
  { STR("{\"a\""), "(byte 4): expected ':', found the end of the text" },
  { STR("{\"a\":"), "(byte 5): expected a value, found the end of the text" },
  { STR("{\"a\":1"), "(byte 6): expected ',' or '}', found the end of the text" },
  { STR("{\"a\":1,}"), "(byte 7): expected a name in quotes, found '}'" },
  { STR("{\"a\" 1}"), "(byte 5): expected ':', found '1'" },
  { STR("{\"a\":1]"), "(byte 6): expected ',' or '}', found ']'" },
  { STR("{1:2}"), "(byte 1): expected a name in quotes, found '1'" },
  { STR("{'a':1}"), "(byte 1): expected a name in quotes, found '''" },
  { STR("]"), "(byte 0): expected a value, found ']'" },
  { STR("1 2"), "(byte 2): expected the end of the text, found '2'" },
  { STR("{}}"), "(byte 2): expected the end of the text, found '}'" },
  { STR("[] // comment"), "(byte 3): expected the end of the text, found '/'" },
  { STR("[1]\0"), "(byte 3): expected the end of the text, found byte 0x00" },
  { STR("\0"), "(byte 0): expected a value, found byte 0x00" },
  { STR("[1,\v2]"), "(byte 3): expected a value, found byte 0x0B" },
  { STR("[1,\xC2\xA0"
        "2]"),
    "(byte 3): expected a value, found byte 0xC2" },
  { STR("[1\xC0]"), "(byte 2): expected ',' or ']', found byte 0xC0" },
  /* words */
  { STR("nul"), "(byte 0): expected a value, found 'n'" },
  { STR("nulL"), "(byte 0): expected a value, found 'n'" },
  { STR("True"), "(byte 0): expected a value, found 'T'" },
  { STR("truely"), "(byte 4): expected the end of the text, found 'l'" },
  { STR("NaN"), "(byte 0): expected a value, found 'N'" },
  { STR("Infinity"), "(byte 0): expected a value, found 'I'" },
  { STR("undefined"), "(byte 0): expected a value, found 'u'" },
  /* numbers */
  { STR("01"), "(byte 1): expected the end of the text, found '1'" },
  { STR("-01"), "(byte 2): expected the end of the text, found '1'" },
  { STR("[00]"), "(byte 2): expected ',' or ']', found '0'" },
  { STR("+1"), "(byte 0): expected a value, found '+'" },
  { STR("-"), "(byte 1): expected a digit, found the end of the text" },
  { STR("--1"), "(byte 1): expected a digit, found '-'" },
  { STR("-a"), "(byte 1): expected a digit, found 'a'" },
  { STR(".5"), "(byte 0): expected a value, found '.'" },
  { STR("-.5"), "(byte 1): expected a digit, found '.'" },
  { STR("1."), "(byte 2): expected a digit, found the end of the text" },
  { STR("1.e5"), "(byte 2): expected a digit, found 'e'" },
  { STR("[1.]"), "(byte 3): expected a digit, found ']'" },
  { STR("1e"), "(byte 2): expected a digit, found the end of the text" },
  { STR("1e+"), "(byte 3): expected a digit, found the end of the text" },
  { STR("1e1.5"), "(byte 3): expected the end of the text, found '.'" },
  { STR("1.5.5"), "(byte 3): expected the end of the text, found '.'" },
  { STR("0x10"), "(byte 1): expected the end of the text, found 'x'" },
  { STR("1_000"), "(byte 1): expected the end of the text, found '_'" },
  { STR("-Infinity"), "(byte 1): expected a digit, found 'I'" },
  { STR("[1e400]"), "(byte 1): expected a number that a double can hold, found '1'" },
  { STR("-1e309"), "(byte 0): expected a number that a double can hold, found '-'" },
  { STR("1.8e308"), "(byte 0): expected a number that a double can hold, found '1'" },
  /* strings */
  { STR("\""), "(byte 1): expected a closing quote, found the end of the text" },
  { STR("\"abc"), "(byte 4): expected a closing quote, found the end of the text" },
  { STR("\"a\nb\""), "(byte 2): expected an escape instead of a control character, found byte 0x0A" },
  { STR("\"a\tb\""), "(byte 2): expected an escape instead of a control character, found byte 0x09" },
  { STR("\"\0\""), "(byte 1): expected an escape instead of a control character, found byte 0x00" },
  { STR("\"0123456789\x1F\""), "(byte 11): expected an escape instead of a control character, found byte 0x1F" },
  { STR("\"\\"), "(byte 2): expected one of \" \\ / b f n r t u behind a backslash, found the end of the text" },
  { STR("\"\\\""), "(byte 3): expected a closing quote, found the end of the text" },
  { STR("\"\\x41\""), "(byte 2): expected one of \" \\ / b f n r t u behind a backslash, found 'x'" },
  { STR("\"\\'\""), "(byte 2): expected one of \" \\ / b f n r t u behind a backslash, found '''" },
  { STR("\"\\\0\""), "(byte 2): expected one of \" \\ / b f n r t u behind a backslash, found byte 0x00" },
  { STR("\"\\U0041\""), "(byte 2): expected one of \" \\ / b f n r t u behind a backslash, found 'U'" },
  { STR("\"\\u"), "(byte 3): expected four hexadecimal digits behind \\u, found the end of the text" },
  { STR("\"\\u00\""), "(byte 3): expected four hexadecimal digits behind \\u, found '0'" },
  { STR("\"\\u00G0\""), "(byte 3): expected four hexadecimal digits behind \\u, found '0'" },
  { STR("\"\\u+041\""), "(byte 3): expected four hexadecimal digits behind \\u, found '+'" },
  { STR("\"\\ud800\\u\""), "(byte 9): expected four hexadecimal digits behind \\u, found '\"'" },
  { STR("{\"a\\q\":1}"), "(byte 4): expected one of \" \\ / b f n r t u behind a backslash, found 'q'" },
};

static void test_rejected(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof rejected / sizeof *rejected; i++) {
    struct arena arena = { 0 };
    const struct json *root = (const struct json *)&arena;
    char err[ERR_LEN] = "";
    char *exact = malloc(rejected[i].text.len + 1); /* so that a sanitizer sees a step beyond the end */
    assert_non_null(exact);
    memcpy(exact + 1, rejected[i].text.ptr, rejected[i].text.len);
    if (json_parse(&arena, str_of(exact + 1, rejected[i].text.len), &root, err))
      fail_msg("%s was accepted", rejected[i].text.ptr);
    if (!strstr(err, rejected[i].message)) fail_msg("%s: %s", rejected[i].text.ptr, err);
    assert_null(root);
    free(exact);
    arena_free(&arena);
  }
}

static void test_missing_text(void **state) {
  (void)state;
  struct arena arena = { 0 };
  const struct json *root;
  char err[ERR_LEN] = "";
  assert_false(json_parse(&arena, str_of(NULL, 0), &root, err));
  assert_false(json_parse(&arena, str_of(NULL, 0), &root, NULL)); /* nobody wants the sentence */
  assert_string_equal(err, "line 1, column 1 (byte 0): expected a value, found the end of the text");
  arena_free(&arena);
}

/* Parses `depth` times `open`, and as many `close`. */
static bool parse_nested(const char *open, const char *close, size_t depth, char err[ERR_LEN]) {
  struct arena arena = { 0 };
  struct buf text;
  const struct json *root;
  buf_init(&text, SIZE_MAX / 2);
  for (size_t i = 0; i < depth; i++) buf_add(&text, str_from(open));
  if (strcmp(open, "[") != 0) buf_add(&text, STR("1"));
  for (size_t i = 0; i < depth; i++) buf_add(&text, str_from(close));
  bool ok = json_parse(&arena, buf_str(&text), &root, err);
  buf_free(&text);
  arena_free(&arena);
  return ok;
}

static void test_depth(void **state) {
  (void)state;
  static const struct {
    const char *open, *close;
    size_t depth;
    const char *message; /* NULL: accepted */
  } cases[] = {
    { "[", "]", JSON_DEPTH, NULL },
    { "{\"\\u0000\":", "}", JSON_DEPTH, NULL }, /* covered: walked once more */
    { "[", "]", JSON_DEPTH + 1, "(byte 512): expected at most 512 levels of nesting, found '['" },
    { "{\"a\":", "}", JSON_DEPTH + 1, "(byte 2560): expected at most 512 levels of nesting, found '{'" },
    { "[", "]", 1000000, "(byte 512): expected at most 512 levels of nesting, found '['" },
    { "[", "", 1000000, "(byte 512): expected at most 512 levels of nesting, found '['" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char err[ERR_LEN] = "";
    assert_int_equal(parse_nested(cases[i].open, cases[i].close, cases[i].depth, err), cases[i].message == NULL);
    if (cases[i].message) assert_non_null(strstr(err, cases[i].message));
  }
}

/* Numbers of more digits than a double needs, and too many for one. */
static void test_long_numbers(void **state) {
  (void)state;
  char text[1002];
  struct arena arena = { 0 };
  const struct json *root;
  struct json_item item;
  char err[ERR_LEN] = "";
  memset(text, '1', sizeof text);
  assert_true(json_parse(&arena, str_of(text, 309), &root, err));
  json_read(root, &item);
  assert_true(item.number > 1.1e308 && item.number < 1.2e308);
  assert_false(json_parse(&arena, str_of(text, 310), &root, err));
  text[1] = '.';
  assert_true(json_parse(&arena, str_of(text, 1000), &root, err));
  json_read(root, &item);
  assert_true(item.number == 1.1111111111111111);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_rejected),
    cmocka_unit_test(test_missing_text),
    cmocka_unit_test(test_depth),
    cmocka_unit_test(test_long_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
