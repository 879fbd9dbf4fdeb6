/* moonwire.core.metrics: values for CloudWatch. metrics.lua checks the types of the arguments, the dimensions aside. */
#include <lauxlib.h>

#include "binds.h"
#include "scope_metrics.h"
#include "value.h"
#include "vm.h"

/* The dimensions at index: a table of strings, borrowed from it. False, with err, when there is something else. */
static bool read_dimensions(lua_State *L, int index, struct field list[METRIC_DIMENSIONS_MAX], size_t *count,
                            char err[ERR_LEN]) {
  *count = 0;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING)
      return fail(err, "dimensions: a name must be a string, got %s", luaL_typename(L, -2));
    struct field dimension = { value_text(L, -2), value_text(L, -1) };
    if (lua_type(L, -1) != LUA_TSTRING)
      return fail(err, "dimensions: the value of \"%.100s\" must be a string, got %s", dimension.name.ptr,
                  luaL_typename(L, -1));
    if (*count == METRIC_DIMENSIONS_MAX) return fail(err, "dimensions must be at most %d", METRIC_DIMENSIONS_MAX);
    list[(*count)++] = dimension;
  }
  return true;
}

enum { COUNTED = 1, NAME, VALUE, UNIT, DIMENSIONS };

/* add(counted, name, value, unit, dimensions) -> true | nil, message. dimensions is a table, or nil for the usual ones. */
static int l_add(lua_State *L) {
  char err[ERR_LEN];
  struct field list[METRIC_DIMENSIONS_MAX];
  struct fields dimensions = { .list = list };
  luaL_checktype(L, NAME, LUA_TSTRING);
  luaL_checktype(L, UNIT, LUA_TSTRING);
  struct metric metric = { .counted = lua_toboolean(L, COUNTED),
                           .name = value_text(L, NAME),
                           .value = luaL_checknumber(L, VALUE),
                           .unit = value_text(L, UNIT) };
  lua_settop(L, DIMENSIONS);
  bool given = lua_istable(L, DIMENSIONS);
  struct scope *scope = scope_current(vm_of(L));
  if (!scope) return luaL_error(L, "metrics: there is nothing that they could belong to");
  if ((!given || read_dimensions(L, DIMENSIONS, list, &dimensions.count, err)) &&
      scope_put_metric(scope, metric, given ? &dimensions : NULL, err)) {
    lua_pushboolean(L, 1);
    return 1;
  }
  lua_pushnil(L);
  lua_pushstring(L, err);
  return 2;
}

static const luaL_Reg functions[] = {
  { "add", l_add },
  { NULL, NULL },
};

void bind_metrics(lua_State *L) {
  lua_newtable(L);
  luaL_register(L, NULL, functions);
}
