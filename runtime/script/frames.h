/* frames.h -- where Lua code is: the frames of a coroutine, innermost first. What reports and logs call a stack.
 * Reading allocates nothing; it looks at a local variable of coroutines that wait for another one. C functions and the runtime's own Lua files are left out.
 */
#ifndef MOONWIRE_FRAMES_H
#define MOONWIRE_FRAMES_H

#include <stddef.h>

#include <lua.h>

#include "buf.h"

enum { FRAMES_MAX = 50, FRAMES_PLACE_LEN = 400 };

struct frame {
  char path[LUA_IDSIZE]; /* "handlers/chat.lua", as seen from the task root */
  int line;              /* -1 when unknown */
  char label[160];       /* "in function 'join'" */
};

/* Frames that are kept. */
struct stack {
  size_t count;
  struct frame frames[FRAMES_MAX];
};

/* The frames of co, which has ended with an error, waits, or runs: of a coroutine that co has resumed and that has not come
 * back, the frames stand in front. Returns how many there are, at most `max`. */
size_t frames_read(lua_State *co, struct frame *frames, size_t max);

/* Where co is, in words: "runs at handlers/chat.lua:12", or "is in string.find, called at handlers/chat.lua:12" for a C
 * function. May be called from a signal handler that interrupts co, while nothing runs on L, its main state. `loaded` is the
 * reference (registry) of package.loaded, where names of functions are looked for; that moves values over co's stack, under
 * the feet of the function: only when the process ends. With LUA_NOREF the name is what its caller calls it. */
void frames_place(lua_State *L, int loaded, lua_State *co, char place[FRAMES_PLACE_LEN]);

/* The first of the frames that is not in the library: "handlers/chat.lua:12"; if all are, the first (a library function
 * that was called as `return f(...)` has no caller any more); "?" when there are none, or stack is NULL. */
void stack_place(const struct stack *stack, char place[FRAMES_PLACE_LEN]);

/* Adds "handlers/chat.lua:12: in function 'join'" as it stands in a traceback. */
void frame_write(struct buf *b, const struct frame *frame);

#endif
