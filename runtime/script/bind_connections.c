/* moonwire.core.connections: @connections for the event at hand. ws.lua checks the types of the arguments. */
#include <lauxlib.h>
#include <stdlib.h>

#include "binds.h"
#include "connections.h"
#include "invocation.h"
#include "scope.h"
#include "scope_metrics.h"
#include "task.h"
#include "value.h"
#include "vm.h"

/* A task that waits for the answer of one call. */
struct wait {
  struct task *task;
  struct vm *vm;
  struct client_call *call;
  int body_ref;     /* registry: the body is borrowed by the call */
  const char *what; /* "ws.send"; held by what_ref */
  int what_ref;
  bool sends; /* a message: POST */
};

static void wait_free(struct wait *wait) {
  luaL_unref(wait->vm->L, LUA_REGISTRYINDEX, wait->body_ref);
  luaL_unref(wait->vm->L, LUA_REGISTRYINDEX, wait->what_ref);
  free(wait);
}

static void wait_cancel(void *ctx) {
  struct wait *wait = ctx;
  client_cancel(wait->call);
  wait_free(wait);
}

static int push_failure(lua_State *L, const char *what, const char *message, const char *code) {
  lua_pushnil(L);
  lua_pushfstring(L, "%s: %s", what, message);
  lua_pushstring(L, code);
  return 3;
}

/* A call that was answered. */
struct answer {
  const char *what;
  const struct client_result *result;
};

static int push_answer(lua_State *L, const void *what) {
  const struct answer *answer = what;
  const struct client_result *result = answer->result;
  if (result->code != CLIENT_OK) return push_failure(L, answer->what, result->message, client_code_name(result->code));
  lua_pushlstring(L, result->body.ptr ? result->body.ptr : "", result->body.len);
  return 1;
}

/* The runtime's own counters. */
static void count_answer(struct scope *scope, enum client_code code, bool sends) {
  if (code == CLIENT_OK && sends) scope_count(scope, "Sends");
  if (code == CLIENT_GONE) scope_count(scope, "Gone");
  if (code == CLIENT_THROTTLED) scope_count(scope, "Throttled");
}

static void answered(void *ctx, const struct client_result *result) {
  struct wait *wait = ctx;
  struct task *task = wait->task;
  struct answer answer = { .what = wait->what, .result = result };
  int count = task_push(task, push_answer, &answer);
  count_answer(task_scope(task), result->code, wait->sends);
  wait_free(wait);
  task_resume(task, count);
}

/* Pushes requestContext of the current event, or nil. Events may be any value: nothing is taken for granted. */
static void push_request_context(lua_State *L, const struct scope *scope) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, scope->event_ref); /* event; LUA_NOREF gives nil */
  if (lua_istable(L, -1)) {
    lua_pushliteral(L, "requestContext");
    lua_rawget(L, -2);
    lua_remove(L, -2);
  }
  if (lua_istable(L, -1)) return;
  lua_pop(L, 1);
  lua_pushnil(L);
}

/* The string in a field of the table at index; pushes what the field holds, so that it lives on. */
static struct str push_field(lua_State *L, int index, const char *name) {
  if (!lua_istable(L, index)) return STR("");
  lua_pushstring(L, name);
  lua_rawget(L, index);
  return value_text(L, -1);
}

/* A connection that is still in its handshake cannot be reached (re:Post, "410 GoneException": API Gateway answers 410). */
static bool is_connecting(lua_State *L, const struct scope *scope, int context, struct str id) {
  return !scope->deferring && str_equal(push_field(L, context, "eventType"), STR("CONNECT")) &&
         str_equal(push_field(L, context, "connectionId"), id);
}

enum { WHAT = 1, METHOD, ID, BODY, ENDPOINT, REGION, KEY, SECRET, TOKEN, CONTEXT };

/* Starts the call; everything it needs is on the stack. Raises nothing but a lack of memory, before it owns anything. */
static int call(lua_State *L, struct task *task, const struct connections_request *request) {
  char err[ERR_LEN];
  struct vm *vm = vm_of(L);
  lua_pushvalue(L, BODY);
  lua_pushvalue(L, WHAT);
  int what_ref = luaL_ref(L, LUA_REGISTRYINDEX), body_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  const char *what = lua_tostring(L, WHAT);
  struct http *http = vm_http(vm, err);
  struct wait *wait = http ? calloc(1, sizeof *wait) : NULL;
  if (!wait) {
    luaL_unref(L, LUA_REGISTRYINDEX, what_ref);
    luaL_unref(L, LUA_REGISTRYINDEX, body_ref);
    return push_failure(L, what, http ? "out of memory" : err, client_code_name(CLIENT_NETWORK));
  }
  *wait = (struct wait){ .task = task, .vm = vm, .body_ref = body_ref, .what_ref = what_ref, .what = what };
  wait->sends = str_equal(request->method, STR("POST"));
  wait->call = connections_send(http, request, answered, wait, err);
  if (wait->call) return task_wait(task, L, wait_cancel, wait);
  wait_free(wait);
  return push_failure(L, what, err, client_code_name(CLIENT_BAD_REQUEST));
}

/* call(what, method, id, body, endpoint, region, access_key_id, secret_access_key, session_token)
 * -> body | nil, message, code. what names the function in messages; from body on all may be nil. */
static int l_call(lua_State *L) {
  const char *what = luaL_checkstring(L, WHAT);
  luaL_checkstring(L, METHOD);
  luaL_checkstring(L, ID);
  luaL_checkstack(L, 16, NULL);
  lua_settop(L, TOKEN);
  struct task *task = task_current(L, what);
  const struct scope *scope = task_scope(task);
  push_request_context(L, scope); /* ... context, at CONTEXT */
  if (is_connecting(L, scope, CONTEXT, value_text(L, ID)))
    return push_failure(L, what,
                        "the connection is still being opened: it cannot be reached before $connect has returned; use "
                        "context:defer(function() ... end)",
                        "connecting");
  if (value_text(L, BODY).len > CONNECTIONS_MESSAGE_MAX)
    return push_failure(L, what, "the message is longer than 131072 bytes (128 KB)",
                        client_code_name(CLIENT_TOO_LARGE));
  struct connections_place place = { .endpoint = value_text(L, ENDPOINT), .region = value_text(L, REGION) };
  place.api_id = push_field(L, CONTEXT, "apiId");
  place.stage = push_field(L, CONTEXT, "stage");
  place.domain_name = push_field(L, CONTEXT, "domainName");
  connections_place_read(&place);
  struct credentials keys = { value_text(L, KEY), value_text(L, SECRET), value_text(L, TOKEN) };
  struct connections_request request = { .method = value_text(L, METHOD),
                                         .id = value_text(L, ID),
                                         .body = value_text(L, BODY),
                                         .place = &place,
                                         .deadline_ms = scope_end_ms(scope, 0),
                                         .credentials = keys.access_key_id.len > 0 ? &keys : NULL };
  return call(L, task, &request);
}

/* current_id(what) -> the connection of the current event, or nil */
static int l_current_id(lua_State *L) {
  struct task *task = task_current(L, luaL_checkstring(L, 1));
  push_request_context(L, task_scope(task));
  if (push_field(L, lua_gettop(L), "connectionId").len == 0) lua_pushnil(L);
  return 1;
}

static const luaL_Reg functions[] = {
  { "call", l_call },
  { "current_id", l_current_id },
  { NULL, NULL },
};

void bind_connections(lua_State *L) {
  lua_newtable(L);
  luaL_register(L, NULL, functions);
}
