#include "frames.h"

#include <stdio.h>
#include <string.h>

#include "str.h"

static bool is_ours(const lua_Debug *ar) {
  return str_starts(str_from(ar->short_src), STR("moonwire/runtime/"));
}

static void read_frame(struct frame *frame, const lua_Debug *ar) {
  snprintf(frame->path, sizeof frame->path, "%s", ar->short_src);
  frame->line = ar->currentline;
  if (*ar->namewhat)
    snprintf(frame->label, sizeof frame->label, "in function '%.100s'", ar->name);
  else if (*ar->what == 'm')
    snprintf(frame->label, sizeof frame->label, "in main chunk");
  else
    snprintf(frame->label, sizeof frame->label, "in function <%s:%d>", ar->short_src, ar->linedefined);
}

/* The coroutine that a frame of prelude.lua has resumed: its local "co". The slot above the top that this takes for a
 * moment is there: every frame has some to spare. */
static lua_State *resumed_by(lua_State *co, const lua_Debug *ar) {
  lua_State *inner = NULL;
  const char *name;
  if (!str_ends(str_from(ar->short_src), STR("moonwire/runtime/prelude"))) return NULL;
  for (int i = 1; !inner && (name = lua_getlocal(co, ar, i)); i++) {
    if (strcmp(name, "co") == 0) inner = lua_tothread(co, -1);
    lua_pop(co, 1);
  }
  return inner;
}

/* Of a coroutine that is not dead, the one that it waits for, if it has resumed one. */
static lua_State *inner_of(lua_State *co) {
  lua_Debug ar;
  if (lua_status(co) > LUA_YIELD) return NULL; /* ended with an error */
  for (int level = 0; lua_getstack(co, level, &ar); level++) {
    lua_getinfo(co, "S", &ar);
    lua_State *inner = resumed_by(co, &ar);
    if (inner) return inner;
    if (*ar.what != 'C' && !is_ours(&ar)) return NULL;
  }
  return NULL;
}

size_t frames_read(lua_State *co, struct frame *frames, size_t max) {
  lua_Debug ar;
  lua_State *inner = inner_of(co);
  size_t count = inner && inner != co ? frames_read(inner, frames, max) : 0;
  for (int level = 0; count < max && lua_getstack(co, level, &ar); level++) {
    lua_getinfo(co, "nSl", &ar);
    if (is_ours(&ar) || *ar.what == 'C') continue;
    read_frame(&frames[count++], &ar);
  }
  return count;
}

void frame_write(struct buf *b, const struct frame *frame) {
  buf_add(b, str_from(frame->path));
  if (frame->line > 0) buf_addf(b, ":%d", frame->line);
  buf_add(b, STR(": "));
  buf_add(b, str_from(frame->label));
}
