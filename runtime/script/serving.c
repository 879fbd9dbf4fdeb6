#include "serving.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_log.h"
#include "failure.h"
#include "frames.h"
#include "invocation.h"
#include "log.h"
#include "loop.h"
#include "outcome.h"
#include "scope.h"
#include "scope_metrics.h"
#include "task.h"

enum {
  MARGIN_MS = 200,    /* before the deadline: time to report, before Lambda kills */
  TRIES = 5,          /* of starting a handler */
  LARGE = 1024 * 1024 /* bytes of an event and its result together */
};

struct serving {
  struct serving_setup *setup;
  struct slot *slot;
  struct scope scope;
  struct loop_timer deadline; /* ends what waits */
  int64_t margin_ms;          /* how long before Lambda's deadline that is */
  bool failed;                /* an error was reported instead of a result ... */
  bool no_memory;             /* ... because memory was short */
};

/* What io.write has buffered belongs to this invocation. */
static void end_work(struct serving *s) {
  loop_timer_stop(s->setup->vm->loop, &s->deadline);
  fflush(stdout);
}

static void forget(struct serving *s) {
  end_work(s);
  scope_close(&s->scope);
  s->slot->state = NULL;
  free(s);
}

static void next(struct serving *s) {
  struct slot *slot = s->slot;
  struct memory *memory = &s->setup->vm->memory;
  bool no_memory = s->no_memory;
  forget(s);
  if (no_memory && !memory_recover(memory) && !slot->draining) { /* draining: it ends anyway */
    slot->handler->broken(
        slot->handler->ctx, slot,
        "Lua holds most of its memory even after all garbage was collected: a fresh environment is needed");
    return;
  }
  memory_settle(memory, slot->invocation.payload.len + slot->reply.len > LARGE);
  slot_next(slot);
}

/* Failing */

static void fail_invocation(struct slot *slot, const struct failure *failure) {
  struct serving *s = slot->state;
  if (s) s->failed = true;
  if (s) s->no_memory = strcmp(failure->type, "Runtime.OutOfMemory") == 0;
  failure_log(failure, &slot->log);
  event_log_failed(&slot->invocation, &slot->log);
  buf_clear(&slot->reply);
  buf_add(&slot->reply, buf_str(&failure->body));
  if (s) scope_end_metrics(&s->scope, true);
  slot_fail(slot, str_from(failure->type), buf_str(&failure->cause));
}

static void fail_from_runtime(struct slot *slot, const char *type, struct str message, const struct stack *stack) {
  struct failure failure;
  failure_init(&failure);
  failure_from_runtime(&failure, type, message, stack);
  fail_invocation(slot, &failure);
  failure_free(&failure);
}

static void fail_from_protected_call(struct serving *s) {
  end_work(s);
  struct failure failure;
  failure_init(&failure);
  outcome_read_protected(s->setup->vm, &failure);
  fail_invocation(s->slot, &failure);
  failure_free(&failure);
}

/* Time is over */

static void fail_for_time(struct serving *s) {
  struct failure failure;
  failure_init(&failure);
  end_work(s);
  outcome_read_late(&s->scope, s->margin_ms, &failure);
  fail_invocation(s->slot, &failure);
  failure_free(&failure);
}

static void cut_off_deferred(struct serving *s) {
  struct stack waiting;
  char place[FRAMES_PLACE_LEN];
  scope_stack(&s->scope, &waiting);
  stack_place(s->scope.late_stack ? s->scope.late_stack : &waiting, place);
  log_printf(LOG_WARN, s->scope.log, "the functions given to context:defer were cut off at the deadline, at %s", place);
  next(s);
}

static void deadline_came(void *ctx) {
  struct serving *s = ctx;
  if (s->scope.deferring)
    cut_off_deferred(s);
  else
    fail_for_time(s);
}

/* True when the time is over already: others have kept us too long. But where no event ever came in time, two clocks disagree,
 * as in a virtual machine that slept: better no limit than none of them served. Of less time than usual, half is kept for the
 * report. */
static bool set_deadline(struct serving *s) {
  struct serving_setup *setup = s->setup;
  int64_t left_ms = invocation_remaining_ms(&s->slot->invocation, clock_unix_ms());
  s->deadline = (struct loop_timer){ .fire = deadline_came, .ctx = s };
  if (left_ms == INT64_MAX) return false;
  if (left_ms == 0 && setup->clocks_agree) return true;
  if (left_ms == 0) {
    if (!setup->clocks_differ)
      log_write(
          LOG_WARN, s->scope.log,
          STR("the deadline had passed before the event came: the clocks of this machine and of the platform differ; "
              "handlers whose deadline is in the past are not stopped"),
          STR(""));
    setup->clocks_differ = true;
    return false;
  }
  s->margin_ms = left_ms > 2 * MARGIN_MS ? MARGIN_MS : left_ms / 2;
  int64_t time_ms = left_ms - s->margin_ms;
  setup->clocks_agree = true;
  if (time_ms > INT64_MAX / NS_PER_MS / 2) return false;
  s->scope.due_ns = clock_monotonic_ns() + time_ms * NS_PER_MS;
  loop_timer_start(setup->vm->loop, &s->deadline, time_ms);
  return false;
}

