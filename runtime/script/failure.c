#include "failure.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "frames.h"
#include "json_write.h"
#include "value.h"
#include "vm.h"
#include "xray_cause.h"

#define LACK_OF_MEMORY "not enough memory"

enum {
  BODY_MAX = 1024 * 1024, /* bytes; Managed Instances refuse longer reports */
  MESSAGE_MAX = 64 * 1024,
  NAME_SIZE = 1024, /* of an errorType, and of the position in front of a message */
};

void failure_init(struct failure *f) {
  memset(f, 0, sizeof *f);
  buf_init(&f->body, BODY_MAX);
  buf_init(&f->message, MESSAGE_MAX);
  buf_init(&f->cause, XRAY_CAUSE_MAX);
}

void failure_free(struct failure *f) {
  buf_free(&f->body);
  buf_free(&f->message);
  buf_free(&f->cause);
}

/* The message */

static void set_message(struct failure *f, struct str text) {
  buf_add(&f->message, str_slice(text, 0, MESSAGE_MAX));
}

/* Any value as words, without calling anything that could raise. */
static void describe(struct failure *f, lua_State *L, int index) {
  char words[64];
  switch (lua_type(L, index)) {
  case LUA_TSTRING:
    set_message(f, value_text(L, index));
    return;
  case LUA_TNUMBER:
    snprintf(words, sizeof words, "%.14g", lua_tonumber(L, index));
    break;
  case LUA_TBOOLEAN:
    snprintf(words, sizeof words, "%s", lua_toboolean(L, index) ? "true" : "false");
    break;
  case LUA_TNIL:
    snprintf(words, sizeof words, "nil");
    break;
  default:
    snprintf(words, sizeof words, "(error value is a %s)", luaL_typename(L, index));
  }
  set_message(f, str_from(words));
}

/* How many bytes of "handlers/chat.lua:12: message" are the position that error() put in front; 0 when there is none. */
static size_t position_length(struct str message) {
  size_t at = str_find(message, STR(".lua:"), 0);
  if (str_starts(message, STR("[string "))) at = str_find(message, STR("\"]:"), 0);
  if (at == SIZE_MAX) return 0;
  while (message.ptr[at] != ':') at++;
  if (at > NAME_SIZE) return 0;
  if (str_find(str_slice(message, 0, at), STR("\n"), 0) != SIZE_MAX) return 0;
  size_t digits = at + 1, end = digits;
  while (end < message.len && message.ptr[end] >= '0' && message.ptr[end] <= '9') end++;
  bool whole = end > digits && end + 1 < message.len && message.ptr[end] == ':' && message.ptr[end + 1] == ' ';
  return whole ? end + 2 : 0;
}

/* The type for the platform */

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "too_large" -> "Function.TooLarge"; "Runtime.X" stays. */
static void set_type(struct failure *f, struct str name) {
  bool known = str_starts(name, STR("Runtime.")) || str_starts(name, STR("Function."));
  size_t len =
      (size_t)snprintf(f->type, sizeof f->type, "%s", str_starts(name, STR("Runtime.")) ? "Runtime." : "Function.");
  size_t empty = len;
  bool upper = true;
  for (size_t i = known ? len : 0; i < name.len && len < sizeof f->type - 1; i++) {
    char c = name.ptr[i];
    if (is_letter(c)) f->type[len++] = (char)(upper && c >= 'a' ? c - 'a' + 'A' : c);
    upper = !is_letter(c);
  }
  f->type[len] = '\0';
  if (len < empty + 2) snprintf(f->type + empty, sizeof f->type - empty, "Error"); /* one letter is too short for AWS */
}

/* The body */

static void add_frames(struct buf *b, const struct stack *stack) {
  struct buf text;
  buf_init(&text, sizeof(struct frame) * 2);
  for (size_t i = 0; i < stack->count; i++) {
    buf_clear(&text);
    frame_write(&text, &stack->frames[i]);
    if (i > 0) buf_add_char(b, ',');
    json_write_string_utf8(b, buf_str(&text));
  }
  buf_free(&text);
}

static void write_cause(struct failure *f, struct str type, const struct stack *stack) {
  xray_cause_write(&f->cause, type.len > 0 ? type : STR("Error"), buf_str(&f->message), stack ? stack->frames : NULL,
                   stack ? stack->count : 0);
}

