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

/* Raises at the caller, with its position. */
static int raise_at(lua_State *L, const char *format, const char *name) {
  luaL_where(L, 1);
  lua_pushfstring(L, format, name);
  lua_concat(L, 2);
  return lua_error(L);
}

/* context.defer(fn): a dot where a colon belongs. */
static void check_colon(lua_State *L, const char *call) {
  if (!lua_istable(L, 1)) raise_at(L, "call it with a colon: context:%s", call);
}

/* context:get_remaining_time_in_millis() -> number; without a deadline, the longest time that Lambda gives a function */
static int l_remaining(lua_State *L) {
  check_colon(L, "get_remaining_time_in_millis()");
  lua_getfield(L, 1, "deadline_ms");
  double left = lua_isnumber(L, -1) ? lua_tonumber(L, -1) - (double)clock_unix_ms() : TIMEOUT_MAX_MS;
  lua_pushnumber(L, left > 0 ? left : 0);
  return 1;
}

/* context:defer(fn): fn runs after the reply was accepted */
static int l_defer(lua_State *L) {
  check_colon(L, "defer(fn)");
  if (!lua_isfunction(L, 2)) return raise_at(L, "context:defer: fn must be a function, got %s", luaL_typename(L, 2));
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

static void set_text(lua_State *L, const char *name, struct str text) {
  if (text.len == 0) return;
  lua_pushlstring(L, text.ptr, text.len);
  lua_setfield(L, -2, name);
}

/* function_facts() -> { function_name =, ... }: the fields of a context that are the same for all invocations */
static int l_function_facts(lua_State *L) {
  int64_t mb;
  lua_newtable(L);
  set_text(L, "function_name", config_get("AWS_LAMBDA_FUNCTION_NAME"));
  set_text(L, "function_version", config_get("AWS_LAMBDA_FUNCTION_VERSION"));
  set_text(L, "log_group_name", config_get("AWS_LAMBDA_LOG_GROUP_NAME"));
  set_text(L, "log_stream_name", config_get("AWS_LAMBDA_LOG_STREAM_NAME"));
  if (str_to_int64(config_get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), &mb)) {
    lua_pushinteger(L, (lua_Integer)mb);
    lua_setfield(L, -2, "memory_limit_in_mb");
  }
  return 1;
}

static void push_text(lua_State *L, struct str text) {
  if (text.len > 0)
    lua_pushlstring(L, text.ptr, text.len);
  else
    lua_pushnil(L);
}

/* A header whose value is JSON; one that is not stays a string, so that nothing is lost. */
static void push_json(lua_State *L, struct str text) {
  char err[ERR_LEN];
  if (text.len == 0 || !value_push_json(L, text, err)) push_text(L, text);
}

/* decode() -> event, request id, ARN, trace id, tenant id, client context, identity, deadline: what the invocation brings;
 * nil for what it does not. Called once, by the task that runs the handler. */
static int l_decode(lua_State *L) {
  struct scope *scope = check_scope(L, "decode");
  const struct invocation *inv = scope->invocation;
  char err[ERR_LEN];
  if (!event_push(L, scope->invocation, &scope->kind, scope->log, err)) return raise(L, "Runtime.UnmarshalError", err);
  lua_pushvalue(L, -1);
  scope->event_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  push_text(L, inv->request_id);
  push_text(L, inv->function_arn);
  push_text(L, inv->trace_id);
  push_text(L, inv->tenant_id);
  push_json(L, inv->client_context);
  push_json(L, inv->identity);
  if (inv->deadline_ms > 0)
    lua_pushnumber(L, (double)inv->deadline_ms);
  else
    lua_pushnil(L);
  return 8;
}

static const luaL_Reg functions[] = {
  { "decode", l_decode },       { "defer", l_defer }, { "function_facts", l_function_facts },
  { "remaining", l_remaining }, { NULL, NULL },
};

void bind_invocation(lua_State *L) {
  lua_newtable(L);
  luaL_register(L, NULL, functions);
}
