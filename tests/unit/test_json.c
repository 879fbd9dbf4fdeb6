/* json, json_check, json_cover, json_write: documents and the writing of strings and numbers. */
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

/* Writes a document again: what the tree holds, in one line. */
static void dump(struct buf *out, const struct json *node) {
  static const char *const words[] = { [JSON_NULL] = "null", [JSON_FALSE] = "false", [JSON_TRUE] = "true" };
  struct json_item item;
  json_read(node, &item);
  if (item.named) {
    json_write_string(out, item.name);
    buf_add_char(out, ':');
  }
  if (item.type == JSON_NUMBER) {
    json_write_number(out, item.number);
  } else if (item.type == JSON_STRING) {
    json_write_string(out, item.text);
  } else if (item.type == JSON_ARRAY || item.type == JSON_OBJECT) {
    buf_add_char(out, item.type == JSON_ARRAY ? '[' : '{');
    struct json_item child;
    for (const struct json *at = item.first; at; at = child.next) {
      if (at != item.first) buf_add_char(out, ',');
      dump(out, at);
      json_read(at, &child);
    }
    buf_add_char(out, item.type == JSON_ARRAY ? ']' : '}');
  } else {
    buf_add(out, str_from(words[item.type]));
  }
}

struct accepted {
  struct str text, again;
};

#define SAME(literal)                                                                                                  \
  { STR(literal), STR(literal) }

static const struct accepted accepted[] = {
  SAME("null"),
  SAME("true"),
  SAME("false"),
  SAME("0"),
  SAME("-0"),
  SAME("\"\""),
  SAME("[]"),
  SAME("{}"),
  SAME("[[],{},[[]],{\"\":{}}]"),
  SAME("{\"a\":1,\"A\":2,\"a\":3}"),
  SAME("[null,true,false,1,\"x\"]"),
  SAME("9007199254740992"),
  SAME("-9007199254740991"),
  SAME("[0.1,-0.5,1.25,3.141592653589793,4.94065645841247e-324,1.7976931348623157e+308]"),
  SAME("\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u0001\\u001f\""),
  SAME("\"\x7F \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\""), /* delete, two, three, four bytes */
  SAME("\"\xED\x9F\xBF\xEE\x80\x80\""),                    /* U+D7FF and U+E000 are no surrogates */
  { STR(" \t\r\n[ 1 , 2 ]\n"), STR("[1,2]") },
  { STR("{ \"a\" : [ ] , \"b\" : { } }"), STR("{\"a\":[],\"b\":{}}") },
  { STR("\xEF\xBB\xBF{}"), STR("{}") }, /* byte order mark */
  { STR("\"\\/\\u0041\\u00e9\\u20AC\""), STR("\"/A\xC3\xA9\xE2\x82\xAC\"") },
  { STR("\"\\ud83d\\ude00\""), STR("\"\xF0\x9F\x98\x80\"") },
  { STR("[1E2,1e+2,1e-2,-1.5e1,100000000000000000000]"), STR("[100,100,0.01,-15,1e+20]") },
  { STR("1e-400"), STR("0") },
  { STR("0.00000000000000000000000000000000000000000000000000000000001e59"), STR("1") },
  { STR("1e0000000000000000000000001"), STR("10") },
  /* NUL, and the bytes that stand for it while cJSON reads */
  SAME("\"\\u0000\\u0000a\\u0000\""),
  SAME("{\"\\u0000\":1,\"a\\u0000b\":\"\\u0000\"}"),
  SAME("\"\xC0\""),
  SAME("\"\xC0\x80\""),
  SAME("\"\xC0\x81\\u0000\xC0\xC0\\u0000\x80\""),
  SAME("[\"\\\\u0000\",\"\\\\\\u0000\"]"),
  /* unpaired surrogates */
  SAME("\"\\ud800\""),
  SAME("\"\\udc00\\ud800\""),
  SAME("\"\\udfff x \\udbff\""),
  SAME("\"\\ud83d\xF0\x9F\x98\x80\\ude00\""),
  { STR("\"\\ud83d\\ud83d\\ude00\\ude00\""), STR("\"\\ud83d\xF0\x9F\x98\x80\\ude00\"") },
  { STR("\"\\uD800\\u0041\""), STR("\"\\ud800A\"") },
  { STR("\"\xED\xA0\x80\""), STR("\"\\ud800\"") },                         /* the same value */
  SAME("\"\xED\xA0\x80\xED\xB0\x80\""),                                    /* but two escapes would be one character */
  { STR("\"\\ud800\xED\xB0\x80\""), STR("\"\xED\xA0\x80\xED\xB0\x80\"") }, /* the same bytes, from a mixture */
  /* invalid UTF-8 stays */
  SAME("\"\x80\xBF\xFE\xFF\xC3\""),
  SAME("\"\xED\xA0\""),
  SAME("{\"\xFF\":\"\xF5\x80\x80\x80\"}"),
};

