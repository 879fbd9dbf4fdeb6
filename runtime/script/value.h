/* value.h -- JSON to Lua values and back.
 *
 *   JSON      Lua
 *   null      json.null: a light userdata that is NULL (nil has no place in a table)
 *   number    number; integers are exact up to 2^53
 *   string    string, byte for byte (json.h says what becomes of \u0000 and of unpaired surrogates)
 *   array     table with the metatable of arrays, so that an empty one stays an array
 *   object    table; of two members with one name the last one counts
 *
 * Tables become arrays when they have that metatable, or when they are not empty and their keys are 1..n; all others are
 * objects, {} included. Keys of objects are strings. Everything is read raw: no metamethod runs, and what __index would
 * answer is not there.
 */
#ifndef MOONWIRE_VALUE_H
#define MOONWIRE_VALUE_H

#include <stdbool.h>

#include <lua.h>

#include "buf.h"
#include "err.h"
#include "json.h"
#include "str.h"

enum { VALUE_DROP_NULLS = 1 }; /* members that are null are left out of objects, at every depth; elements stay */

/* Pushes the one value of a JSON text. On failure (the text is no JSON) returns false, writes err, and pushes nothing.
 * Raises (Lua) only when memory is short. Memory of the last text may be kept for the next one. */
bool value_push_json(lua_State *L, struct str text, char err[ERR_LEN]);

/* The same with flags: 0 or VALUE_DROP_NULLS. */
bool value_push_json_flags(lua_State *L, struct str text, unsigned flags, char err[ERR_LEN]);

/* Pushes the value of a node of a document. flags is 0 or VALUE_DROP_NULLS. On failure (the Lua stack is full) returns
 * false, writes err, and pushes nothing. Raises (Lua) only when memory is short. */
bool value_push(lua_State *L, const struct json *node, unsigned flags, char err[ERR_LEN]);

/* Appends the value at index as JSON text; nil is written as null. On failure returns false, and err names the place:
 * "$.players[2].score: cannot encode a function" ($ is the value itself; list indices are Lua's, from 1). Refused are
 * functions, threads, userdata and cdata, NaN and infinities, cycles, more than JSON_DEPTH levels, keys that are not
 * strings, lists with holes, and text beyond the ceiling of `out`. What was in `out` before stays, except that a failed
 * buffer stays failed. Allocates nothing in Lua but stack, so that it raises only when there is no memory even for that. */
bool value_to_json(lua_State *L, int index, struct buf *out, char err[ERR_LEN]);

/* The same, with valid UTF-8 as its result whatever the strings hold (json_write_string_utf8): for log records. */
bool value_to_json_utf8(lua_State *L, int index, struct buf *out, char err[ERR_LEN]);

/* The string at index, borrowed from Lua; empty for a value of any other type, numbers included. */
struct str value_text(lua_State *L, int index);

/* Pushes the metatable of arrays. */
void value_push_array_metatable(lua_State *L);

/* Is the value at index a table with the metatable of arrays? */
bool value_is_array(lua_State *L, int index);

#endif
