/* nesting.h -- how many coroutines of the user run inside each other. They share the stack of C, which nobody checks:
 * prelude.lua counts them, and stops a runaway recursion. A hook (watchdog.c, memory.c) that raises between the counting up
 * and the counting down leaves the count too high; when the loop is in control it is 0 by definition.
 */
#ifndef MOONWIRE_NESTING_H
#define MOONWIRE_NESTING_H

#include <stdbool.h>

#include <lua.h>

struct nesting {
  int most;   /* the count that is not exceeded: what the stack of C has room for */
  int ref;    /* registry: { count }, for prelude.lua */
  bool stale; /* a hook has raised */
};

/* Makes the table and pushes it; once. */
void nesting_push(struct nesting *nesting, lua_State *L);

/* The loop is in control: counts anew if it has to. */
void nesting_settle(struct nesting *nesting, lua_State *L);

#endif
