#include "binding.h"

void binding_preload(lua_State *L, const char *name, lua_CFunction load) {
  lua_getfield(L, LUA_REGISTRYINDEX, "_PRELOAD");
  lua_pushcfunction(L, load);
  lua_setfield(L, -2, name);
  lua_pop(L, 1);
}

void binding_functions(lua_State *L, const luaL_Reg *functions) {
  lua_newtable(L);
  luaL_register(L, NULL, functions);
}

void binding_class(lua_State *L, const char *name, const luaL_Reg *methods, lua_CFunction collect) {
  luaL_newmetatable(L, name);
  lua_pushcfunction(L, collect);
  lua_setfield(L, -2, "__gc");
  binding_functions(L, methods);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
