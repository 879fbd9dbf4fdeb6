/* frames.h -- where Lua code is: the frames of a coroutine, innermost first. What reports and logs call a stack.
 * Reading allocates nothing. C functions and the runtime's own Lua files are left out.
 */
#ifndef MOONWIRE_FRAMES_H
#define MOONWIRE_FRAMES_H

#include <stddef.h>

#include <lua.h>

#include "buf.h"

enum { FRAMES_MAX = 50 };

struct frame {
  char path[LUA_IDSIZE]; /* "handlers/chat.lua", as seen from the task root */
  int line;              /* -1 when unknown */
  char label[160];       /* "in function 'join'" */
};

/* The frames of co, which has ended with an error, or waits: of a coroutine that was resumed by co and waits itself, the
 * frames stand in front. Returns how many there are, at most `max`. */
size_t frames_read(lua_State *co, struct frame *frames, size_t max);

/* Adds "handlers/chat.lua:12: in function 'join'" as it stands in a traceback. */
void frame_write(struct buf *b, const struct frame *frame);

#endif
