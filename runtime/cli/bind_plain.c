#include "bind_plain.h"

#include <lauxlib.h>
#include <string.h>

#include "binding.h"
#include "view_plain.h"

enum { WIDEST = 4 /* characters that one byte becomes at most */ };

static int l_plain(lua_State *L) {
  struct str text;
  text.ptr = luaL_checklstring(L, 1, &text.len);
  char *copy = lua_newuserdata(L, WIDEST * text.len + 1); /* first: it may raise, and the buffer would be lost */
  struct buf out;
  buf_init(&out, WIDEST * text.len);
  view_plain_add(&out, text);
  bool ok = !out.failed;
  struct str plain = buf_str(&out);
  if (ok && plain.len > 0) memcpy(copy, plain.ptr, plain.len);
  buf_free(&out);
  if (!ok) return luaL_error(L, "not enough memory");
  lua_pushlstring(L, copy, plain.len);
  return 1;
}

static int load(lua_State *L) {
  lua_pushcfunction(L, l_plain);
  return 1;
}

void bind_plain(lua_State *L) {
  binding_preload(L, "moonwire.core.plain", load);
}
