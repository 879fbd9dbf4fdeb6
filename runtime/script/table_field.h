/* table_field.h -- fields of a Lua table that C code reads as options. The table is trusted to have been checked in Lua. */
#ifndef MOONWIRE_TABLE_FIELD_H
#define MOONWIRE_TABLE_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include <lua.h>

#include "str.h"

/* A string, borrowed from the table at `index`; empty when the field is something else. */
struct str table_string(lua_State *L, int index, const char *name);

/* Anything but nil and false is true. */
bool table_flag(lua_State *L, int index, const char *name);

/* A number without its fraction; `standard` when the field is something else or beyond an int64_t. */
int64_t table_number(lua_State *L, int index, const char *name, int64_t standard);

#endif