/* position is "file:line:" or empty; it stands first unless the frames begin with it. */
static void write_body(struct failure *f, struct str type, struct str position, const struct stack *stack) {
  struct buf frames;
  type = str_slice(type, 0, NAME_SIZE); /* every part is bounded: the whole fits and is JSON */
  buf_init(&frames, BODY_MAX / 2);
  buf_add(&frames, STR("["));
  if (stack) add_frames(&frames, stack);
  buf_add(&f->body, STR("{\"errorMessage\":"));
  json_write_string_utf8(&f->body, buf_str(&f->message));
  f->details = f->body.len + 1;
  buf_add(&f->body, STR(",\"errorType\":"));
  json_write_string_utf8(&f->body, type.len > 0 ? type : STR("Error"));
  buf_add(&f->body, STR(",\"stackTrace\":["));
  struct str rest = str_slice(buf_str(&frames), 1, frames.len);
  if (position.len > 0 && !str_starts(str_slice(rest, 1, rest.len), position)) {
    json_write_string_utf8(&f->body, str_slice(position, 0, position.len - 1));
    if (rest.len > 0) buf_add_char(&f->body, ',');
  }
  buf_add(&f->body, rest);
  buf_add(&f->body, STR("]}"));
  write_cause(f, type, stack);
  buf_free(&frames);
}

/* Straight into the message: what raises in between must own nothing. */
static void show_table(struct failure *f, lua_State *L, int index) {
  char err[ERR_LEN];
  if (value_to_json_utf8(L, index, &f->message, err) && !f->message.failed) return;
  buf_clear(&f->message);
  describe(f, L, index);
}

/* An error object with __tostring is asked. Any other table is shown as JSON, if it can be. */
static void ask_tostring(struct failure *f, lua_State *L, int index) {
  int top = lua_gettop(L);
  bool has_words = luaL_getmetafield(L, index, "__tostring"), asked = has_words; /* __tostring */
  if (asked) {
    lua_pushvalue(L, index);
    asked = lua_pcall(L, 1, 1, 0) == 0 && lua_type(L, -1) == LUA_TSTRING;
  }
  if (asked)
    set_message(f, value_text(L, -1));
  else if (has_words)
    describe(f, L, index);
  else
    show_table(f, L, index);
  lua_settop(L, top);
}

/* { type =, message = }, read raw: a metamethod could raise. */
static void from_table(struct failure *f, lua_State *L, int error, const struct stack *stack) {
  lua_pushliteral(L, "type");
  lua_rawget(L, error);
  lua_pushliteral(L, "message");
  lua_rawget(L, error); /* type message */
  struct str type = value_text(L, -2);
  if (lua_isnil(L, -1))
    ask_tostring(f, L, error);
  else if (lua_istable(L, -1))
    show_table(f, L, lua_gettop(L));
  else
    describe(f, L, -1);
  set_type(f, type);
  write_body(f, type, STR(""), stack);
  lua_pop(L, 2);
}

/* Lua's own error when it gets no memory: a string like any other. */
static void from_lack_of_memory(struct failure *f, const struct memory *memory, const struct stack *stack) {
  buf_add(&f->message, STR(LACK_OF_MEMORY));
  if (memory->limit > 0) buf_addf(&f->message, ": Lua may take %zu MB of the function's memory", memory->limit >> 20);
  set_type(f, STR("Runtime.OutOfMemory"));
  write_body(f, STR("Runtime.OutOfMemory"), STR(""), stack);
}

void failure_from_error(struct failure *f, lua_State *L, lua_State *co) {
  struct stack stack;
  int error = lua_gettop(L);
  stack.count = frames_read(co, stack.frames, FRAMES_MAX);
  if (lua_istable(L, error)) {
    from_table(f, L, error, &stack);
    return;
  }
  struct str message = value_text(L, error);
  size_t prefix = position_length(message);
  if (str_equal(message, STR(LACK_OF_MEMORY))) {
    from_lack_of_memory(f, &vm_of(L)->memory, &stack);
    return;
  }
  if (prefix > 0)
    set_message(f, str_slice(message, prefix, message.len));
  else
    describe(f, L, error);
  set_type(f, STR("Error"));
  write_body(f, STR("Error"), str_slice(message, 0, prefix > 2 ? prefix - 1 : 0), &stack);
}

void failure_from_values(struct failure *f, lua_State *L, int message, int code) {
  struct str type = value_text(L, code);
  describe(f, L, message);
  set_type(f, type);
  write_body(f, type, STR(""), NULL);
}

void failure_from_runtime(struct failure *f, const char *type, struct str message, const struct stack *stack) {
  set_message(f, message);
  set_type(f, str_from(type));
  write_body(f, str_from(type), STR(""), stack);
}

void failure_log(const struct failure *f, const struct log_context *context) {
  struct str body = buf_str(&f->body);
  size_t from = log_is_json() ? 1 : f->details; /* text has the message in front already */
  log_write(LOG_ERROR, context, buf_str(&f->message), str_slice(body, from, body.len > 0 ? body.len - 1 : 0));
}
