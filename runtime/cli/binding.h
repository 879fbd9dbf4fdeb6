/* binding.h -- what the bind_*.c of the tool have in common: a module for `require`, and a class of userdata. */
#ifndef MOONWIRE_BINDING_H
#define MOONWIRE_BINDING_H

#include <lauxlib.h>

/* `require "name"` calls load, once. Leaves nothing on the stack. */
void binding_preload(lua_State *L, const char *name, lua_CFunction load);

/* Makes the metatable of that name, with these methods; collect is called when an object is garbage. Leaves nothing on the
 * stack. Both lists end with { NULL, NULL }, here and below. */
void binding_class(lua_State *L, const char *name, const luaL_Reg *methods, lua_CFunction collect);

/* Pushes a table of these functions. */
void binding_functions(lua_State *L, const luaL_Reg *functions);

#endif
