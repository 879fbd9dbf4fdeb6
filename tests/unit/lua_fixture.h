/* lua_fixture.h -- a Lua state for one test, with the globals `null` and `array` (the metatable of arrays). */
#ifndef MOONWIRE_LUA_FIXTURE_H
#define MOONWIRE_LUA_FIXTURE_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "str.h"

/* The state, from open to close. */
extern lua_State *L;

/* Setup and teardown for cmocka. What a test leaves on the stack makes its teardown fail. */
int lua_fixture_open(void **state);
int lua_fixture_close(void **state);

/* Runs a chunk and leaves its results on the stack; fails the test when it raises. */
void lua_fixture_run(const char *code);

/* Pushes the value of a JSON text; fails the test when that does not work. */
void lua_fixture_push(struct str json);

#endif
