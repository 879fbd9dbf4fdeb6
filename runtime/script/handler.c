#include "handler.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "invocation.h"
#include "log.h"
#include "loop.h"
#include "result.h"
#include "task.h"

enum { LARGE = 1024 * 1024 }; /* bytes of an event and its result together */

/* One invocation while it is served: slot->state. */
struct serving {
  struct handler *handler;
  struct slot *slot;
  struct scope scope;
  struct loop_timer deadline; /* ends the deferred functions */
  bool failed;                /* an error was reported instead of a result */
};

/* Ending an invocation */

static void forget(struct serving *s) {
  loop_timer_stop(s->handler->vm->loop, &s->deadline);
  scope_close(&s->scope);
  s->slot->state = NULL;
  free(s);
}

static void fail_invocation(struct slot *slot, const struct failure *failure) {
  struct serving *s = slot->state;
  if (s) s->failed = true;
  failure_log(failure, &slot->log);
  buf_clear(&slot->reply);
  buf_add(&slot->reply, buf_str(&failure->body));
  slot_fail(slot, str_from(failure->type), buf_str(&failure->cause));
}

static void post_error(struct serving *s, lua_State *co) {
  struct failure failure;
  failure_init(&failure);
  failure_from_error(&failure, co);
  fail_invocation(s->slot, &failure);
  failure_free(&failure);
}

static void post_result(struct serving *s, lua_State *co) {
  struct slot *slot = s->slot;
  struct failure failure;
  const char *advice;
  char err[ERR_LEN] = "the result is too long to be posted";
  failure_init(&failure);
  switch (result_read(co, s->scope.kind, &slot->reply, &advice, err)) {
  case RESULT_REPLY:
    if (advice) log_write(LOG_WARN, s->scope.log, str_from(advice), STR(""));
    slot_respond(slot);
    break;
  case RESULT_RETURNED:
    failure_from_values(&failure, co, 2, 3);
    fail_invocation(slot, &failure);
    break;
  case RESULT_BAD:
    failure_from_runtime(&failure, "Runtime.MarshalError", str_from(err));
    fail_invocation(slot, &failure);
    break;
  }
  failure_free(&failure);
}

/* What the handler started and did not wait for ends here: after the reply, Lambda freezes the process. */
static void cancel_leftovers(struct serving *s) {
  size_t count = scope_cancel_tasks(&s->scope);
  if (count == 0) return;
  log_printf(LOG_WARN, s->scope.log,
             "the handler returned while %zu task%s still ran; cancelled: wait for them, or use context:defer", count,
             count == 1 ? "" : "s");
}

static void handler_done(void *ctx, lua_State *co, bool ok) {
  struct serving *s = ctx;
  cancel_leftovers(s);
  fflush(stdout); /* what io.write has buffered belongs to this invocation */
  if (ok)
    post_result(s, co);
  else
    post_error(s, co);
}

/* Serving: the functions of slot_handler */

static void out_of_memory(struct slot *slot) {
  struct failure failure;
  failure_init(&failure);
  failure_from_runtime(&failure, "Runtime.OutOfMemory", STR("no memory to start the handler"));
  fail_invocation(slot, &failure);
  failure_free(&failure);
}

/* AWS's SDKs and X-Ray's read the trace id of the invocation from the environment; without one the variable goes. */
static void export_trace(struct str trace_id) {
  static const char name[] = "_X_AMZN_TRACE_ID";
  if (!str_equal(config_get(name), trace_id)) config_set(name, trace_id);
}

static void start(void *ctx, struct slot *slot) {
  struct handler *h = ctx;
  lua_State *L = h->vm->L;
  struct serving *s = calloc(1, sizeof *s);
  if (!s) {
    out_of_memory(slot);
    return;
  }
  s->handler = h;
  s->slot = slot;
  slot->state = s;
  if (h->exports_trace) export_trace(slot->invocation.trace_id);
  scope_open(&s->scope, h->vm, &slot->invocation, &slot->log);
  lua_rawgeti(L, LUA_REGISTRYINDEX, h->handle_ref);
  lua_rawgeti(L, LUA_REGISTRYINDEX, h->function_ref);
  lua_pushboolean(L, !h->warm); /* handle function cold_start */
  h->warm = true;
  task_new(&s->scope, L, 2, handler_done, s);
}

static int l_collect(lua_State *L) {
  lua_gc(L, LUA_GCCOLLECT, 0);
  return 0;
}

/* The collector would wait until as much again was allocated: after a large event or result, that is long. */
static void give_memory_back(lua_State *L) {
  if (lua_cpcall(L, l_collect, NULL) != 0) lua_pop(L, 1); /* somebody's __gc has failed */
}

