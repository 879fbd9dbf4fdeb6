/* scope.h -- what belongs to one invocation (or one script, one spec, the loading of a handler) in Lua.
 * A scope holds the tasks that were started on its behalf and the facts they may ask for; two scopes never see each
 * other. Closing it cancels every task that is left: what an invocation started never outlives it.
 */
#ifndef MOONWIRE_SCOPE_H
#define MOONWIRE_SCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lua.h>

#include "event.h"
#include "log.h"

struct invocation;
struct metrics;
struct stack;
struct task;
struct vm;

struct scope {
  struct vm *vm;                 /* borrowed */
  struct invocation *invocation; /* borrowed; NULL while loading, in scripts and in specs */
  enum event_kind kind;          /* of the invocation's event, once it was decoded */
  struct log_context *log;  /* the fields of every record written by these tasks; borrowed; NULL without invocation */
  struct task *tasks;       /* every task that has not ended; linked by task.c */
  int event_ref;            /* registry: the event as a Lua value, or LUA_NOREF */
  int deferred_ref;         /* registry: array of the functions given to context:defer, or LUA_NOREF */
  bool deferring;           /* the reply was accepted, the deferred functions run */
  int64_t due_ns;           /* monotonic: when its Lua code has to be done (watchdog.h); INT64_MAX: no limit */
  struct metrics *metrics;  /* NULL until the first one (scope_metrics.h) */
  bool late;                /* Lua code that ran on was stopped there ... */
  struct stack *late_stack; /* ... and where it was; owned, NULL when memory was short */
};

/* invocation and log may be NULL; they are borrowed until scope_close. */
void scope_open(struct scope *scope, struct vm *vm, struct invocation *invocation, struct log_context *log);

/* Cancels the tasks that are left, writes the metrics and drops the references. Safe on a zeroed scope; not from inside a
 * task of it. */
void scope_close(struct scope *scope);

/* Cancels the tasks that are left; returns how many there were. Not from inside a task of the scope. */
size_t scope_cancel_tasks(struct scope *scope);

/* Where its tasks wait: the first one, which runs the handler, then those that were started by it. */
void scope_stack(const struct scope *scope, struct stack *stack);

/* When its Lua code has to be done, Unix time, less a margin; 0: no limit. */
int64_t scope_end_ms(const struct scope *scope, int64_t margin_ms);

/* The scope of the task that runs now, or NULL outside of tasks. */
struct scope *scope_current(const struct vm *vm);

/* The log fields of the task that runs now, or NULL. */
const struct log_context *scope_log(const struct vm *vm);

#endif
