#include "handler.h"

#include <lauxlib.h>

#include "config.h"
#include "log.h"
#include "outcome.h"
#include "scope_metrics.h"
#include "task.h"

enum { MEMORY_MAX_MB = 1024 * 1024 }; /* Lambda's own is 10,240; emulators have no reason for less than a machine */

/* Serving: the functions of slot_handler */

/* AWS's SDKs and X-Ray's read the trace id of the invocation from the environment; without one the variable goes. */
static void export_trace(struct str trace_id) {
  static const char name[] = "_X_AMZN_TRACE_ID";
  if (!str_equal(config_get(name), trace_id)) config_set(name, trace_id);
}

static void start(void *ctx, struct slot *slot) {
  struct handler *h = ctx;
  if (h->exports_trace) export_trace(slot->invocation.trace_id);
  serving_start(&h->serving, slot);
}

static void answered(void *ctx, struct slot *slot, bool accepted) {
  (void)ctx;
  serving_answered(slot, accepted);
}

static void cancel(void *ctx, struct slot *slot) {
  (void)ctx;
  serving_cancel(slot);
}

/* Loading */

/* Protected: the function on the coroutine that loaded it becomes the handler. */
struct loaded {
  struct handler *handler;
  lua_State *co;
};

static int keep_handler(lua_State *L) {
  const struct loaded *loaded = lua_touserdata(L, 1);
  lua_settop(loaded->co, 1);
  lua_xmove(loaded->co, L, 1);
  loaded->handler->serving.handler_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  return 0;
}

static void load_done(void *ctx, lua_State *co, bool ok) {
  struct handler *h = ctx;
  struct loaded loaded = { .handler = h, .co = co };
  struct failure failure;
  failure_init(&failure);
  scope_cancel_tasks(&h->loading);
  scope_write_metrics(&h->loading);
  if (!ok) {
    outcome_read_error(&h->loading, co, &failure);
  } else if (lua_cpcall(h->vm->L, keep_handler, &loaded) != 0) {
    ok = false;
    outcome_read_protected(h->vm, &failure);
  }
  h->loaded(h->ctx, ok ? NULL : &failure);
  failure_free(&failure);
}

static void push_library(lua_State *L, const char *name) {
  lua_getglobal(L, "require");
  lua_pushstring(L, name);
  lua_call(L, 1, 1);
}

/* What is loaded, for one protected call. */
struct loading {
  struct handler *handler;
  struct str name, root;
};

/* Protected. */
static int load(lua_State *L) {
  const struct loading *loading = lua_touserdata(L, 1);
  struct handler *h = loading->handler;
  push_library(L, "moonwire.runtime.invoke");
  lua_getfield(L, -1, "handle");
  h->serving.handle_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  lua_getfield(L, -1, "run_deferred");
  h->serving.deferred_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  push_library(L, "moonwire.runtime.handler");
  lua_pushlstring(L, loading->name.ptr ? loading->name.ptr : "", loading->name.len);
  lua_pushlstring(L, loading->root.ptr ? loading->root.ptr : "", loading->root.len); /* invoke load name root */
  task_new(&h->loading, L, 2, load_done, h);
  return 0;
}

static void limit_memory(struct vm *vm) {
  int64_t mb = 0;
  char err[ERR_LEN];
  if (!config_int("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", 1, MEMORY_MAX_MB, &mb, err))
    log_printf(LOG_WARN, NULL, "%s: memory is not limited", err);
  if (mb > 0) memory_limit(&vm->memory, (size_t)mb << 20);
}

bool handler_load(struct handler *h, struct vm *vm, struct str name, struct str root, handler_loaded loaded, void *ctx,
                  char err[ERR_LEN]) {
  struct loading loading = { .handler = h, .name = name, .root = root };
  *h = (struct handler){ .vm = vm, .loaded = loaded, .ctx = ctx };
  h->serving =
      (struct serving_setup){ .vm = vm, .handler_ref = LUA_NOREF, .handle_ref = LUA_NOREF, .deferred_ref = LUA_NOREF };
  h->slot = (struct slot_handler){ .ctx = h, .start = start, .answered = answered, .cancel = cancel };
  scope_open(&h->loading, vm, NULL, NULL);
  limit_memory(vm);
  scope_metrics_setup();
  if (lua_cpcall(vm->L, load, &loading) == 0) return true;
  fail(err, "the library cannot be loaded: %s", lua_tostring(vm->L, -1));
  lua_pop(vm->L, 1);
  return false;
}

void handler_free(struct handler *h) {
  if (!h->vm) return;
  scope_close(&h->loading);
  luaL_unref(h->vm->L, LUA_REGISTRYINDEX, h->serving.handler_ref);
  luaL_unref(h->vm->L, LUA_REGISTRYINDEX, h->serving.handle_ref);
  luaL_unref(h->vm->L, LUA_REGISTRYINDEX, h->serving.deferred_ref);
}
