#include "bind_limited.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "binding.h"
#include "err.h"
#include "frames.h"
#include "loop.h"
#include "scope.h"
#include "task.h"
#include "vm.h"

enum { MEMORY_MAX_MB = 10240 /* of a function of Lambda */ };

static const char meta[] = "moonwire.limited";

enum outcome { ENDED, FAILED, OVER };

struct limited {
  struct vm *vm;
  struct scope scope;  /* its vm is NULL once it is closed */
  struct task *waiter; /* in call(); NULL when there is no call */
  struct task *task;   /* that runs the function; NULL when it has ended */
  struct loop_timer timer;
  struct loop_job wake; /* the waiter, when the outcome is there */
  enum outcome outcome;
  char message[ERR_LEN]; /* of FAILED */
  struct stack *where;   /* of OVER; owned; NULL when memory was short */
};

static void take_stack(struct limited *limited) {
  free(limited->where);
  limited->where = limited->scope.late_stack;
  limited->scope.late_stack = NULL;
  if (limited->where || !(limited->where = calloc(1, sizeof *limited->where))) return;
  scope_stack(&limited->scope, limited->where);
}

static void decide(struct limited *limited, enum outcome outcome) {
  struct loop *loop = limited->vm->loop;
  limited->task = NULL;
  limited->outcome = outcome;
  loop_timer_stop(loop, &limited->timer);
  if (outcome == OVER) {
    take_stack(limited);
    scope_cancel_tasks(&limited->scope);
  }
  free(limited->scope.late_stack); /* of another task than the one that was called */
  limited->scope.late_stack = NULL;
  limited->scope.late = false;
  limited->scope.due_ns = INT64_MAX;
  loop_job_add(loop, &limited->wake);
}

/* The function waits for something that does not come. */
static void time_is_over(void *ctx) {
  decide(ctx, OVER);
}

/* A function that runs on was stopped by the watchdog. */
static void function_ended(void *ctx, lua_State *co, bool ok) {
  struct limited *limited = ctx;
  const char *message = ok ? NULL : lua_tostring(co, -1);
  if (!ok) fail(limited->message, "%s", message ? message : "the error is no text");
  decide(limited, ok ? ENDED : limited->scope.late ? OVER : FAILED);
}

static void push_frames(lua_State *L, const struct stack *stack) {
  lua_newtable(L);
  for (size_t i = 0; stack && i < stack->count; i++) {
    lua_createtable(L, 0, 3);
    lua_pushstring(L, stack->frames[i].path);
    lua_setfield(L, -2, "path");
    lua_pushinteger(L, stack->frames[i].line);
    lua_setfield(L, -2, "line");
    lua_pushstring(L, stack->frames[i].label);
    lua_setfield(L, -2, "label");
    lua_rawseti(L, -2, (int)i + 1);
  }
}

static int push_outcome(lua_State *L, const void *what) {
  const struct limited *limited = what;
  lua_pushboolean(L, limited->outcome == ENDED);
  if (limited->outcome == ENDED) return 1;
  lua_pushstring(L, limited->outcome == OVER ? "time" : "failed");
  if (limited->outcome == OVER)
    push_frames(L, limited->where);
  else
    lua_pushstring(L, limited->message);
  return 3;
}

static void wake(void *ctx) {
  struct limited *limited = ctx;
  struct task *waiter = limited->waiter;
  limited->waiter = NULL;
  task_resume(waiter, task_push(waiter, push_outcome, limited));
}

static void call_cancel(void *ctx) {
  struct limited *limited = ctx;
  loop_timer_stop(limited->vm->loop, &limited->timer);
  loop_job_stop(limited->vm->loop, &limited->wake);
  limited->waiter = limited->task = NULL;
  scope_cancel_tasks(&limited->scope);
}

static struct limited *check(lua_State *L) {
  struct limited *limited = luaL_checkudata(L, 1, meta);
  luaL_argcheck(L, limited->scope.vm, 1, "it is closed");
  return limited;
}

static int l_call(lua_State *L) {
  struct limited *limited = check(L);
  lua_Number ms = luaL_checknumber(L, 2);
  luaL_argcheck(L, ms >= 0 && ms <= 1e12, 2, "milliseconds from 0 to 1e12 expected");
  luaL_checktype(L, 3, LUA_TFUNCTION);
  struct task *waiter = task_current(L, "limited:call");
  if (limited->waiter) return luaL_error(L, "limited:call: there is a call under way");
  lua_settop(L, 3);
  if (ms > 0 && !loop_timer_start(limited->vm->loop, &limited->timer, (int64_t)ms))
    return luaL_error(L, "out of memory");
  limited->scope.due_ns = ms > 0 ? clock_monotonic_ns() + (int64_t)ms * NS_PER_MS : INT64_MAX;
  limited->task = task_new(&limited->scope, L, 0, function_ended, limited);
  limited->waiter = waiter;
  return task_wait(waiter, L, call_cancel, limited);
}

static int l_tasks(lua_State *L) {
  const struct limited *limited = check(L);
  lua_Integer count = 0;
  for (const struct task *task = limited->scope.tasks; task; task = task_next(task)) count += task != limited->task;
  lua_pushinteger(L, count);
  return 1;
}

static int l_close(lua_State *L) {
  struct limited *limited = check(L);
  if (limited->waiter) return luaL_error(L, "limited:close: there is a call under way");
  scope_close(&limited->scope);
  return 0;
}

static int l_gc(lua_State *L) {
  struct limited *limited = luaL_checkudata(L, 1, meta);
  loop_timer_stop(limited->vm->loop, &limited->timer);
  loop_job_stop(limited->vm->loop, &limited->wake);
  scope_close(&limited->scope);
  free(limited->where);
  limited->where = NULL;
  return 0;
}

static int l_open(lua_State *L) {
  struct limited *limited = lua_newuserdata(L, sizeof *limited);
  *limited = (struct limited){ .vm = vm_of(L) };
  limited->timer = (struct loop_timer){ .fire = time_is_over, .ctx = limited };
  limited->wake = (struct loop_job){ .run = wake, .ctx = limited };
  scope_open(&limited->scope, limited->vm, NULL, NULL);
  luaL_getmetatable(L, meta);
  lua_setmetatable(L, -2);
  return 1;
}

static int l_memory(lua_State *L) {
  lua_Integer mb = luaL_checkinteger(L, 1);
  luaL_argcheck(L, mb > 0 && mb <= MEMORY_MAX_MB, 1, "MB of a function expected");
  memory_limit(&vm_of(L)->memory, (size_t)mb << 20);
  return 0;
}

static int l_now(lua_State *L) {
  lua_pushnumber(L, (lua_Number)clock_monotonic_ns() / NS_PER_MS);
  return 1;
}

static int load(lua_State *L) {
  static const luaL_Reg methods[] = { { "call", l_call }, { "close", l_close }, { "tasks", l_tasks }, { NULL, NULL } };
  static const luaL_Reg functions[] = { { "memory", l_memory }, { "now", l_now }, { "open", l_open }, { NULL, NULL } };
  binding_class(L, meta, methods, l_gc);
  binding_functions(L, functions);
  return 1;
}

void bind_limited(lua_State *L) {
  binding_preload(L, "moonwire.core.limited", load);
}
