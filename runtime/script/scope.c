#include "scope.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "invocation.h"
#include "loop.h"
#include "scope_metrics.h"
#include "task.h"
#include "vm.h"

void scope_open(struct scope *scope, struct vm *vm, struct invocation *invocation, struct log_context *log) {
  *scope = (struct scope){ .vm = vm,
                           .invocation = invocation,
                           .log = log,
                           .event_ref = LUA_NOREF,
                           .deferred_ref = LUA_NOREF,
                           .due_ns = INT64_MAX };
}

size_t scope_cancel_tasks(struct scope *scope) {
  size_t count = 0;
  for (; scope->tasks; count++) task_cancel(scope->tasks);
  return count;
}

void scope_close(struct scope *scope) {
  if (!scope->vm) return;
  scope_cancel_tasks(scope);
  scope_write_metrics(scope);
  luaL_unref(scope->vm->L, LUA_REGISTRYINDEX, scope->event_ref);
  luaL_unref(scope->vm->L, LUA_REGISTRYINDEX, scope->deferred_ref);
  free(scope->late_stack);
  memset(scope, 0, sizeof *scope);
}

void scope_stack(const struct scope *scope, struct stack *stack) {
  struct task *first = scope->tasks;
  stack->count = 0;
  while (first && task_next(first)) first = task_next(first); /* the oldest */
  if (first) stack->count = frames_read(task_state(first), stack->frames, FRAMES_MAX);
  for (struct task *task = scope->tasks; task && task != first && stack->count + 1 < FRAMES_MAX;
       task = task_next(task)) {
    stack->frames[stack->count++] =
        (struct frame){ .path = "(task)", .line = -1, .label = "a function that it started" };
    stack->count += frames_read(task_state(task), stack->frames + stack->count, FRAMES_MAX - stack->count);
  }
}

int64_t scope_end_ms(const struct scope *scope, int64_t margin_ms) {
  if (scope->due_ns == INT64_MAX) return 0;
  return clock_unix_ms() + (scope->due_ns - clock_monotonic_ns()) / NS_PER_MS - margin_ms;
}

struct scope *scope_current(const struct vm *vm) {
  return vm->running ? task_scope(vm->running) : NULL;
}

const struct log_context *scope_log(const struct vm *vm) {
  struct scope *scope = scope_current(vm);
  return scope ? scope->log : NULL;
}