static void next(struct serving *s) {
  struct slot *slot = s->slot;
  lua_State *L = s->handler->vm->L;
  bool large = slot->invocation.payload.len + slot->reply.len > LARGE;
  forget(s);
  if (large) give_memory_back(L);
  slot_next(slot);
}

static void deferred_done(void *ctx, lua_State *co, bool ok) {
  struct serving *s = ctx;
  if (!ok) log_write(LOG_ERROR, s->scope.log, str_from(lua_tostring(co, -1)), STR(""));
  next(s);
}

static void deadline_came(void *ctx) {
  struct serving *s = ctx;
  log_write(LOG_WARN, s->scope.log, STR("the functions given to context:defer were cut off at the deadline"), STR(""));
  next(s);
}

static void run_deferred(struct serving *s) {
  struct vm *vm = s->handler->vm;
  int64_t left_ms = invocation_remaining_ms(&s->slot->invocation, clock_unix_ms());
  s->deadline = (struct loop_timer){ .fire = deadline_came, .ctx = s };
  s->scope.deferring = true;
  if (left_ms < INT64_MAX) loop_timer_start(vm->loop, &s->deadline, left_ms);
  lua_rawgeti(vm->L, LUA_REGISTRYINDEX, s->handler->deferred_ref);
  lua_rawgeti(vm->L, LUA_REGISTRYINDEX, s->scope.deferred_ref); /* run_deferred functions */
  task_new(&s->scope, vm->L, 1, deferred_done, s);
}

static void answered(void *ctx, struct slot *slot, bool accepted) {
  (void)ctx;
  struct serving *s = slot->state;
  if (!s)
    slot_next(slot);
  else if (accepted && !s->failed && s->scope.deferred_ref != LUA_NOREF)
    run_deferred(s);
  else
    next(s);
}

static void cancel(void *ctx, struct slot *slot) {
  (void)ctx;
  forget(slot->state);
}

/* Loading */

static void load_done(void *ctx, lua_State *co, bool ok) {
  struct handler *h = ctx;
  scope_cancel_tasks(&h->loading);
  if (ok) {
    lua_pushvalue(co, 1);
    h->function_ref = luaL_ref(co, LUA_REGISTRYINDEX);
    h->loaded(h->ctx, NULL);
    return;
  }
  struct failure failure;
  failure_init(&failure);
  failure_from_error(&failure, co);
  h->loaded(h->ctx, &failure);
  failure_free(&failure);
}

/* Pushes require(name), field `field` of it if there is one. */
static bool push_library(lua_State *L, const char *name, const char *field, char err[ERR_LEN]) {
  lua_getglobal(L, "require");
  lua_pushstring(L, name);
  if (lua_pcall(L, 1, 1, 0) != 0) return fail(err, "%s: %s", name, lua_tostring(L, -1));
  if (field) lua_getfield(L, -1, field);
  return true;
}

bool handler_load(struct handler *h, struct vm *vm, struct str name, struct str root, handler_loaded loaded, void *ctx,
                  char err[ERR_LEN]) {
  lua_State *L = vm->L;
  int top = lua_gettop(L);
  *h = (struct handler){ .vm = vm, .function_ref = LUA_NOREF, .loaded = loaded, .ctx = ctx };
  h->slot = (struct slot_handler){ .ctx = h, .start = start, .answered = answered, .cancel = cancel };
  scope_open(&h->loading, vm, NULL, NULL);
  if (!push_library(L, "moonwire.runtime.invoke", "handle", err)) return false;
  h->handle_ref = luaL_ref(L, LUA_REGISTRYINDEX); /* invoke */
  lua_getfield(L, -1, "run_deferred");
  h->deferred_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  if (!push_library(L, "moonwire.runtime.handler", NULL, err)) return false;
  lua_pushlstring(L, name.ptr ? name.ptr : "", name.len);
  lua_pushlstring(L, root.ptr ? root.ptr : "", root.len); /* invoke load name root */
  task_new(&h->loading, L, 2, load_done, h);
  lua_settop(L, top);
  return true;
}

void handler_free(struct handler *h) {
  if (!h->vm) return;
  scope_close(&h->loading);
  luaL_unref(h->vm->L, LUA_REGISTRYINDEX, h->function_ref);
  luaL_unref(h->vm->L, LUA_REGISTRYINDEX, h->handle_ref);
  luaL_unref(h->vm->L, LUA_REGISTRYINDEX, h->deferred_ref);
}
