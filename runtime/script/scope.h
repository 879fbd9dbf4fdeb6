/* scope.h -- what belongs to one invocation (or one script, one spec, the loading of a handler) in Lua.
 * A scope holds the tasks that were started on its behalf and the facts they may ask for; two scopes never see each
 * other. Closing it cancels every task that is left: what an invocation started never outlives it.
 */
#ifndef MOONWIRE_SCOPE_H
#define MOONWIRE_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

#include <lua.h>

#include "log.h"

struct invocation;
struct task;
struct vm;

struct scope {
  struct vm *vm;                       /* borrowed */
  const struct invocation *invocation; /* borrowed; NULL while loading, in scripts and in specs */
  struct log_context log;              /* the fields of every record written by these tasks */
  struct task *tasks;                  /* every task that has not ended; linked by task.c */
  int event_ref;                       /* registry: the event as a Lua table, or LUA_NOREF */
  int deferred_ref;                    /* registry: array of functions given to context:defer, or LUA_NOREF */
};

/* invocation may be NULL; log_context is copied (the strs in it are borrowed for the life of the scope). */
void scope_open(struct scope *scope, struct vm *vm, const struct invocation *invocation);

/* Cancels the tasks that are left and drops the references. Safe on a zeroed scope; not from inside a task of it. */
void scope_close(struct scope *scope);

/* The scope of the task that runs now, or NULL outside of tasks. */
struct scope *scope_current(struct vm *vm);

#endif
