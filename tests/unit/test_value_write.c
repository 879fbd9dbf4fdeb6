/* value_write: Lua values to JSON, and what JSON does not have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lua_fixture.h"
#include "value.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static const struct {
  const char *code;
  struct str json;
} written[] = {
  { "return nil", STR("null") },
  { "return null", STR("null") },
  { "return true", STR("true") },
  { "return false", STR("false") },
  { "return 12", STR("12") },
  { "return 2^53", STR("9007199254740992") },
  { "return -(2^53)", STR("-9007199254740992") },
  { "return 0.1", STR("0.1") },
  { "return 'a\\0b\\255\"'", STR("\"a\\u0000b\xFF\\\"\"") },
  { "return ''", STR("\"\"") },
  { "return {}", STR("{}") },
  { "return setmetatable({}, array)", STR("[]") },
  { "return setmetatable({ 1, 2 }, array)", STR("[1,2]") },
  { "return { 1, 'two', { 3 }, {}, false, null }", STR("[1,\"two\",[3],{},false,null]") },
  { "return { a = { b = { c = { 1 } } } }", STR("{\"a\":{\"b\":{\"c\":[1]}}}") },
  { "return { [''] = 1 }", STR("{\"\":1}") },
  { "return { ['1'] = 1 }", STR("{\"1\":1}") },
  /* lists whose keys are not in the order of next() */
  { "local t = {} for i = 5, 1, -1 do t[i] = i end return t", STR("[1,2,3,4,5]") },
  { "local t = { 1, 2, 3 } t[4] = 4 t[6] = 6 t[5] = { 5 } return t", STR("[1,2,3,4,[5],6]") },
  { "return { [3] = 3, [1] = 1, [2] = 2 }", STR("[1,2,3]") },
  { "local t = { 1, 2, 3 } t[3] = nil return t", STR("[1,2]") },
  { "local t = { 1 } t[1] = nil return t", STR("{}") },
  { "local t = setmetatable({ 1 }, array) t[1] = nil return t", STR("[]") },
  /* the same table twice is no cycle */
  { "local t = { 1 } return { t, t, { t } }", STR("[[1],[1],[[1]]]") },
  /* raw: metatables do not take part */
  { "return setmetatable({ 1 }, { __index = error, __len = error, __tostring = error, __pairs = error })", STR("[1]") },
  { "return setmetatable({}, { __index = function() return 1 end })", STR("{}") },
  { "return setmetatable({ a = 1 }, { __index = { b = 2 } })", STR("{\"a\":1}") },
};

static void test_written(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
    struct buf out;
    char err[ERR_LEN] = "";
    buf_init(&out, 4096);
    buf_add(&out, STR("> "));
    lua_settop(L, 0);
    lua_fixture_run(written[i].code);
    lua_settop(L, 1);
    if (!value_to_json(L, 1, &out, err)) fail_msg("%s: %s", written[i].code, err);
    assert_int_equal(lua_gettop(L), 1);
    assert_true(str_starts(buf_str(&out), STR("> "))); /* appended */
    if (!str_equal(str_slice(buf_str(&out), 2, out.len), written[i].json))
      fail_msg("%s became %s", written[i].code, buf_text(&out));
    buf_free(&out);
  }
  lua_settop(L, 0);
}

