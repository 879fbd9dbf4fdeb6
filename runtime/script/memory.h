/* memory.h -- how much memory Lua may take. Lambda kills a function that exceeds its memory, and nothing in the log says
 * where it was. Below that, a lack of memory is an error like any other: reported, with its stack.
 * Above half of the limit a hook collects all garbage before the next instruction, now and then, and raises "not enough
 * memory" when the limit is reached all the same. Only an allocation that is far beyond (a string that doubles) is refused.
 */
#ifndef MOONWIRE_MEMORY_H
#define MOONWIRE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include <lua.h>

#include "loop.h"

struct vm;

struct memory {
  struct vm *vm;           /* borrowed */
  lua_Alloc alloc;         /* LuaJIT's own allocator ... */
  void *ud;                /* ... and its state */
  size_t used;             /* bytes */
  size_t limit;            /* bytes that used is not to exceed while a task runs; 0: none */
  size_t next;             /* bytes at which garbage is collected next: from half of the limit on */
  size_t most;             /* bytes beyond which a task gets nothing */
  bool hooked;             /* the hook is set */
  struct loop_job collect; /* memory_settle */
};

/* Without a limit. */
void memory_init(struct memory *m, struct vm *vm);

/* Limits what tasks may allocate to what a function of that many bytes leaves for Lua: all but an eighth, but at least
 * 24 MB for everything else (bodies of events and replies, TLS, the program). The runtime's own work, between tasks, is
 * not held up. */
void memory_limit(struct memory *m, size_t function_bytes);

/* An invocation is over: when its data was large, or the limit is near, all garbage is collected in the next turn of the loop,
 * while the slot waits for the next event. The collector by itself would wait until as much again was allocated. Errors of
 * finalizers are dropped. */
void memory_settle(struct memory *m, bool large);

/* After an invocation that failed for a lack of memory, when its coroutine is gone: collects all garbage. False when so much
 * is held that the next one would fail, too: a module keeps it. Without a limit there is nothing to compare with: true. */
bool memory_recover(struct memory *m);

/* Before the vm goes. */
void memory_free(struct memory *m);

#endif
