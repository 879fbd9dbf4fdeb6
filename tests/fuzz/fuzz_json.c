/* fuzz_json.c -- libFuzzer: any bytes as a JSON text, and any bytes as a string.
 * What is accepted must go to Lua, back to text and to Lua again, and be the same value; what is refused must say where.
 * The same bytes as a Lua string must come back from both ways of writing strings.
 * Run it with json.dict.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>

#include "json.h"
#include "utf8.h"
#include "value.h"

static void must(bool condition) {
  if (!condition) abort();
}

static bool same(lua_State *L, int a, int b);

/* Every pair of table a is in table b. */
static bool contains(lua_State *L, int a, int b) {
  for (lua_pushnil(L); lua_next(L, a); lua_pop(L, 1)) { /* key value */
    lua_pushvalue(L, -2);
    lua_rawget(L, b); /* key value other */
    if (!same(L, lua_gettop(L) - 1, lua_gettop(L))) return false;
    lua_pop(L, 1);
  }
  return true;
}

static bool same(lua_State *L, int a, int b) {
  must(lua_checkstack(L, 8));
  if (lua_type(L, a) != lua_type(L, b)) return false;
  if (lua_istable(L, a)) return value_is_array(L, a) == value_is_array(L, b) && contains(L, a, b) && contains(L, b, a);
  if (lua_type(L, a) == LUA_TNUMBER && !!signbit(lua_tonumber(L, a)) != !!signbit(lua_tonumber(L, b))) return false;
  return lua_rawequal(L, a, b);
}

static void check_text(lua_State *L, struct str text) {
  char err[ERR_LEN] = "";
  struct buf out;
  if (!value_push_json(L, text, err)) {
    must(strncmp(err, "line ", 5) == 0);
    must(lua_gettop(L) == 0);
    return;
  }
  buf_init(&out, 64 + 8 * text.len); /* a number of 2 bytes (1e17) can become 19 */
  must(value_to_json(L, 1, &out, err));
  must(value_push_json(L, buf_str(&out), err));
  must(lua_gettop(L) == 2 && same(L, 1, 2));
  lua_settop(L, 1);
  buf_clear(&out);
  must(value_to_json_utf8(L, 1, &out, err));
  must(utf8_prefix(buf_str(&out)) == out.len);
  must(value_push_json(L, buf_str(&out), err));
  buf_free(&out);
  lua_settop(L, 0);
}

static void check_string(lua_State *L, struct str bytes) {
  char err[ERR_LEN] = "";
  struct buf out;
  buf_init(&out, 2 + 6 * bytes.len);
  lua_pushlstring(L, bytes.ptr, bytes.len);
  must(value_to_json(L, 1, &out, err));
  must(value_push_json(L, buf_str(&out), err));
  must(lua_rawequal(L, 1, 2));
  buf_clear(&out);
  json_write_string_utf8(&out, bytes);
  must(!out.failed && utf8_prefix(buf_str(&out)) == out.len);
  must(value_push_json(L, buf_str(&out), err));
  must(utf8_prefix(bytes) < bytes.len || lua_rawequal(L, 1, 3));
  buf_free(&out);
  lua_settop(L, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static lua_State *L;
  if (!L) L = luaL_newstate();
  struct str bytes = str_of((const char *)data, size);
  check_text(L, bytes);
  check_string(L, bytes);
  return 0;
}