static const struct {
  const char *code, *message;
} refused[] = {
  { "return print", "$: cannot encode a function" },
  { "return io.stdout", "$: cannot encode a userdata" },
  { "return coroutine.create(print)", "$: cannot encode a thread" },
  { "return 1LL", "$: cannot encode a cdata" },
  { "return 0/0", "$: cannot encode NaN" },
  { "return 1/0", "$: cannot encode infinity" },
  { "return { -1/0 }", "$[1]: cannot encode infinity" },
  { "return { players = { { score = 1 }, { score = print } } }", "$.players[2].score: cannot encode a function" },
  { "return { ['two words'] = { [''] = print } }", "$[\"two words\"][\"\"]: cannot encode a function" },
  { "return { ['1st'] = print }", "$[\"1st\"]: cannot encode a function" },
  { "return { ['\\255\\n'] = print }", "$[\"\xEF\xBF\xBD\\n\"]: cannot encode a function" },
  { "return { ['_a1'] = print }", "$._a1: cannot encode a function" },
  { "local t = { [3] = print, [2] = 2, [1] = 1 } return t", "$[3]: cannot encode a function" },
  /* keys */
  { "return { 1, 2, x = 3 }", "$: cannot encode a list with the key \"x\"" },
  { "return { a = setmetatable({ x = 3 }, array) }", "$.a: cannot encode a list with the key \"x\"" },
  { "return { { [true] = 1 } }", "$[1]: cannot encode an object with a boolean as a key" },
  { "return { [print] = 1 }", "$: cannot encode an object with a function as a key" },
  { "return { [1.5] = 1 }", "$: cannot encode a list with the number 1.5 as a key: keys of objects are strings" },
  { "return { [0] = 1 }", "$: cannot encode a list with the number 0 as a key: keys of objects are strings" },
  { "return { [-1] = 1 }", "$: cannot encode a list with the number -1 as a key: keys of objects are strings" },
  { "return { a = { [42] = 1 } }",
    "$.a: cannot encode a list with holes (elements: 1, highest index: 42): fill them with "
    "json.null, or use strings as keys" },
  { "return { 1, nil, 3 }", "$: cannot encode a list with holes (elements: 2, highest index: 3): fill them with "
                            "json.null, or use strings as keys" },
  { "return setmetatable({ nil, 2 }, array)",
    "$: cannot encode a list with holes (elements: 1, highest index: 2): fill "
    "them with json.null, or use strings as keys" },
  { "return { [2^60] = 1 }", "highest index: 1.1529215046068e+18" },
  { "return { 1, [1/0] = 1 }", "highest index: inf" },
  /* cycles and depth */
  { "local t = {} t.t = t return t", "$.t: cannot encode a cycle: this is $ again" },
  { "local t = { {} } t[1].up = t return { root = t }", "$.root[1].up: cannot encode a cycle: this is $.root again" },
  { "local t = {} for i = 1, 600 do t = { t } end return t", "...: cannot encode more than 512 levels of tables" },
  { "local t = {} for i = 1, 512 do t = { t } end return t", "...: cannot encode more than 512 levels of tables" },
  { "local t = print for i = 1, 400 do t = { a = t } end return t", ".a.a...: cannot encode a function" },
  { "return { [('k'):rep(3000)] = print }", "$.kkkkkkkkkkkk" },
  /* size */
  { "return ('x'):rep(5000)", "the JSON text is longer than 4096 bytes, or memory is short" },
  { "local t = {} for i = 1, 5000 do t[i] = i end return t", "longer than 4096 bytes" },
};

static void test_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    struct buf out;
    char err[ERR_LEN] = "";
    buf_init(&out, 4096);
    buf_add(&out, STR("before"));
    lua_fixture_run(refused[i].code);
    if (value_to_json(L, -1, &out, err)) fail_msg("%s became %s", refused[i].code, buf_text(&out));
    if (!strstr(err, refused[i].message)) fail_msg("%s: %s", refused[i].code, err);
    assert_int_equal(out.len, 6);
    assert_int_equal(lua_gettop(L), 1);
    lua_settop(L, 0);
    buf_free(&out);
  }
}

static void test_deepest(void **state) {
  (void)state;
  struct buf out;
  char err[ERR_LEN] = "";
  buf_init(&out, 4096);
  lua_fixture_run("local t = {} for i = 2, 512 do t = { t } end return t");
  assert_true(value_to_json(L, 1, &out, err));
  lua_fixture_push(buf_str(&out));
  lua_setglobal(L, "v");
  lua_fixture_run("local t, depth = v, 1 while t[1] do t, depth = t[1], depth + 1 end return depth");
  assert_int_equal(lua_tointeger(L, -1), JSON_DEPTH);
  buf_free(&out);
  lua_settop(L, 0);
}

static void test_written_utf8(void **state) {
  (void)state;
  struct buf out;
  char err[ERR_LEN] = "";
  buf_init(&out, 4096);
  lua_fixture_run("return { ['k\\255'] = 'v\\192\\128' }");
  assert_true(value_to_json_utf8(L, 1, &out, err));
  assert_string_equal(buf_text(&out), "{\"k\xEF\xBF\xBD\":\"v\xEF\xBF\xBD\xEF\xBF\xBD\"}");
  buf_free(&out);
  lua_settop(L, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, lua_fixture_open, lua_fixture_close)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_written),
    TEST(test_refused),
    TEST(test_deepest),
    TEST(test_written_utf8),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