static void test_accepted(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
    struct arena arena = { 0 };
    struct buf out;
    const struct json *root;
    char err[ERR_LEN] = "";
    buf_init(&out, 4096);
    if (!json_parse(&arena, accepted[i].text, &root, err)) fail_msg("%s: %s", accepted[i].text.ptr, err);
    dump(&out, root);
    if (!str_equal(buf_str(&out), accepted[i].again)) fail_msg("%s became %s", accepted[i].text.ptr, buf_text(&out));
    buf_free(&out);
    arena_free(&arena);
  }
}

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

/* A string of `size` bytes inside an object, with a NUL in front of its last byte when `nul` is set. */
static void check_large(size_t size, bool nul) {
  struct arena arena = { 0 };
  struct buf text;
  const struct json *root;
  char err[ERR_LEN] = "", *body = malloc(size);
  assert_non_null(body);
  for (size_t i = 0; i < size; i++) body[i] = (char)('a' + i % 26);
  if (nul) body[size - 2] = '\0';
  buf_init(&text, 2 * size + 100);
  buf_add(&text, STR("{\"body\":"));
  json_write_string(&text, str_of(body, size));
  buf_add(&text, STR("}"));
  if (!json_parse(&arena, buf_str(&text), &root, err)) fail_msg("%s", err);
  assert_true(str_equal(json_member_text(root, STR("body")), str_of(body, size)));
  buf_free(&text);
  free(body);
  arena_free(&arena);
}

static void test_large(void **state) {
  (void)state;
  check_large(128 * 1024, false);
  check_large(128 * 1024, true);
  check_large(6 * 1024 * 1024, false);
  check_large(6 * 1024 * 1024, true);
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

static void test_members(void **state) {
  (void)state;
  struct arena arena = { 0 };
  const struct json *root;
  char err[ERR_LEN] = "";
  assert_true(json_parse(&arena,
                         STR("{\"Token\":\"A\",\"token\":\"b\",\"n\":5,\"token\":\"c\",\"a\\u0000\":\"nul\","
                             "\"list\":[1,2,3]}"),
                         &root, err));
  static const struct {
    struct str name, text;
  } cases[] = {
    { STR("Token"), STR("A") }, { STR("token"), STR("c") }, /* the last one */
    { STR("TOKEN"), STR("") },  { STR("a"), STR("") },      { STR("a\0"), STR("nul") },
    { STR("n"), STR("") },      { STR(""), STR("") },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_true(str_equal(json_member_text(root, cases[i].name), cases[i].text));
  assert_int_equal(json_count(root), 6);
  assert_int_equal(json_count(json_member(root, STR("list"))), 3);
  assert_int_equal(json_count(json_member(root, STR("n"))), 0);
  assert_null(json_member(json_member(root, STR("list")), STR("x")));
  assert_null(json_member(NULL, STR("x")));
  arena_free(&arena);
}

/* The tree borrows nothing from the text, and an arena serves one document after the other. */
static void test_reuse(void **state) {
  (void)state;
  struct arena arena = { 0 };
  for (int i = 0; i < 100; i++) {
    char text[] = "{\"name\":\"value \\u0000\"}", err[ERR_LEN] = "";
    const struct json *root;
    if (i % 2) memcpy(text + 15, "------", 6);
    arena_reset(&arena);
    assert_true(json_parse(&arena, str_from(text), &root, err));
    memset(text, '!', sizeof text);
    assert_true(str_equal(json_member_text(root, STR("name")), i % 2 ? STR("value ------") : STR("value \0")));
  }
  arena_free(&arena);
}

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

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_accepted),
    cmocka_unit_test(test_rejected),
    cmocka_unit_test(test_missing_text),
    cmocka_unit_test(test_depth),
    cmocka_unit_test(test_large),
    cmocka_unit_test(test_long_numbers),
    cmocka_unit_test(test_members),
    cmocka_unit_test(test_reuse),
    cmocka_unit_test(test_numbers_written),
    cmocka_unit_test(test_numbers_come_back),
    cmocka_unit_test(test_strings_come_back),
    cmocka_unit_test(test_strings_utf8),
    cmocka_unit_test(test_ceiling),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
