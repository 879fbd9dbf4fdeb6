#include "task.h"

#include <assert.h>
#include <lauxlib.h>
#include <stdlib.h>

#include "log.h"
#include "loop.h"
#include "scope.h"
#include "vm.h"
#include "watchdog.h"

struct task {
  struct scope *scope;
  struct task *next, **link; /* in scope->tasks */
  struct task *parent;       /* the task that made it, while that one lives */
  size_t children;           /* tasks whose parent is this one */
  lua_State *co;
  int co_ref; /* registry: keeps co alive */
  struct loop_job start;
  int nargs;                 /* of the function that waits to be started */
  void (*cancel)(void *ctx); /* undoes what the task waits for; NULL while it runs */
  void *cancel_ctx;
  task_done done;
  void *ctx;
  struct task_tie *ties;      /* what ends with it */
  struct task_handle *handle; /* owned by Lua; NULL when nobody asked for one */
  int handle_ref;             /* registry: keeps the handle alive as long as the task */
};

static const char mark; /* its address is the mark */
static const char held; /* its address is the registry's key for the set */

void task_push_mark(lua_State *L) {
  lua_pushlightuserdata(L, (void *)&mark);
}

void task_push_held(lua_State *L) {
  lua_pushlightuserdata(L, (void *)&held);
  lua_rawget(L, LUA_REGISTRYINDEX);
  if (lua_istable(L, -1)) return;
  lua_pop(L, 1);
  lua_newtable(L); /* set */
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "k");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_pushlightuserdata(L, (void *)&held);
  lua_pushvalue(L, -2); /* set key set */
  lua_rawset(L, LUA_REGISTRYINDEX);
}

/* Makes a coroutine that nobody but the loop may resume. */
static lua_State *push_thread(lua_State *L) {
  lua_State *co = lua_newthread(L); /* co */
  task_push_held(L);
  lua_pushvalue(L, -2);
  lua_pushboolean(L, 1); /* co set co true */
  lua_rawset(L, -3);
  lua_pop(L, 1);
  return co;
}

static void start_task(void *ctx) {
  struct task *task = ctx;
  task_resume(task, task->nargs);
}

static void link_task(struct task *task, struct scope *scope) {
  task->scope = scope;
  task->link = &scope->tasks;
  task->next = scope->tasks;
  if (task->next) task->next->link = &task->next;
  scope->tasks = task;
  struct task *running = scope->vm->running;
  if (!running || running->scope != scope) return;
  task->parent = running;
  running->children++;
}

struct task *task_new(struct scope *scope, lua_State *L, int nargs, task_done done, void *ctx) {
  lua_State *co = push_thread(L); /* function args... co */
  int co_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  luaL_checkstack(co, nargs + 1, "too many arguments");
  struct task *task = calloc(1, sizeof *task);
  if (!task) {
    luaL_unref(L, LUA_REGISTRYINDEX, co_ref);
    luaL_error(L, "out of memory");
    return NULL;
  }
  lua_xmove(L, co, nargs + 1);
  task->co = co;
  task->co_ref = co_ref;
  task->nargs = nargs;
  task->done = done;
  task->ctx = ctx;
  task->handle_ref = LUA_NOREF;
  task->start = (struct loop_job){ .run = start_task, .ctx = task };
  link_task(task, scope);
  loop_job_add(scope->vm->loop, &task->start);
  return task;
}

/* Its children become its parent's: they belong to whoever would be cancelled instead of it. */
static void give_children_away(struct task *task) {
  for (struct task *t = task->scope->tasks; t && task->children > 0; t = t->next) {
    if (t->parent != task) continue;
    t->parent = task->parent;
    task->children--;
    if (t->parent) t->parent->children++;
  }
}

/* The task is over: its handle stays with Lua, and whoever waits for it goes on. */
static void release_handle(struct task *task) {
  struct vm *vm = task->scope->vm;
  struct task_handle *handle = task->handle;
  if (!handle) return;
  handle->task = NULL;
  while (handle->waiters) {
    loop_job_add(vm->loop, &handle->waiters->wake);
    task_handle_forget(handle->waiters);
  }
  luaL_unref(vm->L, LUA_REGISTRYINDEX, task->handle_ref);
}

void task_tie(struct task *task, struct task_tie *tie) {
  task_untie(tie);
  tie->link = &task->ties;
  tie->next = task->ties;
  if (tie->next) tie->next->link = &tie->next;
  task->ties = tie;
}

static void end_ties(struct task *task) {
  for (struct task_tie *tie; (tie = task->ties);) {
    task_untie(tie);
    tie->end(tie->ctx);
  }
}

/* Unlinks and frees; co stays referenced by the registry until the caller drops the reference. */
static void delete_task(struct task *task) {
  give_children_away(task);
  if (task->parent) task->parent->children--;
  *task->link = task->next;
  if (task->next) task->next->link = task->link;
  release_handle(task);
  end_ties(task);
  free(task);
}

static struct task *any_child(const struct task *task) {
  if (task->children == 0) return NULL;
  struct task *t = task->scope->tasks;
  while (t->parent != task) t = t->next;
  return t;
}