/* Running the handler */

/* What the handler started and did not wait for ends here: after the reply, Lambda freezes the process. */
static void cancel_leftovers(struct serving *s) {
  size_t count = scope_cancel_tasks(&s->scope);
  if (count == 0) return;
  log_printf(LOG_WARN, s->scope.log,
             "the handler returned while %zu task%s still ran; cancelled: wait for them, or use context:defer", count,
             count == 1 ? "" : "s");
}

static void conclude(struct serving *s, lua_State *co, bool ok) {
  struct slot *slot = s->slot;
  struct failure failure;
  const char *advice;
  failure_init(&failure);
  if (outcome_read(&s->scope, co, ok, &slot->reply, &advice, &failure)) {
    if (advice) log_write(LOG_WARN, &slot->log, str_from(advice), STR(""));
    scope_end_metrics(&s->scope, false);
    slot_respond(slot);
  } else {
    fail_invocation(slot, &failure);
  }
  failure_free(&failure);
}

static void handler_done(void *ctx, lua_State *co, bool ok) {
  struct serving *s = ctx;
  end_work(s);
  if (s->scope.late) {
    fail_for_time(s);
  } else {
    cancel_leftovers(s);
    conclude(s, co, ok);
  }
}

/* Protected. */
static int run_handler(lua_State *L) {
  struct serving *s = lua_touserdata(L, 1);
  lua_rawgeti(L, LUA_REGISTRYINDEX, s->setup->handle_ref);
  lua_rawgeti(L, LUA_REGISTRYINDEX, s->setup->handler_ref);
  lua_pushboolean(L, !s->setup->warm); /* handle handler cold_start */
  s->setup->warm = true;
  task_new(&s->scope, L, 2, handler_done, s);
  return 0;
}

void serving_start(struct serving_setup *setup, struct slot *slot) {
  struct serving *s = calloc(1, sizeof *s);
  if (!s) {
    fail_from_runtime(slot, "Runtime.OutOfMemory", STR("no memory to start the handler"), NULL);
    return;
  }
  s->setup = setup;
  s->slot = slot;
  slot->state = s;
  scope_open(&s->scope, setup->vm, &slot->invocation, &slot->log);
  if (set_deadline(s)) {
    fail_from_runtime(slot, "Function.Timeout", STR("the deadline had passed before the handler could begin"), NULL);
    return;
  }
  for (int tries = 1; lua_cpcall(setup->vm->L, run_handler, s) != 0; tries++) {
    if (tries == TRIES) {
      fail_from_protected_call(s);
      return;
    }
    lua_pop(setup->vm->L, 1); /* a finalizer of another invocation has failed in the collector */
  }
}

/* After the reply */

static void log_deferred_error(struct serving *s, lua_State *co) {
  struct failure failure;
  failure_init(&failure);
  outcome_read_error(&s->scope, co, &failure);
  failure_log(&failure, s->scope.log);
  failure_free(&failure);
}

static void deferred_done(void *ctx, lua_State *co, bool ok) {
  struct serving *s = ctx;
  end_work(s);
  if (s->scope.late) {
    cut_off_deferred(s);
    return;
  }
  if (!ok) log_deferred_error(s, co);
  next(s);
}

/* Protected. */
static int run_deferred(lua_State *L) {
  struct serving *s = lua_touserdata(L, 1);
  lua_rawgeti(L, LUA_REGISTRYINDEX, s->setup->deferred_ref);
  lua_rawgeti(L, LUA_REGISTRYINDEX, s->scope.deferred_ref); /* run_deferred functions */
  task_new(&s->scope, L, 1, deferred_done, s);
  return 0;
}

static void start_deferred(struct serving *s) {
  struct vm *vm = s->setup->vm;
  s->scope.deferring = true;
  if (s->scope.due_ns < INT64_MAX)
    loop_timer_start(vm->loop, &s->deadline, (s->scope.due_ns - clock_monotonic_ns()) / NS_PER_MS);
  if (lua_cpcall(vm->L, run_deferred, s) == 0) return;
  lua_pop(vm->L, 1);
  log_write(LOG_ERROR, s->scope.log, STR("no memory to run the functions given to context:defer"), STR(""));
  next(s);
}

void serving_answered(struct slot *slot, bool accepted) {
  struct serving *s = slot->state;
  if (!s)
    slot_next(slot);
  else if (accepted && !s->failed && s->scope.deferred_ref != LUA_NOREF)
    start_deferred(s);
  else
    next(s);
}

void serving_cancel(struct slot *slot) {
  forget(slot->state);
}
