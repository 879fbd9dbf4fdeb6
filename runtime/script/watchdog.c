#include "watchdog.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>

#include "frames.h"
#include "log.h"
#include "loop.h"
#include "scope.h"
#include "task.h"
#include "vm.h"

enum {
  SIGNAL = 5,    /* behind SIGRTMIN: the first ones are what other libraries take */
  NAME_MS = 100, /* from the hook to the record that names a C function: Lambda kills at 200 */
  LAST_MS = 1000 /* from the hook to the end of the process */
};

static struct watchdog *guard; /* whose signal it is */

/* The hook */

/* Where the code is at this moment; NULL when memory is short. */
static struct stack *stack_of(lua_State *co) {
  struct stack *stack = calloc(1, sizeof *stack);
  if (stack) stack->count = frames_read(co, stack->frames, FRAMES_MAX);
  return stack;
}

void watchdog_push_over(lua_State *L) {
  lua_pushliteral(L, "the time of this invocation is over");
}

static void stop_here(lua_State *L, lua_Debug *ar) {
  struct watchdog *w = &vm_of(L)->watchdog;
  struct scope *scope = w->scope;
  (void)ar;
  if (!w->co) return;
  if (scope && !scope->late) {
    scope->late_stack = stack_of(w->co);
    scope->late = true;
  }
  w->stopped = true;
  watchdog_push_over(L);
  lua_error(L);
}

static void set_hook(struct watchdog *w) {
  w->hooked = true;
  lua_sethook(w->vm->L, stop_here, LUA_MASKCOUNT, 1);
}

/* The signal. Nothing here may allocate or lock: it can interrupt anything. lua_sethook is made for this; snprintf of the C
 * library does neither for strings and small numbers. */

static void say(const struct watchdog *w, enum log_level level, bool last, const char *what) {
  char place[FRAMES_PLACE_LEN];
  char text[FRAMES_PLACE_LEN + 200];
  frames_place(w->vm->L, last ? w->loaded_ref : LUA_NOREF, w->co, place);
  snprintf(text, sizeof text, "the time of the invocation is over, but the handler still %s%s", place, what);
  log_write_from_signal(level, w->scope ? w->scope->log : NULL, str_from(text), STR(""));
}

static void look_after(struct watchdog *w, int64_t now) {
  if (now < w->due_ns) {
    watchdog_arm(w, w->due_ns);
  } else if (w->late_turn != w->turns) {
    w->late_turn = w->turns;
    w->late_ns = now;
    set_hook(w);
    watchdog_arm(w, now + NAME_MS * NS_PER_MS);
  } else if (now < w->late_ns + LAST_MS * NS_PER_MS) {
    set_hook(w); /* again: the other hook, of memory.c, may have been taken off in the same moment */
    if (!w->stopped) say(w, LOG_ERROR, false, ", which cannot be stopped there");
    watchdog_arm(w, w->late_ns + LAST_MS * NS_PER_MS);
  } else {
    say(w, LOG_FATAL, true, " for a second more: the process ends");
    _exit(EXIT_FAILURE);
  }
}

static void ring(int number) {
  int error = errno;
  struct watchdog *w = guard;
  (void)number;
  if (w) {
    w->armed_ns = INT64_MAX;
    if (w->co) look_after(w, clock_monotonic_ns());
  }
  errno = error;
}

/* The timer */

static bool make_timer(struct watchdog *w) {
  struct sigaction action = { .sa_handler = ring, .sa_flags = SA_RESTART };
  struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN + SIGNAL };
  sigset_t set;
  event._sigev_un._tid = getpid(); /* the main thread: libcurl resolves names on others */
  sigemptyset(&action.sa_mask);
  sigemptyset(&set);
  sigaddset(&set, SIGRTMIN + SIGNAL);
  if (sigaction(SIGRTMIN + SIGNAL, &action, NULL) < 0 || timer_create(CLOCK_MONOTONIC, &event, &w->timer) < 0)
    return false;
  sigprocmask(SIG_UNBLOCK, &set, NULL); /* whoever started us may have blocked it */
  return w->exists = true;
}

void watchdog_arm(struct watchdog *w, int64_t due_ns) {
  struct itimerspec when = { .it_value = { .tv_sec = due_ns / 1000000000, .tv_nsec = due_ns % 1000000000 } };
  if (due_ns <= 0) when.it_value = (struct timespec){ .tv_nsec = 1 }; /* at once; 0 would be never */
  w->armed_ns = due_ns;
  if (w->exists || make_timer(w)) timer_settime(w->timer, TIMER_ABSTIME, &when, NULL);
}

void watchdog_unhook(struct watchdog *w) {
  w->hooked = w->stopped = false;
  w->vm->nesting.stale = true;  /* what was stopped did not count down */
  w->vm->memory.hooked = false; /* there is one hook: ours had taken its place */
  lua_sethook(w->vm->L, NULL, 0, 0);
}

void watchdog_init(struct watchdog *w, struct vm *vm) {
  *w = (struct watchdog){ .vm = vm, .armed_ns = INT64_MAX };
}

void watchdog_ready(struct watchdog *w) {
  lua_getfield(w->vm->L, LUA_REGISTRYINDEX, "_LOADED");
  w->loaded_ref = luaL_ref(w->vm->L, LUA_REGISTRYINDEX);
  guard = w;
}

void watchdog_free(struct watchdog *w) {
  if (w->exists) timer_delete(w->timer);
  if (guard == w) guard = NULL;
}
