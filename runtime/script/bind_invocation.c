/* moonwire.core.invocation: the event and the context of the invocation at hand. */
#include <lauxlib.h>

#include "binds.h"
#include "config.h"
#include "event.h"
#include "invocation.h"
#include "loop.h"
#include "scope.h"
#include "value.h"
#include "vm.h"

enum { TIMEOUT_MAX_MS = 900 * 1000 }; /* AWS, "Lambda quotas" */

/* Raises { type = "Runtime.X", message = ... }, which failure.c turns into the report. */
static int raise(lua_State *L, const char *type, const char *message) {
  lua_createtable(L, 0, 2);
  lua_pushstring(L, type);
  lua_setfield(L, -2, "type");
  lua_pushstring(L, message);
  lua_setfield(L, -2, "message");
  return lua_error(L);
}

static struct scope *check_scope(lua_State *L, const char *what) {
  struct scope *scope = scope_current(vm_of(L));
  if (!scope || !scope->invocation) luaL_error(L, "%s: there is no invocation", what);
  return scope;
}

/* context:get_remaining_time_in_millis() -> number; without a deadline, the longest time that Lambda gives a function */
static int l_remaining(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_getfield(L, 1, "deadline_ms");
  double left = lua_isnumber(L, -1) ? lua_tonumber(L, -1) - (double)clock_unix_ms() : TIMEOUT_MAX_MS;
  lua_pushnumber(L, left > 0 ? left : 0);
  return 1;
}

/* context:defer(fn): fn runs after the reply was accepted */
static int l_defer(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  if (!lua_isfunction(L, 2)) {
    luaL_where(L, 1);
    lua_pushfstring(L, "context:defer: fn must be a function, got %s", luaL_typename(L, 2));
    lua_concat(L, 2);
    return lua_error(L);
  }
  struct scope *scope = check_scope(L, "context:defer");
  if (scope->deferred_ref == LUA_NOREF) {
    lua_newtable(L);
    scope->deferred_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  }
  lua_rawgeti(L, LUA_REGISTRYINDEX, scope->deferred_ref); /* self fn list */
  lua_pushvalue(L, 2);
  lua_rawseti(L, -2, (int)lua_objlen(L, -2) + 1);
  return 0;
}

static const luaL_Reg context_methods[] = {
  { "defer", l_defer },
  { "get_remaining_time_in_millis", l_remaining },
  { NULL, NULL },
};

static void push_context_meta(lua_State *L) {
  if (!luaL_newmetatable(L, "moonwire.context")) return;
  lua_newtable(L);
  luaL_register(L, NULL, context_methods);
  lua_setfield(L, -2, "__index");
}

static void set_text(lua_State *L, const char *name, struct str text) {
  if (text.len == 0) return;
  lua_pushlstring(L, text.ptr, text.len);
  lua_setfield(L, -2, name);
}

/* A header whose value is JSON; one that is not stays a string, so that nothing is lost. */
static void set_json(lua_State *L, const char *name, struct str text) {
  char err[ERR_LEN];
  if (text.len == 0) return;
  if (!value_push_json(L, text, err)) lua_pushlstring(L, text.ptr, text.len);
  lua_setfield(L, -2, name);
}

static void set_memory_limit(lua_State *L) {
  int64_t mb;
  if (!str_to_int64(config_get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), &mb)) return;
  lua_pushinteger(L, (lua_Integer)mb);
  lua_setfield(L, -2, "memory_limit_in_mb");
}

static void push_context(lua_State *L, const struct invocation *inv, bool cold_start) {
  lua_createtable(L, 0, 16); /* context */
  set_text(L, "aws_request_id", inv->request_id);
  set_text(L, "invoked_function_arn", inv->function_arn);
  set_text(L, "function_name", config_get("AWS_LAMBDA_FUNCTION_NAME"));
  set_text(L, "function_version", config_get("AWS_LAMBDA_FUNCTION_VERSION"));
  set_memory_limit(L);
  set_text(L, "log_group_name", config_get("AWS_LAMBDA_LOG_GROUP_NAME"));
  set_text(L, "log_stream_name", config_get("AWS_LAMBDA_LOG_STREAM_NAME"));
  set_text(L, "trace_id", inv->trace_id);
  set_text(L, "tenant_id", inv->tenant_id);
  set_json(L, "client_context", inv->client_context);
  set_json(L, "identity", inv->identity);
  if (inv->deadline_ms > 0) {
    lua_pushnumber(L, (double)inv->deadline_ms);
    lua_setfield(L, -2, "deadline_ms");
  }
  lua_pushboolean(L, cold_start);
  lua_setfield(L, -2, "cold_start");
  push_context_meta(L); /* context meta */
  lua_setmetatable(L, -2);
}

/* decode(cold_start) -> event, context: called once, by the task that runs the handler */
static int l_decode(lua_State *L) {
  struct scope *scope = check_scope(L, "decode");
  char err[ERR_LEN];
  if (!event_push(L, scope->invocation, &scope->kind, err)) return raise(L, "Runtime.UnmarshalError", err);
  lua_pushvalue(L, -1);
  scope->event_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  push_context(L, scope->invocation, lua_toboolean(L, 1));
  return 2;
}

static const luaL_Reg functions[] = {
  { "decode", l_decode },
  { NULL, NULL },
};

void bind_invocation(lua_State *L) {
  lua_newtable(L);
  luaL_register(L, NULL, functions);
}
