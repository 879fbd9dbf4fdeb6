/* moonwire.core.task: tasks as Lua sees them. async.lua and prelude.lua are made of these functions. */
#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>

#include "binds.h"
#include "loop.h"
#include "scope.h"
#include "task.h"
#include "vm.h"
#include "watchdog.h"

static struct task_handle *check_handle(lua_State *L, int arg) {
  return luaL_checkudata(L, arg, "moonwire.task");
}

/* start(fn, ...) -> handle: runs fn as a task of the current scope, beginning with the next turn of the loop */
static int l_start(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  struct scope *scope = scope_current(vm_of(L));
  if (!scope) return luaL_error(L, "a task can only be started while a handler, a script or a spec runs");
  task_push_handle(L, task_new(scope, L, lua_gettop(L) - 1, NULL, NULL));
  return 1;
}

/* current() -> handle, or nothing outside of tasks */
static int l_current(lua_State *L) {
  struct task *task = vm_of(L)->running;
  if (!task) return 0;
  task_push_handle(L, task);
  return 1;
}

/* alive(handle) -> boolean */
static int l_alive(lua_State *L) {
  lua_pushboolean(L, check_handle(L, 1)->task != NULL);
  return 1;
}

/* within(handle, above) -> boolean: is the task of handle that of above, or a descendant of it? */
static int l_within(lua_State *L) {
  const struct task *task = check_handle(L, 1)->task, *above = check_handle(L, 2)->task;
  lua_pushboolean(L, task && above && task_is_within(task, above));
  return 1;
}

/* cancel(handle) -> boolean: cancels the task and its children; false when it had ended already */
static int l_cancel(lua_State *L) {
  struct task_handle *handle = check_handle(L, 1);
  bool alive = handle->task != NULL;
  /* A finalizer may run while a completion of the task is under way. */
  if (!vm_of(L)->running) return luaL_error(L, "a task can only be cancelled while a handler, a script or a spec runs");
  if (alive && task_is_within(vm_of(L)->running, handle->task)) return luaL_error(L, "a task cannot cancel itself");
  if (alive) task_cancel(handle->task);
  lua_pushboolean(L, alive);
  return 1;
}

/* park(handle) waits until another task calls wake with the handle of this one, or until the task of `handle` (may be nil)
 * ends or is cancelled; what happened before is lost */

static void wake(void *ctx) {
  struct task_handle *handle = ctx;
  handle->wake.ctx = NULL;
  task_handle_forget(handle);
  task_resume(handle->task, 0);
}

static void park_cancel(void *ctx) {
  struct task_handle *handle = ctx;
  loop_job_stop(task_scope(handle->task)->vm->loop, &handle->wake);
  task_handle_forget(handle);
  handle->wake.ctx = NULL;
}

static int l_park(lua_State *L) {
  struct task_handle *awaited = lua_isnoneornil(L, 1) ? NULL : check_handle(L, 1);
  struct task *task = task_current(L, "waiting for another task");
  task_push_handle(L, task);
  struct task_handle *handle = check_handle(L, -1);
  handle->wake = (struct loop_job){ .run = wake, .ctx = handle };
  if (awaited && awaited->task) task_handle_wait(handle, awaited);
  return task_wait(task, L, park_cancel, handle);
}

/* wake(handle) -> boolean: true when the task was parked */
static int l_wake(lua_State *L) {
  struct task_handle *handle = check_handle(L, 1);
  bool parked = handle->task && handle->wake.ctx;
  if (parked) loop_job_add(vm_of(L)->loop, &handle->wake);
  lua_pushboolean(L, parked);
  return 1;
}

/* sleep(ms) */

struct sleep {
  struct task *task;
  struct loop *loop;
  struct loop_timer timer;
};

static void sleep_cancel(void *ctx) {
  struct sleep *sleep = ctx;
  loop_timer_stop(sleep->loop, &sleep->timer);
  free(sleep);
}

static void sleep_over(void *ctx) {
  struct task *task = ((struct sleep *)ctx)->task;
  free(ctx);
  task_resume(task, 0);
}

static int l_sleep(lua_State *L) {
  double ms = ceil(luaL_checknumber(L, 1));
  luaL_argcheck(L, ms >= 0 && ms <= 1e12, 1, "milliseconds from 0 to 1e12 expected");
  struct task *task = task_current(L, "async.sleep");
  struct loop *loop = vm_of(L)->loop;
  struct sleep *sleep = calloc(1, sizeof *sleep);
  if (!sleep) return luaL_error(L, "out of memory");
  *sleep = (struct sleep){ .task = task, .loop = loop, .timer = { .fire = sleep_over, .ctx = sleep } };
  if (!loop_timer_start(loop, &sleep->timer, (int64_t)ms)) {
    free(sleep);
    return luaL_error(L, "out of memory");
  }
  return task_wait(task, L, sleep_cancel, sleep);
}

/* left_ms() -> milliseconds until the current task is stopped; math.huge when it never is */
static int l_left_ms(lua_State *L) {
  const struct scope *scope = scope_current(vm_of(L));
  bool limited = scope && scope->due_ns < INT64_MAX;
  lua_pushnumber(L, limited ? (lua_Number)(scope->due_ns - clock_monotonic_ns()) / 1e6 : HUGE_VAL);
  return 1;
}

static const luaL_Reg functions[] = {
  { "alive", l_alive }, { "cancel", l_cancel }, { "current", l_current }, { "left_ms", l_left_ms }, { "park", l_park },
  { "sleep", l_sleep }, { "start", l_start },   { "wake", l_wake },       { "within", l_within },   { NULL, NULL },
};

void bind_task(lua_State *L) {
  lua_newtable(L);
  luaL_register(L, NULL, functions);
  watchdog_push_over(L);
  lua_setfield(L, -2, "over"); /* what a task is ended with whose time is over */
  nesting_push(&vm_of(L)->nesting, L);
  lua_setfield(L, -2, "nesting");
  lua_pushinteger(L, vm_of(L)->nesting.most);
  lua_setfield(L, -2, "nesting_max");
  task_push_mark(L);
  lua_setfield(L, -2, "mark"); /* what a waiting function yields */
  task_push_held(L);
  lua_setfield(L, -2, "held"); /* the coroutines that only the loop continues */
}
