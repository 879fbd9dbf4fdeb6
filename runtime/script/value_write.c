/* value_write.c -- Lua values to JSON text (value.h). */
#include "value.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "json_write.h"

_Static_assert(JSON_DEPTH == 512, "a message below names it");

/* A table that is being written, and where in it we are. */
struct level {
  const struct level *outer; /* NULL for the value itself */
  const void *table;
  struct str name; /* of the member at hand; borrowed from Lua */
  int index;       /* of the element at hand, when name.ptr is NULL */
  int depth;       /* of the table; 1 for the outermost */
};

struct writer {
  lua_State *L;
  struct buf *out;
  void (*write_string)(struct buf *out, struct str s);
  char *err;
};

static bool is_plain_name(struct str name) {
  for (size_t i = 0; i < name.len; i++) {
    char c = name.ptr[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (!letter && !(c >= '0' && c <= '9' && i > 0)) return false;
  }
  return name.len > 0;
}

/* Writes ".name", "[\"odd name\"]" or "[2]". */
static void add_step(struct buf *path, const struct level *level) {
  if (level->name.ptr) {
    struct str name = str_slice(level->name, 0, 60);
    if (is_plain_name(name)) {
      buf_add_char(path, '.');
      buf_add(path, name);
    } else {
      buf_add_char(path, '[');
      json_write_string_utf8(path, name);
      buf_add_char(path, ']');
    }
  } else {
    buf_addf(path, "[%d]", level->index);
  }
}

/* Writes the steps from the value itself to `level`; those at the end are left out when there is no room. */
static void add_path(struct buf *path, const struct level *level) {
  if (!level) return;
  add_path(path, level->outer);
  if (path->len < 240) add_step(path, level);
}

/* Fails with "$.path: problem"; `level` is the table whose element or member is at fault, NULL for the value itself. */
static bool fail_at(const struct writer *w, const struct level *level, const char *problem) {
  struct buf path;
  buf_init(&path, ERR_LEN);
  add_path(&path, level);
  fail(w->err, "$%s%s: %s", buf_text(&path), path.len >= 240 ? "..." : "", problem);
  buf_free(&path);
  return false;
}

/* The value on top of the stack cannot be written. */
static bool fail_type(const struct writer *w, const struct level *level) {
  char problem[64];
  snprintf(problem, sizeof problem, "cannot encode a %s", luaL_typename(w->L, -1));
  return fail_at(w, level, problem);
}

/* The key under the top of the stack has no place in this table. */
static bool fail_key(const struct writer *w, const struct level *level, const char *kind) {
  char problem[128];
  struct str key;
  if (lua_type(w->L, -2) == LUA_TNUMBER) {
    snprintf(problem, sizeof problem, "cannot encode %s with the number %.14g as a key: keys of objects are strings",
             kind, lua_tonumber(w->L, -2));
  } else if (lua_type(w->L, -2) == LUA_TSTRING) {
    key.ptr = lua_tolstring(w->L, -2, &key.len);
    key = str_slice(key, 0, 60);
    snprintf(problem, sizeof problem, "cannot encode %s with the key \"%.*s\"", kind, STR_ARG(key));
  } else {
    snprintf(problem, sizeof problem, "cannot encode %s with a %s as a key", kind, luaL_typename(w->L, -2));
  }
  return fail_at(w, level->outer, problem);
}

static bool write_value(const struct writer *w, const struct level *level);

/* The number of elements of a table whose keys must be 1..n; false when they are not. The table is on top. */
static bool count_elements(const struct writer *w, const struct level *level, int *count) {
  lua_State *L = w->L;
  lua_Number highest = 0;
  *count = 0;
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) { /* table key value */
    lua_Number key = lua_type(L, -2) == LUA_TNUMBER ? lua_tonumber(L, -2) : 0;
    if (!(key >= 1 && floor(key) == key)) return fail_key(w, level, "a list");
    if (key > highest) highest = key;
    ++*count;
  }
  if (highest == *count) return true;
  char problem[160];
  snprintf(
      problem, sizeof problem,
      "cannot encode a list with holes (elements: %d, highest index: %.14g): fill them with json.null, or use strings "
      "as keys",
      *count, highest);
  return fail_at(w, level->outer, problem);
}

/* The elements behind those that are written already, for a table that does not yield its keys in order. */
static bool write_other_elements(const struct writer *w, struct level *level) {
  lua_State *L = w->L;
  int count;
  if (!count_elements(w, level, &count)) return false;
  while (level->index < count) {
    lua_rawgeti(L, -1, ++level->index); /* table value */
    if (level->index > 1) buf_add_char(w->out, ',');
    if (!write_value(w, level)) return false;
    lua_pop(L, 1);
  }
  return true;
}

