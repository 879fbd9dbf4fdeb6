#include "view_stack.h"

#include <string.h>

/* "{" in front of a text. */
static struct str with_brace(struct arena *memory, struct str text) {
  char *copy = arena_alloc(memory, text.len + 2);
  if (!copy) return STR("");
  copy[0] = '{';
  memcpy(copy + 1, text.ptr, text.len);
  copy[text.len + 1] = '\0';
  return str_of(copy, text.len + 1);
}

/* The members as an object, and the message without them. JSON has no blanks here, and quotes in it are escaped. */
static struct str object_of(const struct view_record *record, struct arena *memory, struct str *message) {
  *message = record->message;
  if (record->fields.len > 0) return with_brace(memory, record->fields);
  size_t at = record->has_ids ? SIZE_MAX : str_find_last(record->message, STR(" {\""));
  if (at == SIZE_MAX) return STR("");
  *message = str_slice(record->message, 0, at);
  return str_slice(record->message, at + 1, record->message.len);
}

/* The stack of an object; NULL when it has none, or an empty one. */
static const struct json *stack_of(struct str object, struct arena *memory) {
  const struct json *root;
  struct json_item item;
  char err[ERR_LEN];
  const struct json *stack = json_parse(memory, object, &root, err) ? json_member(root, STR("stackTrace")) : NULL;
  if (!stack) return NULL;
  json_read(stack, &item);
  return item.type == JSON_ARRAY ? item.first : NULL;
}

/* Index behind the array of strings whose elements begin at `at`; SIZE_MAX when it is none. */
static size_t end_of_strings(struct str text, size_t at) {
  bool quoted = false;
  for (; at < text.len && (quoted || text.ptr[at] != ']'); at++) {
    if (quoted && text.ptr[at] == '\\')
      at++;
    else if (text.ptr[at] == '"')
      quoted = !quoted;
    else if (!quoted && text.ptr[at] != ',')
      return SIZE_MAX;
  }
  return at < text.len ? at + 1 : SIZE_MAX;
}

/* The object without its stack; empty when there is none of its own. */
static struct str without_stack(struct str object, struct arena *memory) {
  static const struct str name = { "\"stackTrace\":[", 14 };
  size_t at = str_find_last(object, name), end = at == SIZE_MAX ? SIZE_MAX : end_of_strings(object, at + name.len);
  char *rest = end == SIZE_MAX ? NULL : arena_alloc(memory, object.len + 1);
  if (!rest) return STR("");
  if (object.ptr[at - 1] == ',')
    at--;
  else if (end < object.len && object.ptr[end] == ',')
    end++;
  memcpy(rest, object.ptr, at);
  memcpy(rest + at, object.ptr + end, object.len - end);
  struct str others = str_of(rest, at + object.len - end);
  rest[others.len] = '\0';
  return stack_of(others, memory) ? STR("") : others; /* what went was inside another member */
}

bool view_stack_cut(struct view_record *record, struct arena *memory, const struct json **first) {
  struct str message, object = object_of(record, memory, &message);
  *first = stack_of(object, memory);
  struct str others = *first ? without_stack(object, memory) : STR("");
  if (others.len == 0) return false;
  record->message = message;
  record->fields = others.len > 2 ? str_slice(others, 1, others.len) : STR("");
  return true;
}

bool view_stack_line(const struct json **at, struct str *line) {
  while (view_report_frame(at, line))
    if (!str_starts(*line, STR("moonwire/"))) return true;
  return false;
}
