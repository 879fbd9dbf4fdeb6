/* value: JSON to Lua values and back, in a Lua state of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "value.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static lua_State *L;

static int set_up(void **state) {
  (void)state;
  L = luaL_newstate();
  luaL_openlibs(L);
  lua_pushlightuserdata(L, NULL);
  lua_setglobal(L, "null");
  value_push_array_metatable(L);
  lua_setglobal(L, "array");
  return 0;
}

/* What a test leaves on the stack is a failure of the code under test. */
static int tear_down(void **state) {
  (void)state;
  int top = lua_gettop(L);
  lua_close(L);
  return top;
}

/* Leaves the results of the code on the stack. */
static void run(const char *code) {
  if (luaL_dostring(L, code)) fail_msg("%s: %s", code, lua_tostring(L, -1));
}

static void push_text(struct str text) {
  char err[ERR_LEN] = "";
  int top = lua_gettop(L);
  if (!value_push_json(L, text, err)) fail_msg("%s: %s", text.ptr, err);
  assert_int_equal(lua_gettop(L), top + 1);
}

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
    run(written[i].code);
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
    run(refused[i].code);
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
  run("local t = {} for i = 2, 512 do t = { t } end return t");
  assert_true(value_to_json(L, 1, &out, err));
  push_text(buf_str(&out));
  lua_setglobal(L, "v");
  run("local t, depth = v, 1 while t[1] do t, depth = t[1], depth + 1 end return depth");
  assert_int_equal(lua_tointeger(L, -1), JSON_DEPTH);
  buf_free(&out);
  lua_settop(L, 0);
}

static void test_written_utf8(void **state) {
  (void)state;
  struct buf out;
  char err[ERR_LEN] = "";
  buf_init(&out, 4096);
  run("return { ['k\\255'] = 'v\\192\\128' }");
  assert_true(value_to_json_utf8(L, 1, &out, err));
  assert_string_equal(buf_text(&out), "{\"k\xEF\xBF\xBD\":\"v\xEF\xBF\xBD\xEF\xBF\xBD\"}");
  buf_free(&out);
  lua_settop(L, 0);
}

/* The chunk gets the decoded value and returns whether it is right. */
static const struct {
  struct str json;
  const char *check;
} pushed[] = {
  { STR("null"), "local v = ... return v == null and v ~= nil" },
  { STR("true"), "return ... == true" },
  { STR("false"), "return ... == false" },
  { STR("-12.5"), "return ... == -12.5" },
  { STR("9007199254740993"), "return ... == 2^53" },
  { STR("-0"), "return 1 / ... == -1/0" },
  { STR("\"\""), "return ... == ''" },
  { STR("\"a\\u0000b\\u0000\""), "return ... == 'a\\0b\\0'" },
  { STR("\"\xC0\\u0000\x80\xC0\x81\xFF\""), "return ... == '\\192\\0\\128\\192\\129\\255'" },
  { STR("\"\\ud800\""), "return ... == '\\237\\160\\128'" },
  { STR("[]"), "local v = ... return next(v) == nil and getmetatable(v) == array" },
  { STR("{}"), "local v = ... return next(v) == nil and getmetatable(v) == nil" },
  { STR("[1,[2],{\"a\":[]}]"),
    "local v = ... return #v == 3 and v[1] == 1 and v[2][1] == 2 and getmetatable(v[3].a) == array" },
  { STR("[null,null]"), "local v = ... return #v == 2 and v[1] == null and v[2] == null" },
  { STR("{\"a\":1,\"A\":2,\"a\":3}"), "local v = ... return v.a == 3 and v.A == 2" },
  { STR("{\"a\":1,\"a\":null}"), "local v = ... return v.a == null" },
  { STR("{\"\":1,\"1\":2,\"a\\u0000\":3,\"\\ud800\":4}"), "local v = ... return v[''] == 1 and v['1'] == 2 and v[1] == "
                                                          "nil and v['a\\0'] == 3 and v['\\237\\160\\128'] == 4" },
};

static void test_pushed(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof pushed / sizeof *pushed; i++) {
    assert_int_equal(luaL_loadstring(L, pushed[i].check), 0);
    push_text(pushed[i].json);
    assert_int_equal(lua_pcall(L, 1, 1, 0), 0);
    if (!lua_toboolean(L, -1)) fail_msg("%s: not so: %s", pushed[i].json.ptr, pushed[i].check);
    lua_settop(L, 0);
  }
}

static void test_not_pushed(void **state) {
  (void)state;
  static const struct str texts[] = {
    STR(""), STR("{"), STR("[1,"), STR("{\"a\":1}}"), STR("\"\\ud8\""), STR("[1e999]")
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    char err[ERR_LEN] = "";
    assert_false(value_push_json(L, texts[i], err));
    assert_true(str_starts(str_from(err), STR("line 1, column ")));
    assert_int_equal(lua_gettop(L), 0);
  }
}

