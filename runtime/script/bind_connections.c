/* moonwire.core.connections: @connections for the event at hand. ws.lua checks the types of the arguments. */
#include <lauxlib.h>
#include <stdlib.h>

#include "binds.h"
#include "connections.h"
#include "event_place.h"
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

static void answered(void *ctx, const struct client_result *result) {
  struct wait *wait = ctx;
  struct task *task = wait->task;
  struct answer answer = { .what = wait->what, .result = result };
  int count = task_push(task, push_answer, &answer);
  scope_count_call(task_scope(task), result->code, wait->sends);
  wait_free(wait);
  task_resume(task, count);
}

enum { WHAT = 1, METHOD, ID, BODY, ENDPOINT, REGION, KEY, SECRET, TOKEN };

static struct client_call *start(struct wait *wait, const struct connections_place *place,
                                 const struct connections_request *request, char err[ERR_LEN]) {
  struct connections_target target;
  if (!connections_target_init(&target, place, err)) return NULL;
  struct client_call *call = connections_send(vm_http(wait->vm, err), &target, request, answered, wait, err);
  connections_target_free(&target);
  return call;
}

/* Starts the call; everything it needs is on the stack. Raises nothing but a lack of memory, before it owns anything. */
static int call(lua_State *L, struct task *task, const struct connections_place *place,
                const struct connections_request *request) {
  char err[ERR_LEN] = "out of memory";
  struct vm *vm = vm_of(L);
  lua_pushvalue(L, BODY);
  lua_pushvalue(L, WHAT);
  int what_ref = luaL_ref(L, LUA_REGISTRYINDEX), body_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  const char *what = lua_tostring(L, WHAT);
  struct wait *wait = vm_http(vm, err) ? calloc(1, sizeof *wait) : NULL;
  if (!wait) {
    luaL_unref(L, LUA_REGISTRYINDEX, what_ref);
    luaL_unref(L, LUA_REGISTRYINDEX, body_ref);
    return push_failure(L, what, err, client_code_name(CLIENT_NETWORK));
  }
  *wait = (struct wait){ .task = task, .vm = vm, .body_ref = body_ref, .what_ref = what_ref, .what = what };
  wait->sends = str_equal(request->method, STR("POST"));
  wait->call = start(wait, place, request, err);
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
  luaL_checkstack(L, EVENT_PLACE_VALUES + 8, NULL);
  lua_settop(L, TOKEN);
  struct task *task = task_current(L, what);
  const struct scope *scope = task_scope(task);
  struct event_place here;
  event_place_push(L, scope, &here);
  struct str method = value_text(L, METHOD), id = value_text(L, ID), body = value_text(L, BODY);
  enum event_handshake handshake = event_place_handshake(&here, id);
  if (handshake == HANDSHAKE_BEGUN) return push_failure(L, what, EVENT_PLACE_CONNECTING, "connecting");
  if (body.len > CONNECTIONS_MESSAGE_MAX)
    return push_failure(L, what, CONNECTIONS_TOO_LARGE, client_code_name(CLIENT_TOO_LARGE));
  here.place.endpoint = value_text(L, ENDPOINT);
  here.place.region = value_text(L, REGION);
  connections_place_read(&here.place);
  struct credentials keys = { value_text(L, KEY), value_text(L, SECRET), value_text(L, TOKEN) };
  struct connections_request request = { .method = method,
                                         .id = id,
                                         .body = body,
                                         .deadline_ms = scope_end_ms(scope, CONNECTIONS_MARGIN_MS),
                                         .opening = handshake == HANDSHAKE_REPLIED && str_equal(method, STR("POST")),
                                         .credentials = keys.access_key_id.len > 0 ? &keys : NULL };
  return call(L, task, &here.place, &request);
}

/* current_id(what) -> the connection of the current event, or nil */
static int l_current_id(lua_State *L) {
  struct event_place here;
  luaL_checkstack(L, EVENT_PLACE_VALUES + 2, NULL);
  event_place_push(L, task_scope(task_current(L, luaL_checkstring(L, 1))), &here);
  if (here.connection_id.len > 0)
    lua_pushlstring(L, here.connection_id.ptr, here.connection_id.len);
  else
    lua_pushnil(L);
  return 1;
}

static void push_text(lua_State *L, struct str text) {
  lua_pushlstring(L, text.ptr, text.len);
}

/* current_api() -> the API and the stage of the WebSocket event at hand; nothing when there is none */
static int l_current_api(lua_State *L) {
  struct event_place here;
  const struct scope *scope = scope_current(vm_of(L));
  if (!scope) return 0;
  luaL_checkstack(L, EVENT_PLACE_VALUES + 4, NULL);
  event_place_push(L, scope, &here);
  if (here.connection_id.len == 0 || here.place.api_id.len == 0 || here.place.stage.len == 0) return 0;
  push_text(L, here.place.api_id);
  push_text(L, here.place.stage);
  return 2;
}

static const luaL_Reg functions[] = {
  { "call", l_call },
  { "current_api", l_current_api },
  { "current_id", l_current_id },
  { NULL, NULL },
};

void bind_connections(lua_State *L) {
  lua_newtable(L);
  luaL_register(L, NULL, functions);
}
