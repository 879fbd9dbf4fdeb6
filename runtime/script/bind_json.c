/* bind_json.c -- moonwire.core.json: encode, decode, null, array. */
#include <lauxlib.h>
#include <lua.h>

#include "binds.h"
#include "value.h"

enum {
  TEXT_MAX = 256 * 1024 * 1024, /* bytes that json.encode may write */
  TEXT_KEPT = 256 * 1024        /* bytes of memory that it keeps for the next call */
};

/* json.encode(v) -> text; raises when v cannot be encoded */
static int l_encode(lua_State *L) {
  static struct buf text = { .ceiling = TEXT_MAX }; /* kept from call to call: a raise of Lua must not leak it */
  char err[ERR_LEN];
  if (lua_gettop(L) == 0) return luaL_error(L, "json.encode: a value is missing");
  buf_trim(&text, TEXT_KEPT);
  if (!value_to_json(L, 1, &text, err)) return luaL_error(L, "json.encode: %s", err);
  lua_pushlstring(L, text.ptr, text.len);
  buf_trim(&text, TEXT_KEPT);
  return 1;
}

static int decode(lua_State *L, unsigned flags) {
  char err[ERR_LEN];
  struct str text;
  if (lua_type(L, 1) != LUA_TSTRING)
    return luaL_error(L, "json.decode: s must be a string, got %s", luaL_typename(L, 1));
  text.ptr = lua_tolstring(L, 1, &text.len);
  if (value_push_json_flags(L, text, flags, err)) return 1;
  lua_pushnil(L);
  lua_pushstring(L, err);
  return 2;
}

/* json.decode(s) -> value | nil, message */
static int l_decode(lua_State *L) {
  return decode(L, 0);
}

/* decode_present(s) -> the same without members that are null, for answers in which null means that nothing is there */
static int l_decode_present(lua_State *L) {
  return decode(L, VALUE_DROP_NULLS);
}

/* json.array(t) -> t, with the metatable of arrays */
static int l_array(lua_State *L) {
  if (lua_gettop(L) == 0) lua_newtable(L);
  if (!lua_istable(L, 1)) return luaL_error(L, "json.array: t must be a table, got %s", luaL_typename(L, 1));
  lua_settop(L, 1);
  if (lua_getmetatable(L, 1) && !value_is_array(L, 1))
    return luaL_error(L, "json.array: t must be a table without a metatable");
  lua_settop(L, 1);
  value_push_array_metatable(L);
  lua_setmetatable(L, 1);
  return 1;
}

static const luaL_Reg functions[] = {
  { "encode", l_encode }, { "decode", l_decode }, { "decode_present", l_decode_present },
  { "array", l_array },   { NULL, NULL },
};

void bind_json(lua_State *L) {
  lua_newtable(L);
  luaL_setfuncs(L, functions, 0);
  lua_pushlightuserdata(L, NULL);
  lua_setfield(L, -2, "null");
}
