#include "header_list.h"

#include "value.h"

void header_list_push(lua_State *L, const struct http_header *headers, size_t count) {
  lua_createtable(L, (int)count * 2, 0);
  for (size_t i = 0; i < count; i++) {
    lua_pushlstring(L, headers[i].name.ptr, headers[i].name.len);
    lua_rawseti(L, -2, (int)i * 2 + 1);
    lua_pushlstring(L, headers[i].value.ptr, headers[i].value.len);
    lua_rawseti(L, -2, (int)i * 2 + 2);
  }
}

struct http_header *header_list_read(lua_State *L, int index, size_t *count) {
  *count = lua_objlen(L, index) / 2;
  struct http_header *headers = lua_newuserdata(L, (*count + 1) * sizeof *headers);
  for (size_t i = 0; i < *count; i++) {
    lua_rawgeti(L, index, (int)i * 2 + 1);
    lua_rawgeti(L, index, (int)i * 2 + 2);
    headers[i] = (struct http_header){ value_text(L, -2), value_text(L, -1) };
    lua_pop(L, 2);
  }
  return headers;
}
