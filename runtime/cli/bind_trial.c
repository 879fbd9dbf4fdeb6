#include "bind_trial.h"

#include <lauxlib.h>

#include "binding.h"
#include "failure.h"
#include "invocation.h"
#include "log.h"
#include "loop.h"
#include "outcome.h"
#include "scope.h"
#include "task.h"
#include "value.h"
#include "vm.h"

enum { MARGIN_MS = 200 /* as serving.c has it */, REPLY_MAX = 8 * 1024 * 1024 };

static const char meta[] = "moonwire.trial";

struct trial {
  struct vm *vm; /* NULL once it is closed */
  struct invocation invocation;
  struct log_context log;
  struct scope scope;
  struct loop_timer deadline;
  struct loop_job wake;
  struct task *waiter; /* who waits for its end, of another scope */
  int64_t time_ms;     /* 0: no limit */
  size_t left;         /* tasks that the handler left behind */
  bool ok;
  struct buf reply;   /* when ok */
  const char *advice; /* likewise; NULL, or for the log */
  struct failure failure;
};

static struct trial *check(lua_State *L) {
  return luaL_checkudata(L, 1, meta);
}

/* Its end */

static int push_end(lua_State *L, const void *what) {
  const struct trial *trial = what;
  if (!trial->ok) {
    lua_pushnil(L);
    lua_pushlstring(L, trial->failure.body.ptr ? trial->failure.body.ptr : "", trial->failure.body.len);
    lua_pushstring(L, trial->failure.type);
    return 3;
  }
  if (trial->scope.deferring) {
    lua_pushboolean(L, 1);
    return 1;
  }
  lua_pushlstring(L, trial->reply.ptr ? trial->reply.ptr : "", trial->reply.len);
  if (trial->advice)
    lua_pushstring(L, trial->advice);
  else
    lua_pushnil(L);
  return 2;
}

static void wake(void *ctx) {
  struct trial *trial = ctx;
  struct task *waiter = trial->waiter;
  trial->waiter = NULL;
  if (waiter) task_resume(waiter, task_push(waiter, push_end, trial));
}

static void end(struct trial *trial) {
  loop_timer_stop(trial->vm->loop, &trial->deadline);
  loop_job_add(trial->vm->loop, &trial->wake);
}

static void deadline_came(void *ctx) {
  struct trial *trial = ctx;
  trial->ok = false;
  outcome_read_late(&trial->scope, MARGIN_MS, &trial->failure);
  end(trial);
}

static void handler_done(void *ctx, lua_State *co, bool ok) {
  struct trial *trial = ctx;
  if (trial->scope.late) {
    deadline_came(trial);
    return;
  }
  trial->left = scope_cancel_tasks(&trial->scope);
  trial->ok = outcome_read(&trial->scope, co, ok, &trial->reply, &trial->advice, &trial->failure);
  end(trial);
}

static void deferred_done(void *ctx, lua_State *co, bool ok) {
  struct trial *trial = ctx;
  if (trial->scope.late) {
    deadline_came(trial);
    return;
  }
  trial->left = scope_cancel_tasks(&trial->scope);
  trial->ok = ok;
  if (!ok) outcome_read_error(&trial->scope, co, &trial->failure);
  end(trial);
}

/* Waiting */

static void stop_waiting(void *ctx) {
  struct trial *trial = ctx;
  trial->waiter = NULL;
  loop_timer_stop(trial->vm->loop, &trial->deadline);
  loop_job_stop(trial->vm->loop, &trial->wake);
  scope_cancel_tasks(&trial->scope);
}

static struct task *begin(lua_State *L, struct trial *trial, const char *what) {
  struct task *task = task_current(L, what);
  if (!trial->vm || trial->waiter) luaL_error(L, "%s: the trial is over, or runs", what);
  trial->scope.due_ns = INT64_MAX;
  if (trial->time_ms > MARGIN_MS) {
    trial->scope.due_ns = clock_monotonic_ns() + (trial->time_ms - MARGIN_MS) * NS_PER_MS;
    loop_timer_start(trial->vm->loop, &trial->deadline, trial->time_ms - MARGIN_MS);
  }
  trial->waiter = task;
  return task;
}

static int l_run(lua_State *L) {
  struct trial *trial = check(L);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  struct task *task = begin(L, trial, "trial:run");
  task_new(&trial->scope, L, lua_gettop(L) - 2, handler_done, trial);
  return task_wait(task, L, stop_waiting, trial);
}

static int l_defer(lua_State *L) {
  struct trial *trial = check(L);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  if (trial->scope.deferred_ref == LUA_NOREF) {
    lua_pushboolean(L, 1);
    return 1;
  }
  struct task *task = begin(L, trial, "trial:defer");
  trial->scope.deferring = true;
  lua_settop(L, 2);
  lua_rawgeti(L, LUA_REGISTRYINDEX, trial->scope.deferred_ref);
  task_new(&trial->scope, L, 1, deferred_done, trial);
  return task_wait(task, L, stop_waiting, trial);
}

static int l_left(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)check(L)->left);
  return 1;
}

/* Beginning and end of it all */

static int l_close(lua_State *L) {
  struct trial *trial = check(L);
  if (!trial->vm) return 0;
  if (trial->waiter) return luaL_error(L, "trial:close: it runs");
  loop_timer_stop(trial->vm->loop, &trial->deadline);
  loop_job_stop(trial->vm->loop, &trial->wake);
  scope_close(&trial->scope);
  invocation_free(&trial->invocation);
  buf_free(&trial->reply);
  failure_free(&trial->failure);
  trial->vm = NULL;
  return 0;
}

static struct str copied(lua_State *L, struct trial *trial, const char *name) {
  lua_getfield(L, 1, name);
  struct str text = arena_copy(&trial->invocation.memory, value_text(L, -1));
  lua_pop(L, 1);
  return text;
}

static int64_t number(lua_State *L, const char *name) {
  lua_getfield(L, 1, name);
  int64_t value = (int64_t)lua_tonumber(L, -1);
  lua_pop(L, 1);
  return value;
}

static int l_new(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  struct trial *trial = lua_newuserdata(L, sizeof *trial);
  *trial = (struct trial){ .vm = vm_of(L) };
  invocation_init(&trial->invocation);
  buf_init(&trial->reply, REPLY_MAX);
  failure_init(&trial->failure);
  trial->deadline = (struct loop_timer){ .fire = deadline_came, .ctx = trial };
  trial->wake = (struct loop_job){ .run = wake, .ctx = trial };
  scope_open(&trial->scope, trial->vm, &trial->invocation, &trial->log);
  luaL_getmetatable(L, meta);
  lua_setmetatable(L, -2);
  struct invocation *invocation = &trial->invocation;
  invocation->payload = copied(L, trial, "event");
  invocation->request_id = copied(L, trial, "request_id");
  invocation->function_arn = copied(L, trial, "arn");
  invocation->trace_id = copied(L, trial, "trace_id");
  invocation->deadline_ms = number(L, "deadline_ms");
  trial->time_ms = number(L, "time_ms");
  trial->log.request_id = invocation->request_id;
  return 1;
}

static int load(lua_State *L) {
  static const luaL_Reg methods[] = {
    { "close", l_close }, { "defer", l_defer }, { "left", l_left }, { "run", l_run }, { NULL, NULL },
  };
  static const luaL_Reg functions[] = { { "new", l_new }, { NULL, NULL } };
  binding_class(L, meta, methods, l_close);
  binding_functions(L, functions);
  return 1;
}

void bind_trial(lua_State *L) {
  binding_preload(L, "moonwire.core.trial", load);
}
