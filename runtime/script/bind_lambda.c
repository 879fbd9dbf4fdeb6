/* moonwire.core.lambda: the environment that the handler runs in. */
#include <lauxlib.h>

#include "binds.h"
#include "shutdown.h"
#include "version.h"

/* add(fn) -> boolean: fn runs when the environment ends; false when it is too late to say so */
static int l_add(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_settop(L, 1);
  lua_pushboolean(L, shutdown_add(L));
  return 1;
}

static const luaL_Reg functions[] = {
  { "add", l_add },
  { NULL, NULL },
};

void bind_lambda(lua_State *L) {
  lua_newtable(L);
  luaL_register(L, NULL, functions);
  lua_pushliteral(L, MOONWIRE_VERSION);
  lua_setfield(L, -2, "version");
}
