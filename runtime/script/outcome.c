#include "outcome.h"

#include <inttypes.h>
#include <stdio.h>

#include "frames.h"
#include "result.h"
#include "scope.h"
#include "vm.h"

struct ending {
  lua_State *co;
  bool ok, replies;
  enum event_kind kind;
  struct buf *reply;
  const char *advice;
  struct failure *failure;
};

static void read_results(struct ending *e, lua_State *L) {
  char err[ERR_LEN] = "the result is too long to be posted";
  switch (result_read(L, e->kind, e->reply, &e->advice, err)) {
  case RESULT_REPLY:
    e->replies = true;
    break;
  case RESULT_RETURNED:
    failure_from_values(e->failure, L, 2, 3);
    break;
  case RESULT_BAD:
    failure_from_runtime(e->failure, "Runtime.MarshalError", str_from(err), NULL);
    break;
  }
}

/* Protected. */
static int read_end(lua_State *L) {
  struct ending *e = lua_touserdata(L, 1);
  int results = lua_gettop(e->co), count = e->ok ? (results < 3 ? results : 3) : 1;
  if (e->ok) lua_settop(e->co, count);
  lua_settop(L, 0);
  lua_xmove(e->co, L, count);
  if (e->ok)
    read_results(e, L);
  else
    failure_from_error(e->failure, L, e->co);
  return 0;
}

bool outcome_read(struct scope *scope, lua_State *co, bool ok, struct buf *reply, const char **advice,
                  struct failure *failure) {
  struct vm *vm = scope->vm;
  struct ending e = { .co = co, .ok = ok, .kind = scope->kind, .reply = reply, .failure = failure };
  watchdog_enter(&vm->watchdog, vm->L, scope->due_ns, scope); /* __tostring and __gc are code of the user, too */
  int status = lua_cpcall(vm->L, read_end, &e);
  watchdog_leave(&vm->watchdog);
  if (status != 0) {
    e.replies = false;
    outcome_read_protected(vm, failure);
  }
  *advice = e.advice;
  return e.replies;
}

void outcome_read_error(struct scope *scope, lua_State *co, struct failure *failure) {
  const char *advice;
  outcome_read(scope, co, false, NULL, &advice, failure);
}

void outcome_read_late(struct scope *scope, int64_t margin_ms, struct failure *failure) {
  struct stack waiting = { 0 };
  const struct stack *stack = scope->late_stack ? scope->late_stack : &waiting;
  char place[FRAMES_PLACE_LEN], message[FRAMES_PLACE_LEN + 200];
  if (!scope->late) scope_stack(scope, &waiting);
  stack_place(stack, place);
  snprintf(message, sizeof message,
           "the handler had not ended %" PRId64 " ms before the deadline and was stopped: it %s at %s", margin_ms,
           scope->late ? "was running" : "was waiting", place);
  failure_from_runtime(failure, "Function.Timeout", str_from(message), stack);
  scope_cancel_tasks(scope);
}

void outcome_read_protected(struct vm *vm, struct failure *failure) {
  lua_State *L = vm->L;
  struct str message =
      lua_type(L, -1) == LUA_TSTRING ? str_from(lua_tostring(L, -1)) : STR("a finalizer (__gc) failed");
  bool memory = str_starts(message, STR("not enough memory"));
  failure_free(failure); /* half of a report may stand there */
  failure_from_runtime(failure, memory ? "Runtime.OutOfMemory" : "Function.Error", message, NULL);
  lua_pop(L, 1);
}
