/* moonwire.core.log: log records with the fields of the current invocation, and print. */
#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "binds.h"
#include "buf.h"
#include "json_write.h"
#include "log.h"
#include "output.h"
#include "scope.h"
#include "value.h"
#include "vm.h"

static enum log_level check_level(lua_State *L, int arg) {
  enum log_level level = LOG_INFO;
  size_t len;
  const char *name = luaL_checklstring(L, arg, &len);
  luaL_argcheck(L, log_level_from(str_of(name, len), &level), arg, "not a log level");
  return level;
}

/* enabled(level) -> boolean */
static int l_enabled(lua_State *L) {
  lua_pushboolean(L, log_enabled(check_level(L, 1)));
  return 1;
}

/* The members that every record has, or that of a WebSocket invocation: of two with one name a reader takes the last, and fields may come from a client. */
static bool is_taken(lua_State *L, int fields) {
  static const char *const names[] = { "timestamp",    "level",    "requestId",    "tenantId",
                                       "connectionId", "routeKey", "apiRequestId", "message" };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    lua_pushstring(L, names[i]);
    lua_rawget(L, fields);
    bool there = !lua_isnil(L, -1);
    lua_pop(L, 1);
    if (there) return true;
  }
  return false;
}

/* The fields that can be encoded; in the place of each other one stands why it cannot. */
static struct str encode_one_by_one(lua_State *L, int index, struct buf *json) {
  char err[ERR_LEN];
  buf_clear(json);
  buf_add(json, STR("\"fields\":{"));
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    size_t len;
    if (lua_type(L, -2) != LUA_TSTRING) continue; /* lua_next must find the key as it is */
    const char *key = lua_tolstring(L, -2, &len);
    if (json->ptr[json->len - 1] != '{') buf_add_char(json, ',');
    json_write_string_utf8(json, str_of(key, len));
    buf_add_char(json, ':');
    if (!value_to_json_utf8(L, lua_gettop(L), json, err)) json_write_string_utf8(json, str_from(err));
    if (json->failed) return STR("\"fields\":\"too long\"");
  }
  buf_add_char(json, '}');
  return json->failed ? STR("\"fields\":\"too long\"") : buf_str(json);
}

/* Fields as members of a record: those of the table, or the table as one member, "fields", when it is a list or a name in it
 * is taken. A value that cannot be encoded is described instead, under "fields" too. */
static struct str encode_fields(lua_State *L, int index, bool taken, struct buf *json) {
  char err[ERR_LEN];
  struct str name = STR("\"fields\":");
  if (!lua_istable(L, index)) return STR("");
  buf_add(json, name);
  if (!value_to_json_utf8(L, index, json, err)) return encode_one_by_one(L, index, json);
  struct str all = buf_str(json), value = str_slice(all, name.len, all.len);
  if (str_starts(value, STR("[")) || taken) return all;
  return str_slice(value, 1, value.len - 1);
}

/* write(level, message, fields): message is a string, fields a table or nil */
static int l_write(lua_State *L) {
  enum log_level level = check_level(L, 1);
  size_t len;
  const char *message = luaL_checklstring(L, 2, &len);
  struct buf json;
  if (!log_enabled(level)) return 0;
  bool taken = lua_istable(L, 3) && is_taken(L, 3); /* may raise: before anything is owned */
  buf_init(&json, LOG_LINE);
  log_write(level, scope_log(vm_of(L)), str_of(message, len), encode_fields(L, 3, taken, &json));
  buf_free(&json);
  return 0;
}

/* Behind what io.write has buffered. */
static bool write_out(struct str text) {
  return fflush(stdout) == 0 && output_write(STDOUT_FILENO, text);
}

/* print(...): at once and unbuffered, because Lambda freezes the process after the reply. A line of plain text, or an INFO
 * record when the log format is JSON. The line is built on the Lua stack: tostring may raise. */
static int l_print(lua_State *L) {
  int count = lua_gettop(L);
  size_t len;
  lua_getglobal(L, "tostring"); /* values... tostring */
  lua_pushliteral(L, "");       /* values... tostring line */
  for (int i = 1; i <= count; i++) {
    if (i > 1) lua_pushliteral(L, "\t");
    lua_pushvalue(L, count + 1);
    lua_pushvalue(L, i);
    lua_call(L, 1, 1);
    if (!lua_isstring(L, -1)) return luaL_error(L, "'tostring' must return a string to 'print'");
    lua_concat(L, i > 1 ? 3 : 2);
  }
  if (log_is_json()) {
    const char *line = lua_tolstring(L, -1, &len);
    log_write(LOG_INFO, scope_log(vm_of(L)), str_of(line, len), STR(""));
    return 0;
  }
  lua_pushliteral(L, "\n");
  lua_concat(L, 2);
  const char *line = lua_tolstring(L, -1, &len);
  if (!write_out(str_of(line, len)) && vm_of(L)->output_matters) return luaL_error(L, "print: %s", strerror(errno));
  return 0;
}

static const luaL_Reg functions[] = {
  { "enabled", l_enabled },
  { "print", l_print },
  { "write", l_write },
  { NULL, NULL },
};

void bind_log(lua_State *L) {
  lua_newtable(L);
  luaL_register(L, NULL, functions);
}
