/* task.h -- a coroutine that runs a Lua function on the event loop.
 * task.c holds the only lua_resume of the project. A C function that has to wait arms something on the loop, says how to
 * cancel it and yields (task_wait); the completion pushes the results and resumes (task_resume), from the loop, once.
 * Tasks live in a scope (scope.h): what an invocation started ends with it.
 *
 *   static int l_sleep(lua_State *L) {                     -- async.sleep(ms)
 *     lua_Integer ms = luaL_checkinteger(L, 1);            -- all checks first
 *     struct task *task = task_current(L, "async.sleep");  -- raises where nothing can wait
 *     struct sleep *sleep = ...;  loop_timer_start(...);   -- arm
 *     return task_wait(task, L, sleep_cancel, sleep);      -- remember how to cancel, yield
 *   }
 *   static void sleep_over(void *ctx) {                    -- from the loop
 *     struct task *task = sleep->task;  free(sleep);
 *     task_resume(task, 0);                                -- async.sleep returns nothing; results: task_push
 *   }
 */
#ifndef MOONWIRE_TASK_H
#define MOONWIRE_TASK_H

#include <stdbool.h>

#include <lua.h>

#include "loop.h"

struct scope;
struct task;
struct vm;

/* How a task ended. On success its results are the whole stack of co. On failure the error value is on top of co and the
 * dead coroutine's frames are intact, for a traceback. co is valid until this returns; the task is gone already. */
typedef void (*task_done)(void *ctx, lua_State *co, bool ok);

/* Makes a task of the function and nargs arguments on top of L, and pops them. It starts in the next turn of the loop.
 * `done` (may be NULL) is called once from the loop, unless the task is cancelled first. A task that is made while
 * another runs is its child: it is cancelled with it. Raises (Lua) only when memory is short. */
struct task *task_new(struct scope *scope, lua_State *L, int nargs, task_done done, void *ctx);

/* Cancels whatever the task and its children wait for and deletes them; `done` is not called. Not for the task that
 * runs, nor for one above it. */
void task_cancel(struct task *task);

/* The task that runs now. Raises an error that names `what` when no task runs, or when the caller sits inside a C
 * function that cannot be left and entered again (a callback of table.sort or string.gsub). Call it before arming. */
struct task *task_current(lua_State *L, const char *what);

/* Yields until task_resume. `cancel(ctx)` must undo what was armed and free ctx; it is not called after task_resume. */
int task_wait(struct task *task, lua_State *L, void (*cancel)(void *ctx), void *ctx);

/* Pushes what a waiting function is to return, for task_resume: push(L, what) leaves at most TASK_RESULTS values on L and
 * says how many. It runs protected, on a state that has no task; what it raises (a lack of memory, a finalizer) becomes
 * the results nil and that error. Returns the number of results. */
enum { TASK_RESULTS = 8 };
int task_push(struct task *task, int (*push)(lua_State *L, const void *what), const void *what);

/* The coroutine of a task, to look at. */
lua_State *task_state(const struct task *task);

/* The next task of the same scope, or NULL. */
struct task *task_next(const struct task *task);

/* Continues a waiting task; what task_push has pushed (nresults values) becomes the results of the function that waited.
 * Only from the loop, never from inside Lua. The task may be gone when this returns. */
void task_resume(struct task *task, int nresults);

struct scope *task_scope(const struct task *task);

/* Something that goes on while its task does other things, and ends with it, however that ends. Zero it before the first
 * use; link is NULL while it is tied to none. end(ctx) may not raise: it can be called while Lua runs. */
struct task_tie {
  void (*end)(void *ctx);
  void *ctx;
  struct task_tie *next, **link;
};

/* A tie that is tied to another task moves. Untied before `end` is called. */
void task_tie(struct task *task, struct task_tie *tie);
void task_untie(struct task_tie *tie);

/* True when `task` is `above` or one of its descendants. */
bool task_is_within(const struct task *task, const struct task *above);

/* What Lua holds of a task: a userdata "moonwire.task", one per task, that outlives it. */
struct task_handle {
  struct task *task;           /* NULL once it has ended */
  struct loop_job wake;        /* bind_task.c: ctx is NULL unless the task is parked */
  struct task_handle *waiters; /* of tasks that are parked until this one ends; woken when it ends, however it does */
  struct task_handle *next_waiter, **waiter_link; /* in the list of the task that this one waits for; NULL in none */
};

/* Parked tasks: `waiter` is to be woken when `awaited` ends. */
void task_handle_wait(struct task_handle *waiter, struct task_handle *awaited);

/* Takes it back; nothing happens when it waits for none. */
void task_handle_forget(struct task_handle *waiter);

/* Pushes the handle of a task; makes it at the first call. */
void task_push_handle(lua_State *L, struct task *task);

/* Pushes the metatable of handles, for methods and __index. */
void task_push_handle_meta(lua_State *L);

/* Pushes the mark that a waiting C function yields: coroutine.resume and wrap (prelude.lua) pass such a yield on. */
void task_push_mark(lua_State *L);

/* Pushes the set of coroutines that only the loop continues: those of tasks, and (prelude.lua adds them) those of the user
 * in which a function waits. Its keys are weak. */
void task_push_held(lua_State *L);

#endif
