/* json, json_cover: documents, and what they hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

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

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_accepted),
    cmocka_unit_test(test_large),
    cmocka_unit_test(test_members),
    cmocka_unit_test(test_reuse),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
