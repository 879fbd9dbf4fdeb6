#include "nesting.h"

#include <lauxlib.h>

void nesting_push(struct nesting *nesting, lua_State *L) {
  lua_createtable(L, 1, 0);
  lua_pushinteger(L, 0);
  lua_rawseti(L, -2, 1);
  lua_pushvalue(L, -1);
  nesting->ref = luaL_ref(L, LUA_REGISTRYINDEX);
}

void nesting_settle(struct nesting *nesting, lua_State *L) {
  if (!nesting->stale) return;
  nesting->stale = false;
  lua_rawgeti(L, LUA_REGISTRYINDEX, nesting->ref);
  lua_pushinteger(L, 0);
  lua_rawseti(L, -2, 1); /* the slot is there: this allocates nothing */
  lua_pop(L, 1);
}
