#include "table_field.h"

#include "value.h"

struct str table_string(lua_State *L, int index, const char *name) {
  lua_getfield(L, index, name);
  struct str value = value_text(L, -1);
  lua_pop(L, 1);
  return value;
}

bool table_flag(lua_State *L, int index, const char *name) {
  lua_getfield(L, index, name);
  bool value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

int64_t table_number(lua_State *L, int index, const char *name, int64_t standard) {
  lua_getfield(L, index, name);
  lua_Number value = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : (lua_Number)standard;
  lua_pop(L, 1);
  return value > -9e18 && value < 9e18 ? (int64_t)value : standard;
}
