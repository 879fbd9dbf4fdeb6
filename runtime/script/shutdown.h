/* shutdown.h -- the functions given to on_shutdown: registered while the handler loads, run once at the end.
 * They belong to the Lua state; a struct shutdown is their run.
 */
#ifndef MOONWIRE_SHUTDOWN_H
#define MOONWIRE_SHUTDOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lua.h>

#include "frames.h"
#include "scope.h"
#include "vm.h"

/* Registers the function at the top of L, and pops it. False when shutdown_close was called before. Raises (Lua) when
 * memory is short. */
bool shutdown_add(lua_State *L);

/* No more of them from now on: Lambda must know before the first event whether there are any. Returns how many there are. */
size_t shutdown_close(struct vm *vm);

struct shutdown {
  struct scope scope; /* without an invocation */
  int next;           /* the function to be run next, from 1 */
  bool started;       /* it was */
  void (*done)(void *ctx);
  void *ctx;
};

/* Runs them one after the other, each as a task that may wait, until due_ns (monotonic; watchdog.h). done(ctx) is called once, from the loop, or at once when
 * there are none. What they leave behind is cancelled. *s must stay where it is. */
void shutdown_run(struct shutdown *s, struct vm *vm, int64_t due_ns, void (*done)(void *ctx), void *ctx);

/* Where the one at hand waits: "handlers/chat.lua:12". */
void shutdown_place(const struct shutdown *s, char place[FRAMES_PLACE_LEN]);

/* Cancels what still runs; done is not called. Safe on a zeroed shutdown, and twice. */
void shutdown_free(struct shutdown *s);

#endif
