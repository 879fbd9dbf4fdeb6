/* value: JSON to Lua values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lua_fixture.h"
#include "value.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

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
    lua_fixture_push(pushed[i].json);
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
    lua_fixture_run(cases[i].code);
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
  lua_fixture_run(
      "local v = { list = {}, map = {} }"
      "for i = 1, 100000 do v.list[i] = i / 8 end for i = 1, 20000 do v.map['key ' .. i] = { i } end return v");
  assert_true(value_to_json(L, 1, &out, err));
  lua_fixture_push(buf_str(&out));
  lua_setglobal(L, "v");
  lua_fixture_run(
      "for i = 1, 100000 do assert(v.list[i] == i / 8) end for i = 1, 20000 do assert(v.map['key ' .. i][1] == i) end "
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
  lua_fixture_run("local t = {} for i = 2, 500 do t = { t } end return t");
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

#define TEST(function) cmocka_unit_test_setup_teardown(function, lua_fixture_open, lua_fixture_close)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_pushed), TEST(test_not_pushed), TEST(test_drop_nulls), TEST(test_is_array),
    TEST(test_wide),   TEST(test_full_stack), TEST(test_no_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
