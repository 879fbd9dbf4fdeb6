/* moonwire.core.aws: one signed call to any service of AWS, and where services are. lua/moonwire/aws checks the types of
 * the arguments. */
#include <lauxlib.h>
#include <stdlib.h>

#include "binds.h"
#include "client.h"
#include "endpoint.h"
#include "header_list.h"
#include "scope.h"
#include "table_field.h"
#include "task.h"
#include "value.h"
#include "vm.h"

/* A task that waits for the answer of one call. */
struct wait {
  struct task *task;
  struct vm *vm;
  struct client_call *call;
  int body_ref; /* registry: the body is borrowed by the call */
};

static void wait_free(struct wait *wait) {
  luaL_unref(wait->vm->L, LUA_REGISTRYINDEX, wait->body_ref);
  free(wait);
}

static void wait_cancel(void *ctx) {
  struct wait *wait = ctx;
  client_cancel(wait->call);
  wait_free(wait);
}

static int push_failure(lua_State *L, const char *message, enum client_code code) {
  lua_pushnil(L);
  lua_pushstring(L, message);
  lua_pushstring(L, client_code_name(code));
  return 3;
}

/* Three values. */
static void push_response(lua_State *L, const struct client_result *result) {
  lua_pushinteger(L, result->status);
  header_list_push(L, result->headers, result->header_count);
  lua_pushlstring(L, result->body.ptr ? result->body.ptr : "", result->body.len);
}

static int push_answer(lua_State *L, const void *what) {
  const struct client_result *result = what;
  int count = 0;
  if (result->code != CLIENT_OK) {
    count = push_failure(L, result->message, result->code);
    if (result->type.len > 0) {
      lua_pop(L, 1);
      lua_pushlstring(L, result->type.ptr, result->type.len);
    }
  }
  if (result->status == 0) return count;
  push_response(L, result);
  return count + 3;
}

static void answered(void *ctx, const struct client_result *result) {
  struct wait *wait = ctx;
  struct task *task = wait->task;
  int count = task_push(task, push_answer, result);
  wait_free(wait);
  task_resume(task, count);
}

/* Starts the call. Raises nothing but a lack of memory, before it owns anything. body: where the body is on the stack. */
static int start(lua_State *L, struct task *task, const struct client_request *request, int body) {
  char err[ERR_LEN];
  struct vm *vm = vm_of(L);
  lua_pushvalue(L, body);
  int body_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  struct http *http = vm_http(vm, err);
  struct wait *wait = http ? calloc(1, sizeof *wait) : NULL;
  if (!wait) {
    luaL_unref(L, LUA_REGISTRYINDEX, body_ref);
    return push_failure(L, http ? "out of memory" : err, CLIENT_NETWORK);
  }
  *wait = (struct wait){ .task = task, .vm = vm, .body_ref = body_ref };
  wait->call = client_send(http, request, answered, wait, err);
  if (wait->call) return task_wait(task, L, wait_cancel, wait);
  wait_free(wait);
  return push_failure(L, err, CLIENT_BAD_REQUEST);
}

static void read_request(lua_State *L, int t, struct client_request *request) {
  request->method = table_string(L, t, "method");
  request->url = table_string(L, t, "url");
  request->service = table_string(L, t, "service");
  request->body = table_string(L, t, "body");
  request->timeout_ms = table_number(L, t, "timeout_ms", 0);
  request->body_max = (size_t)table_number(L, t, "max_body", 0);
  request->no_normalize = table_flag(L, t, "no_normalize");
  request->no_double_encode = table_flag(L, t, "no_double_encode");
  request->sign_body_header = table_flag(L, t, "sign_body_header");
}

static bool check_wire(const struct client_request *request, char err[ERR_LEN]) {
  struct http_request wire = {
    .method = request->method, .headers = request->headers, .header_count = request->header_count, .body = request->body
  };
  return http_request_check(&wire, err);
}

enum { WHAT = 1, REQUEST, HEADERS, BODY };

/* call(what, request, headers) -> status, headers, body | nil, message, code[, status, headers, body]
 *                                 | false, message: an argument is not what it must be
 * request: { method =, url =, service =, region =, body =, timeout_ms =, max_body =, access_key_id =, secret_access_key =,
 * session_token =, no_normalize =, no_double_encode =, sign_body_header = }; code is the type that the service gave its
 * error, else that of the client. */
static int l_call(lua_State *L) {
  char err[ERR_LEN];
  struct client_request request = { 0 };
  const char *what = luaL_checkstring(L, WHAT);
  luaL_checktype(L, REQUEST, LUA_TTABLE);
  luaL_checktype(L, HEADERS, LUA_TTABLE);
  lua_settop(L, HEADERS);
  lua_getfield(L, REQUEST, "body"); /* at BODY */
  struct task *task = task_current(L, what);
  read_request(L, REQUEST, &request);
  request.headers = header_list_read(L, HEADERS, &request.header_count);
  request.deadline_ms = scope_end_ms(task_scope(task), CLIENT_MARGIN_MS);
  if (!check_wire(&request, err)) {
    lua_pushboolean(L, 0);
    lua_pushstring(L, err);
    return 2;
  }
  if (!endpoint_region(table_string(L, REQUEST, "region"), endpoint_default_region(), &request.region, err))
    return push_failure(L, err, CLIENT_BAD_REQUEST);
  struct credentials keys = { .access_key_id = table_string(L, REQUEST, "access_key_id"),
                              .secret_access_key = table_string(L, REQUEST, "secret_access_key"),
                              .session_token = table_string(L, REQUEST, "session_token") };
  if (keys.access_key_id.len > 0) request.credentials = &keys;
  return start(L, task, &request, BODY);
}

/* endpoint { prefix =, variable =, endpoint =, region = } -> url | nil, message */
static int l_endpoint(lua_State *L) {
  char err[ERR_LEN];
  static struct buf url = { .ceiling = ENDPOINT_URL_MAX }; /* kept from call to call: a raise of Lua must not leak it */
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_getfield(L, 1, "variable");
  struct endpoint_place place = { .prefix = table_string(L, 1, "prefix"),
                                  .variable = luaL_checkstring(L, 2),
                                  .endpoint = table_string(L, 1, "endpoint"),
                                  .region = table_string(L, 1, "region") };
  endpoint_place_read(&place);
  buf_trim(&url, ENDPOINT_URL_MAX);
  if (endpoint_url(&place, &url, err) && (!url.failed || fail(err, "the URL of the endpoint is too long"))) {
    lua_pushlstring(L, url.ptr, url.len);
    return 1;
  }
  lua_pushnil(L);
  lua_pushstring(L, err);
  return 2;
}

static const luaL_Reg functions[] = {
  { "call", l_call },
  { "endpoint", l_endpoint },
  { NULL, NULL },
};

void bind_aws(lua_State *L) {
  lua_newtable(L);
  luaL_register(L, NULL, functions);
}
