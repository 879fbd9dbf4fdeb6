#include "frames.h"

#include <lauxlib.h>
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
  if (!str_starts(str_from(ar->short_src), STR("moonwire/runtime/prelude"))) return NULL;
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

/* The name of the function on top of L among the modules that are loaded: "string.find". Pops it. */
static void find_name(lua_State *L, int loaded, char *name, size_t size) {
  int function = lua_gettop(L);
  lua_rawgeti(L, LUA_REGISTRYINDEX, loaded);
  for (lua_pushnil(L); !*name && lua_next(L, function + 1); lua_pop(L, 1)) { /* function loaded module-name module */
    if (lua_type(L, -2) != LUA_TSTRING || !lua_istable(L, -1)) continue;
    const char *module = lua_tostring(L, -2);
    for (lua_pushnil(L); lua_next(L, function + 3); lua_pop(L, 1)) {
      if (lua_type(L, -2) != LUA_TSTRING || !lua_rawequal(L, -1, function)) continue;
      snprintf(name, size, "%s%s%s", strcmp(module, "_G") == 0 ? "" : module, strcmp(module, "_G") == 0 ? "" : ".",
               lua_tostring(L, -2));
    }
  }
  lua_settop(L, function - 1);
}

/* The innermost function of co, which is C. */
static void name_function(lua_State *L, int loaded, lua_State *co, lua_Debug *ar, char *name, size_t size) {
  *name = '\0';
  if (loaded != LUA_NOREF && lua_getinfo(co, "f", ar) && co != L) {
    lua_xmove(co, L, 1);
    find_name(L, loaded, name, size);
  }
  if (!*name) snprintf(name, size, "%s", ar->name ? ar->name : "a C function");
}

void frames_place(lua_State *L, int loaded, lua_State *co, char place[FRAMES_PLACE_LEN]) {
  char name[120];
  lua_Debug ar;
  bool in_c = false;
  for (lua_State *inner; (inner = inner_of(co)) && inner != co;) co = inner;
  for (int level = 0; lua_getstack(co, level, &ar); level++) {
    lua_getinfo(co, "nSl", &ar);
    if (level == 0 && *ar.what == 'C') {
      name_function(L, loaded, co, &ar, name, sizeof name);
      in_c = true;
    }
    if (*ar.what == 'C') continue;
    if (in_c && is_ours(&ar)) break; /* called as `return f(...)`: the frame of the caller is gone */
    snprintf(place, FRAMES_PLACE_LEN, "%s%s%s %s:%d", in_c ? "is in " : "runs", in_c ? name : "",
             in_c ? ", called at" : " at", ar.short_src, ar.currentline);
    return;
  }
  snprintf(place, FRAMES_PLACE_LEN, "%s%s", in_c ? "is in " : "runs", in_c ? name : "");
}

static bool is_library(const struct frame *frame) {
  return str_starts(str_from(frame->path), STR("moonwire/"));
}

void stack_place(const struct stack *stack, char place[FRAMES_PLACE_LEN]) {
  static const struct stack none;
  size_t i = 0;
  if (!stack) stack = &none;
  while (i < stack->count && is_library(&stack->frames[i])) i++;
  if (i == stack->count) i = 0;
  if (stack->count > 0)
    snprintf(place, FRAMES_PLACE_LEN, "%s:%d", stack->frames[i].path, stack->frames[i].line);
  else
    snprintf(place, FRAMES_PLACE_LEN, "?");
}

void frame_write(struct buf *b, const struct frame *frame) {
  buf_add(b, str_from(frame->path));
  if (frame->line > 0) buf_addf(b, ":%d", frame->line);
  buf_add(b, STR(": "));
  buf_add(b, str_from(frame->label));
}
