#include "lua_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "value.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

lua_State *L;

int lua_fixture_open(void **state) {
  (void)state;
  L = luaL_newstate();
  luaL_openlibs(L);
  lua_pushlightuserdata(L, NULL);
  lua_setglobal(L, "null");
  value_push_array_metatable(L);
  lua_setglobal(L, "array");
  return 0;
}

int lua_fixture_close(void **state) {
  (void)state;
  int top = lua_gettop(L);
  lua_close(L);
  return top;
}

void lua_fixture_run(const char *code) {
  if (luaL_dostring(L, code)) fail_msg("%s: %s", code, lua_tostring(L, -1));
}

void lua_fixture_push(struct str json) {
  char err[ERR_LEN] = "";
  int top = lua_gettop(L);
  if (!value_push_json(L, json, err)) fail_msg("%s: %s", json.ptr, err);
  assert_int_equal(lua_gettop(L), top + 1);
}
