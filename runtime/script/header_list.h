/* header_list.h -- headers as Lua has them on their way through C: a list { name, value, name, value ... } of strings. */
#ifndef MOONWIRE_HEADER_LIST_H
#define MOONWIRE_HEADER_LIST_H

#include <stddef.h>

#include <lua.h>

#include "http.h"

void header_list_push(lua_State *L, const struct http_header *headers, size_t count);

/* The list at index as headers, in a userdata that is pushed; the list keeps the strings. */
struct http_header *header_list_read(lua_State *L, int index, size_t *count);

#endif