static void test_drop_nulls(void **state) {
  (void)state;
  static const struct {
    struct str json, again;
    unsigned flags;
  } cases[] = {
    { STR("{\"a\":null}"), STR("{\"a\":null}"), 0 },
    { STR("{\"a\":null}"), STR("{}"), VALUE_DROP_NULLS },
    { STR("{\"a\":{\"b\":null,\"c\":[{\"d\":null}]}}"), STR("{\"a\":{\"c\":[{}]}}"), VALUE_DROP_NULLS },
    { STR("[null,{\"a\":null},null]"), STR("[null,{},null]"), VALUE_DROP_NULLS },
    { STR("{\"a\":1,\"a\":null}"), STR("{}"), VALUE_DROP_NULLS },
    { STR("{\"a\":null,\"a\":1}"), STR("{\"a\":1}"), VALUE_DROP_NULLS },
    { STR("null"), STR("null"), VALUE_DROP_NULLS },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct arena arena = { 0 };
    struct buf out;
    const struct json *root;
    char err[ERR_LEN] = "";
    buf_init(&out, 4096);
    assert_true(json_parse(&arena, cases[i].json, &root, err));
    assert_true(value_push(L, root, cases[i].flags, err));
    assert_int_equal(lua_gettop(L), 1);
    assert_true(value_to_json(L, 1, &out, err));
    if (!str_equal(buf_str(&out), cases[i].again)) fail_msg("%s became %s", cases[i].json.ptr, buf_text(&out));
    lua_settop(L, 0);
    buf_free(&out);
    arena_free(&arena);
  }
}

static void test_is_array(void **state) {
  (void)state;
  static const struct {
    const char *code;
    bool array;
  } cases[] = {
    { "return setmetatable({}, array)", true },
    { "return {}", false },
    { "return { 1 }", false },
    { "return setmetatable({}, {})", false },
    { "return 'text'", false },
    { "return null", false },
    { "return nil", false },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    run(cases[i].code);
    lua_settop(L, 1);
    assert_int_equal(value_is_array(L, 1), cases[i].array);
    assert_int_equal(lua_gettop(L), 1);
    lua_settop(L, 0);
  }
}

/* 100,000 elements, 20,000 members: there and back. */
static void test_wide(void **state) {
  (void)state;
  struct buf out;
  char err[ERR_LEN] = "";
  buf_init(&out, 16 * 1024 * 1024);
  run("local v = { list = {}, map = {} }"
      "for i = 1, 100000 do v.list[i] = i / 8 end for i = 1, 20000 do v.map['key ' .. i] = { i } end return v");
  assert_true(value_to_json(L, 1, &out, err));
  push_text(buf_str(&out));
  lua_setglobal(L, "v");
  run("for i = 1, 100000 do assert(v.list[i] == i / 8) end for i = 1, 20000 do assert(v.map['key ' .. i][1] == i) end "
      "v = nil");
  buf_free(&out);
  lua_settop(L, 0);
}

/* A stack that has no room left is a failure, not a crash. */
static void test_full_stack(void **state) {
  (void)state;
  struct buf out;
  char err[ERR_LEN] = "";
  buf_init(&out, 4096);
  run("local t = {} for i = 2, 500 do t = { t } end return t");
  assert_true(value_to_json(L, 1, &out, err));
  while (lua_checkstack(L, 10)) lua_pushvalue(L, 1);
  assert_false(value_to_json(L, 1, &out, err));
  assert_non_null(strstr(err, "the Lua stack"));
  int top = lua_gettop(L);
  assert_false(value_push_json(L, buf_str(&out), err));
  assert_non_null(strstr(err, "the Lua stack"));
  assert_int_equal(lua_gettop(L), top);
  lua_settop(L, 1);
  assert_true(value_push_json(L, buf_str(&out), err));
  lua_settop(L, 0);
  buf_free(&out);
}

/* Lua's allocator, which says no once `left` blocks have been given. */
struct budget {
  int left;
};

static void *allocate(void *ctx, void *block, size_t old_size, size_t size) {
  struct budget *budget = ctx;
  if (size == 0) {
    free(block);
    return NULL;
  }
  if (size > old_size && budget->left-- <= 0) return NULL;
  return realloc(block, size);
}

static int decode_encode(lua_State *S) {
  struct buf *out = lua_touserdata(S, 1);
  char err[ERR_LEN] = "";
  if (!value_push_json(S, STR("{\"a\":[1,{\"b\":[[[\"some text\"]]]},\"\\u0000\"],\"c\":{\"d\":{}}}"), err) ||
      !value_to_json(S, -1, out, err))
    return luaL_error(S, "%s", err);
  return 0;
}

/* When Lua's memory ends anywhere on the way, the call raises, nothing leaks, and the next call works. */
static void test_no_memory(void **state) {
  (void)state;
  int failures = 0;
  for (int blocks = 0; blocks < 40; blocks++) {
    struct budget budget = { 1000000 };
    struct buf out;
    lua_State *S = lua_newstate(allocate, &budget);
    assert_non_null(S);
    buf_init(&out, 4096);
    budget.left = blocks;
    int rc = lua_cpcall(S, decode_encode, &out);
    if (rc != 0) assert_int_equal(rc, LUA_ERRMEM);
    failures += rc != 0;
    budget.left = 1000000;
    lua_settop(S, 0);
    buf_clear(&out);
    assert_int_equal(lua_cpcall(S, decode_encode, &out), 0);
    assert_true(out.len > 0);
    buf_free(&out);
    lua_close(S);
  }
  assert_in_range(failures, 5, 39); /* the budgets straddle the need */
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_written), TEST(test_refused),    TEST(test_deepest),    TEST(test_written_utf8),
    TEST(test_pushed),  TEST(test_not_pushed), TEST(test_drop_nulls), TEST(test_is_array),
    TEST(test_wide),    TEST(test_full_stack), TEST(test_no_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
