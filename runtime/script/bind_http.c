/* moonwire.core.http: one request. http.lua checks the types of the arguments. */
#include <lauxlib.h>
#include <stdlib.h>

#include "binds.h"
#include "header_list.h"
#include "http.h"
#include "task.h"
#include "value.h"
#include "vm.h"

/* A task that waits for a response. */
struct wait {
  struct task *task;
  struct vm *vm;
  struct http_transfer *transfer;
  int body_ref; /* registry: the body is borrowed by the transfer */
};

static void wait_free(struct wait *wait) {
  luaL_unref(wait->vm->L, LUA_REGISTRYINDEX, wait->body_ref);
  free(wait);
}

static void wait_cancel(void *ctx) {
  struct wait *wait = ctx;
  http_cancel(wait->transfer);
  wait_free(wait);
}

static int push_failure(lua_State *L, const char *message, enum http_code code) {
  lua_pushnil(L);
  lua_pushfstring(L, "http.request: %s", message);
  lua_pushstring(L, http_code_name(code));
  return 3;
}

static int push_response(lua_State *L, const void *what) {
  const struct http_response *response = what;
  if (response->code != HTTP_OK) return push_failure(L, response->message, response->code);
  lua_pushinteger(L, response->status);
  header_list_push(L, response->headers, response->header_count);
  lua_pushlstring(L, response->body.ptr ? response->body.ptr : "", response->body.len);
  return 3;
}

static void answered(void *ctx, const struct http_response *response) {
  struct wait *wait = ctx;
  struct task *task = wait->task;
  wait_free(wait);
  task_resume(task, task_push(task, push_response, response));
}

/* request(method, url, headers, body or nil, timeout_ms, connect_timeout_ms, max_body)
 * -> status, headers, body | nil, message, code | false, message: an argument is not what it must be.
 * headers is a list of strings: name, value, name, value; 0 stands for the default of a number. */
static int l_request(lua_State *L) {
  char err[ERR_LEN];
  struct http_request request = { .timeout_ms = (int64_t)luaL_checknumber(L, 5),
                                  .connect_timeout_ms = (int64_t)luaL_checknumber(L, 6),
                                  .body_max = (size_t)luaL_checknumber(L, 7) };
  luaL_checkstring(L, 1);
  luaL_checkstring(L, 2);
  luaL_checktype(L, 3, LUA_TTABLE);
  request.method = value_text(L, 1);
  request.url = value_text(L, 2);
  request.body = value_text(L, 4);
  request.headers = header_list_read(L, 3, &request.header_count);
  if (!http_request_check(&request, err)) {
    lua_pushboolean(L, 0);
    lua_pushstring(L, err);
    return 2;
  }
  struct task *task = task_current(L, "http.request");
  struct vm *vm = vm_of(L);
  lua_pushvalue(L, 4);
  int body_ref = luaL_ref(L, LUA_REGISTRYINDEX); /* the last that may raise */
  struct http *http = vm_http(vm, err);
  struct wait *wait = http ? calloc(1, sizeof *wait) : NULL;
  if (!wait) {
    luaL_unref(L, LUA_REGISTRYINDEX, body_ref);
    return push_failure(L, http ? "out of memory" : err, HTTP_NETWORK);
  }
  *wait = (struct wait){ .task = task, .vm = vm, .body_ref = body_ref };
  wait->transfer = http_send(http, &request, answered, wait, err);
  if (wait->transfer) return task_wait(task, L, wait_cancel, wait);
  wait_free(wait);
  return push_failure(L, err, HTTP_BAD_REQUEST);
}

static const luaL_Reg functions[] = {
  { "request", l_request },
  { NULL, NULL },
};

void bind_http(lua_State *L) {
  lua_newtable(L);
  luaL_register(L, NULL, functions);
}