void task_cancel(struct task *task) {
  lua_State *L = task->scope->vm->L;
  int co_ref = task->co_ref;
  assert(!task_is_within(task->scope->vm->running, task));
  for (struct task *child; (child = any_child(task));) task_cancel(child);
  if (task->cancel) task->cancel(task->cancel_ctx);
  loop_job_stop(task->scope->vm->loop, &task->start);
  delete_task(task);
  luaL_unref(L, LUA_REGISTRYINDEX, co_ref);
}

/* Undoes a wait whose yield did not reach the loop: the waiting coroutine was resumed from inside a C function that cannot
 * be left (a generator in a callback of table.sort), so that its yield became an error there. */
static void disarm(struct task *task) {
  if (task->cancel) task->cancel(task->cancel_ctx);
  task->cancel = NULL;
}

struct task *task_current(lua_State *L, const char *what) {
  struct task *task = vm_of(L)->running;
  if (!task) luaL_error(L, "%s: can only be called while a handler, a script or a spec runs", what);
  if (!lua_isyieldable(L))
    luaL_error(L, "%s: cannot wait inside a callback of a C function (table.sort, string.gsub, or a C module's)", what);
  disarm(task);
  return task;
}

int task_wait(struct task *task, lua_State *L, void (*cancel)(void *ctx), void *ctx) {
  assert(cancel && !task->cancel);
  task->cancel = cancel;
  task->cancel_ctx = ctx;
  task_push_mark(L);
  return lua_yield(L, 1);
}

/* True when the coroutine yielded because a function of ours waits; takes the mark off its stack. Any other yield has no
 * resumer: it becomes an error value on top. */
static bool is_waiting(struct task *task) {
  lua_State *co = task->co;
  bool marked = lua_gettop(co) > 0 && lua_touserdata(co, -1) == (void *)&mark;
  if (marked && task->cancel) {
    lua_pop(co, 1);
    return true;
  }
  lua_pushliteral(
      co, "coroutine.yield was called outside of a coroutine: a handler waits with async.sleep, ws.send and so on");
  return false;
}

/* A task of async.lua keeps what it raised as its result. One that dies all the same had no memory even for that: the record
 * says so, and whoever may wait for it looks. */
static void tell_death(struct task *task) {
  struct task_handle *parent = task->parent ? task->parent->handle : NULL;
  if (!task->scope->late)
    log_write(LOG_ERROR, task->scope->log, STR("a function that runs beside the handler failed: not enough memory"),
              STR(""));
  if (parent && parent->wake.ctx) loop_job_add(task->scope->vm->loop, &parent->wake);
}

void task_resume(struct task *task, int nresults) {
  struct vm *vm = task->scope->vm;
  assert(!vm->running);
  task->cancel = NULL;
  vm->running = task;
  nesting_settle(&vm->nesting, vm->L);
  watchdog_enter(&vm->watchdog, task->co, task->scope->due_ns, task->scope);
  int status = lua_resume(task->co, nresults);
  vm->running = NULL;
  watchdog_leave(&vm->watchdog);
  if (status == LUA_YIELD && is_waiting(task)) return;
  lua_State *co = task->co;
  int co_ref = task->co_ref;
  task_done done = task->done;
  void *ctx = task->ctx;
  disarm(task);
  if (status != 0 && !done) tell_death(task);
  delete_task(task);
  if (done) done(ctx, co, status == 0);
  luaL_unref(vm->L, LUA_REGISTRYINDEX, co_ref);
}

lua_State *task_state(const struct task *task) {
  return task->co;
}

struct task *task_next(const struct task *task) {
  return task->next;
}

struct results {
  struct task *task;
  int (*push)(lua_State *L, const void *what);
  const void *what;
  int count;
};

/* Values move to the coroutine while this still counts as one protected call: from outside, an error there would have
 * nobody to catch it. A coroutine that waits in a C function has room for some values. */
static int push_results(lua_State *L) {
  struct results *results = lua_touserdata(L, 1);
  lua_settop(L, 0);
  int count = results->push(L, results->what);
  assert(count <= TASK_RESULTS && count <= lua_gettop(L));
  lua_xmove(L, results->task->co, count);
  results->count = count;
  return 0;
}

int task_push(struct task *task, int (*push)(lua_State *L, const void *what), const void *what) {
  lua_State *L = task->scope->vm->L;
  struct results results = { .task = task, .push = push, .what = what };
  if (lua_cpcall(L, push_results, &results) == 0) return results.count;
  lua_pushnil(task->co);
  lua_xmove(L, task->co, 1);
  return 2;
}

struct scope *task_scope(const struct task *task) {
  return task->scope;
}

bool task_is_within(const struct task *task, const struct task *above) {
  while (task && task != above) task = task->parent;
  return task != NULL;
}

void task_push_handle(lua_State *L, struct task *task) {
  if (task->handle) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, task->handle_ref);
    return;
  }
  struct task_handle *handle = lua_newuserdata(L, sizeof *handle); /* handle */
  *handle = (struct task_handle){ 0 };
  task_push_handle_meta(L); /* handle meta */
  lua_setmetatable(L, -2);  /* handle */
  lua_pushvalue(L, -1);
  task->handle_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  task->handle = handle;
  handle->task = task;
}