/* On the stack: the table, its first key, its first value. Leaves the table. */
static bool write_elements(const struct writer *w, struct level *level) {
  lua_State *L = w->L;
  do {
    bool in_order = lua_type(L, -2) == LUA_TNUMBER && lua_tonumber(L, -2) == level->index + 1;
    if (!in_order) {
      lua_pop(L, 2);
      return write_other_elements(w, level);
    }
    level->index++;
    if (level->index > 1) buf_add_char(w->out, ',');
    if (!write_value(w, level)) return false;
    lua_pop(L, 1);
  } while (lua_next(L, -2));
  return true;
}

/* On the stack: the table, its first key, its first value. Leaves the table. */
static bool write_members(const struct writer *w, struct level *level) {
  lua_State *L = w->L;
  bool first = true;
  do {
    if (lua_type(L, -2) != LUA_TSTRING) return fail_key(w, level, "an object");
    level->name.ptr = lua_tolstring(L, -2, &level->name.len);
    if (!first) buf_add_char(w->out, ',');
    first = false;
    w->write_string(w->out, level->name);
    buf_add_char(w->out, ':');
    if (!write_value(w, level)) return false;
    lua_pop(L, 1);
  } while (lua_next(L, -2));
  return true;
}

static bool fail_cycle(const struct writer *w, const struct level *outer, const struct level *same) {
  struct buf problem;
  buf_init(&problem, ERR_LEN);
  buf_add(&problem, STR("cannot encode a cycle: this is $"));
  add_path(&problem, same->outer);
  buf_add(&problem, STR(" again"));
  fail_at(w, outer, buf_text(&problem));
  buf_free(&problem);
  return false;
}

/* The table on top of the stack. */
static bool write_table(const struct writer *w, const struct level *outer) {
  lua_State *L = w->L;
  struct level level = { .outer = outer, .table = lua_topointer(L, -1), .depth = outer ? outer->depth + 1 : 1 };
  for (const struct level *other = outer; other; other = other->outer)
    if (other->table == level.table) return fail_cycle(w, outer, other);
  if (level.depth > JSON_DEPTH) return fail_at(w, outer, "cannot encode more than 512 levels of tables");
  if (!lua_checkstack(L, 5)) return fail_at(w, outer, "the Lua stack has no room for this depth");
  bool array = value_is_array(L, -1);
  lua_pushnil(L);
  if (!lua_next(L, -2)) { /* table */
    buf_add(w->out, array ? STR("[]") : STR("{}"));
    return true;
  }
  array = array || lua_type(L, -2) == LUA_TNUMBER; /* table key value */
  buf_add_char(w->out, array ? '[' : '{');
  if (!(array ? write_elements(w, &level) : write_members(w, &level))) return false;
  buf_add_char(w->out, array ? ']' : '}');
  return true;
}

static bool write_number(const struct writer *w, const struct level *level) {
  double number = lua_tonumber(w->L, -1);
  if (isnan(number)) return fail_at(w, level, "cannot encode NaN");
  if (isinf(number)) return fail_at(w, level, "cannot encode infinity");
  json_write_number(w->out, number);
  return true;
}

/* The value on top of the stack; leaves it there. */
static bool write_value(const struct writer *w, const struct level *level) {
  lua_State *L = w->L;
  struct str text;
  if (w->out->failed) return false;
  switch (lua_type(L, -1)) {
  case LUA_TSTRING:
    text.ptr = lua_tolstring(L, -1, &text.len);
    w->write_string(w->out, text);
    return true;
  case LUA_TTABLE:
    return write_table(w, level);
  case LUA_TNUMBER:
    return write_number(w, level);
  case LUA_TBOOLEAN:
    buf_add(w->out, lua_toboolean(L, -1) ? STR("true") : STR("false"));
    return true;
  case LUA_TLIGHTUSERDATA:
    if (lua_touserdata(L, -1)) return fail_type(w, level);
    buf_add(w->out, STR("null"));
    return true;
  case LUA_TNIL:
    buf_add(w->out, STR("null"));
    return true;
  default:
    return fail_type(w, level);
  }
}

static bool write_root(const struct writer *w, int index) {
  lua_State *L = w->L;
  struct buf *out = w->out;
  size_t len = out->len;
  int top = lua_gettop(L);
  if (!lua_checkstack(L, 1)) return fail(w->err, "the Lua stack is full");
  lua_pushvalue(L, index);
  bool ok = write_value(w, NULL);
  lua_settop(L, top);
  if (out->failed) ok = fail(w->err, "the JSON text is longer than %zu bytes, or memory is short", out->ceiling);
  if (!ok) out->len = len;
  return ok;
}

bool value_to_json(lua_State *L, int index, struct buf *out, char err[ERR_LEN]) {
  return write_root(&(struct writer){ L, out, json_write_string, err }, index);
}

bool value_to_json_utf8(lua_State *L, int index, struct buf *out, char err[ERR_LEN]) {
  return write_root(&(struct writer){ L, out, json_write_string_utf8, err }, index);
}
