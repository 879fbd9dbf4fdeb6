/* moonwire.core.module: reads Lua files of the project. */
#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "binds.h"
#include "buf.h"
#include "err.h"

enum { FILE_MAX = 64 * 1024 * 1024 }; /* bytes */

static bool read_file(const char *path, struct buf *text, char err[ERR_LEN]) {
  FILE *file = fopen(path, "rbe");
  if (!file) return fail(err, "%s", strerror(errno));
  for (;;) {
    char *room = buf_reserve(text, BUFSIZ);
    size_t size = room ? fread(room, 1, BUFSIZ, file) : 0;
    if (size == 0) break;
    buf_grew(text, size);
  }
  bool ok = !text->failed && !ferror(file);
  if (text->failed)
    fail(err, "longer than %d bytes", FILE_MAX);
  else if (!ok)
    fail(err, "%s", strerror(errno));
  fclose(file);
  return ok;
}

/* A first line that begins with '#' is for the shell. */
static struct str skip_shebang(struct str text) {
  struct str line, rest;
  if (!str_starts(text, STR("#"))) return text;
  str_cut(text, '\n', &line, &rest);
  return str_slice(text, line.len, text.len);
}

/* load(path, chunk_name) -> function | nil, message, "missing" (cannot be read) or "syntax" */
static int l_load(lua_State *L) {
  const char *path = luaL_checkstring(L, 1), *name = luaL_checkstring(L, 2);
  struct buf text;
  char err[ERR_LEN];
  buf_init(&text, FILE_MAX);
  bool found = read_file(path, &text, err);
  struct str code = skip_shebang(buf_str(&text));
  int status = found ? luaL_loadbuffer(L, code.ptr ? code.ptr : "", code.len, name) : 0;
  buf_free(&text);
  if (found && status == 0) return 1;
  if (!found) lua_pushstring(L, err);
  lua_pushnil(L); /* message nil */
  lua_insert(L, -2);
  lua_pushstring(L, found ? "syntax" : "missing"); /* nil message kind */
  return 3;
}

static const luaL_Reg functions[] = {
  { "load", l_load },
  { NULL, NULL },
};

void bind_module(lua_State *L) {
  lua_newtable(L);
  luaL_register(L, NULL, functions);
}
