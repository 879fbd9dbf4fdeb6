#include "route_selection.h"

#include <ctype.h>

#include "json.h"
#include "json_write.h"
#include "route_selection_value.h"
#include "shown.h"

/* One step of a path into the body: a member by its name, or an element by its index. */
struct path_step {
  bool is_index;
  int64_t index;
  struct str name;
  struct path_step *next;
};

/* A piece of an expression: literal text, or a variable, which has a path. */
struct route_selection {
  struct str literal;
  struct path_step *path;
  struct route_selection *next;
};

/* The expression while it is read. */
struct reading {
  struct arena *memory;
  struct str text;
  size_t at;
  char *err;
};

static bool expect(struct reading *r, const char *what) {
  return fail(r->err, "route selection expression: expected %s at character %zu of \"%s\"", what, r->at + 1,
              shown_of(r->text).text);
}

static bool is_short(struct reading *r) {
  return fail(r->err, "route selection expression: memory is short");
}

static char peek(const struct reading *r) {
  return r->at < r->text.len ? r->text.ptr[r->at] : '\0';
}

static bool skip(struct reading *r, struct str wanted) {
  if (!str_starts(str_slice(r->text, r->at, r->text.len), wanted)) return false;
  r->at += wanted.len;
  return true;
}

/* Within braces a name goes on up to what has a meaning there; without, it is letters, digits, "_" and what is not ASCII. */
static bool is_name(char c, bool braced) {
  if (braced) return c != '\0' && !strchr(".[]{}$*?()'\"\\", c);
  return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool read_name(struct reading *r, bool braced, struct path_step *step) {
  size_t from = r->at;
  while (r->at < r->text.len && is_name(peek(r), braced)) r->at++;
  if (r->at == from) return expect(r, "a name");
  step->name = str_slice(r->text, from, r->at);
  return true;
}

/* What is between brackets: an index, or a name in quotes of either kind. */
static bool read_brackets(struct reading *r, struct path_step *step) {
  char quote = peek(r);
  size_t from = r->at;
  if (quote == '\'' || quote == '"') {
    size_t end = str_find(r->text, str_of(&quote, 1), from + 1);
    if (end == SIZE_MAX) return expect(r, "a name in quotes");
    step->name = str_slice(r->text, from + 1, end);
    r->at = end + 1;
  } else {
    step->is_index = true;
    while (peek(r) >= '0' && peek(r) <= '9') r->at++;
    if (!str_to_int64(str_slice(r->text, from, r->at), &step->index)) return expect(r, "an index or a name in quotes");
  }
  return skip(r, STR("]")) || expect(r, "]");
}

/* The steps behind request.body, one at least. */
static bool read_path(struct reading *r, bool braced, struct path_step **end) {
  do {
    struct path_step *step = arena_alloc(r->memory, sizeof *step);
    if (!step) return is_short(r);
    *step = (struct path_step){ .is_index = false };
    *end = step;
    end = &step->next;
    if (skip(r, STR("["))) {
      if (!read_brackets(r, step)) return false;
    } else if (!skip(r, STR("."))) {
      return expect(r, "a path such as request.body.action");
    } else if (!read_name(r, braced, step)) {
      return false;
    }
  } while (peek(r) == '[' || peek(r) == '.');
  return true;
}

static bool read_variable(struct reading *r, struct route_selection *piece) {
  bool braced = skip(r, STR("{"));
  if (!skip(r, STR("request.body"))) return expect(r, "request.body, the only variable that selects routes,");
  if (!read_path(r, braced, &piece->path)) return false;
  return !braced || skip(r, STR("}")) || expect(r, "}");
}

/* Text up to the next variable; "\$" is a dollar. */
static bool read_literal(struct reading *r, struct route_selection *piece) {
  char *copy = arena_alloc(r->memory, r->text.len - r->at + 1), *to = copy;
  if (!copy) return is_short(r);
  while (r->at < r->text.len && peek(r) != '$') {
    if (skip(r, STR("\\$")))
      *to++ = '$';
    else
      *to++ = r->text.ptr[r->at++];
  }
  piece->literal = str_of(copy, (size_t)(to - copy));
  return true;
}

const struct route_selection *route_selection_parse(struct arena *memory, struct str expression, char err[ERR_LEN]) {
  struct reading r = { .memory = memory, .text = expression, .err = err };
  struct route_selection *first = NULL, **end = &first;
  if (expression.len == 0) expect(&r, "something like $request.body.action");
  while (r.at < r.text.len) {
    struct route_selection *piece = arena_alloc(memory, sizeof *piece);
    if (!piece) {
      is_short(&r);
      return NULL;
    }
    *piece = (struct route_selection){ .literal = STR("") };
    *end = piece;
    end = &piece->next;
    if (!(skip(&r, STR("$")) ? read_variable(&r, piece) : read_literal(&r, piece))) return NULL;
  }
  return first;
}

static const struct json *element_at(const struct json *array, int64_t index) {
  struct json_item item;
  json_read(array, &item);
  const struct json *at = item.type == JSON_ARRAY ? item.first : NULL;
  for (; at && index > 0; index--) {
    json_read(at, &item);
    at = item.next;
  }
  return at;
}

static const struct json *follow(const struct json *node, const struct path_step *path) {
  for (; path && node; path = path->next)
    node = path->is_index ? element_at(node, path->index) : json_member(node, path->name);
  return node;
}

void route_selection_evaluate(const struct route_selection *selection, struct str body, struct arena *scratch,
                              struct buf *key) {
  const struct json *root;
  struct json_item item;
  if (!json_parse(scratch, body, &root, NULL)) return;
  json_read(root, &item);
  if (item.type != JSON_OBJECT && item.type != JSON_ARRAY) return;
  for (; selection; selection = selection->next) {
    buf_add(key, selection->literal);
    if (selection->path) route_selection_value_add(key, follow(root, selection->path));
  }
}

/* A variable stands for any text, so that a literal behind one is taken where it comes first, and the last one at the end. */
bool route_selection_can_select(const struct route_selection *selection, struct str key) {
  bool anywhere = false;
  for (; selection; selection = selection->next) {
    struct str literal = selection->literal;
    size_t at = anywhere ? str_find(key, literal, 0) : 0;
    if (selection->path) {
      anywhere = true;
      continue;
    }
    if (anywhere && !selection->next) return str_ends(key, literal);
    if (at == SIZE_MAX || !str_starts(str_slice(key, at, key.len), literal)) return false;
    key = str_slice(key, at + literal.len, key.len);
    anywhere = false;
  }
  return anywhere || key.len == 0;
}

/* The one variable of an expression, and what it has to be worth for the key: all but the literals around it. NULL: there is none, or
 * there are more. */
static const struct path_step *only_variable(const struct route_selection *selection, struct str *key) {
  const struct path_step *path = NULL;
  for (; selection; selection = selection->next) {
    struct str literal = selection->literal;
    if (selection->path) {
      if (path) return NULL;
      path = selection->path;
    } else if (!path) {
      if (!str_starts(*key, literal)) return NULL;
      *key = str_slice(*key, literal.len, key->len);
    } else {
      if (!str_ends(*key, literal)) return NULL;
      *key = str_slice(*key, 0, key->len - literal.len);
    }
  }
  return path;
}

bool route_selection_member(const struct route_selection *selection, struct str key, struct str *name,
                            struct buf *out) {
  const struct path_step *first = only_variable(selection, &key);
  size_t depth = 0;
  if (!first) return false;
  for (const struct path_step *at = first; at; at = at->next)
    if (at->is_index) return false;
  for (const struct path_step *at = first; at; at = at->next, depth++) {
    json_write_string_utf8(out, at->name);
    buf_add(out, at->next ? STR(":{") : STR(":"));
  }
  json_write_string_utf8(out, key);
  while (--depth > 0) buf_add_char(out, '}');
  *name = first->name;
  return true;
}
