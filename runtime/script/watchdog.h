/* watchdog.h -- stops Lua code that runs on when its invocation has no time left.
 * A handler that waits is ended by the loop (serving.c). One that does not give control back is looked after here: a timer
 * signal comes when the scope's time is over (scope->due_ns) and sets a hook, which raises an error at every instruction
 * until the task has ended, so that no pcall holds it. A C function knows no hooks: after 100 ms a record says which one
 * it is, and after a second the process ends.
 */
#ifndef MOONWIRE_WATCHDOG_H
#define MOONWIRE_WATCHDOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <lua.h>

struct scope;
struct vm;

struct watchdog {
  struct vm *vm;       /* borrowed */
  int loaded_ref;      /* registry: package.loaded, for names of functions */
  lua_State *co;       /* the coroutine that runs now, or NULL ... */
  int64_t due_ns;      /* ... until when it may (monotonic) ... */
  struct scope *scope; /* ... and to whom that is told; NULL: nobody */
  bool exists;         /* the timer was made: at the first limit */
  bool hooked;         /* the hook is set */
  bool stopped;        /* ... and has raised */
  timer_t timer;       /* sends the signal */
  int64_t armed_ns;    /* monotonic: when it rings next, or earlier; INT64_MAX: it does not */
  uint64_t turns;      /* how often Lua code was entered */
  uint64_t late_turn;  /* the one that was found to run on ... */
  int64_t late_ns;     /* ... and when that was */
};

/* One watchdog works at a time. Sees to nothing before watchdog_ready, protected: the libraries are open. */
void watchdog_init(struct watchdog *w, struct vm *vm);
void watchdog_ready(struct watchdog *w);
void watchdog_free(struct watchdog *w);

/* Pushes the error that the hook raises: a string. */
void watchdog_push_over(lua_State *L);

/* For watchdog_enter and watchdog_leave. */
void watchdog_arm(struct watchdog *w, int64_t due_ns);
void watchdog_unhook(struct watchdog *w);

/* co is entered, and may run until due_ns; scope (may be NULL) learns when it ran on. One after the other: a coroutine that
 * it resumes runs on its account. The timer stays set when it rings earlier than that: in a series of invocations it is set
 * once for many. The fences keep the compiler from moving what the signal handler looks at. */
static inline void watchdog_enter(struct watchdog *w, lua_State *co, int64_t due_ns, struct scope *scope) {
  w->turns++;
  w->due_ns = due_ns;
  w->scope = scope;
  w->co = co;
  atomic_signal_fence(memory_order_seq_cst);
  if (due_ns < w->armed_ns) watchdog_arm(w, due_ns);
}

/* Control is back. */
static inline void watchdog_leave(struct watchdog *w) {
  w->co = NULL;
  atomic_signal_fence(memory_order_seq_cst);
  if (w->hooked) watchdog_unhook(w);
}

#endif
