#include "redact.h"

#include "json_write.h"
#include "secret.h"
#include "utf8.h"

enum {
  TEXT_MAX = 64 * 1024 * 1024, /* bytes of a string that was looked into */
  INSIDE_MAX = 8               /* JSON in a string in JSON in a string ... */
};

static const struct str redacted = { "(redacted)", 10 };

struct writer {
  struct redact_limits limits;
  struct arena *memory;
  int inside; /* strings that what is written lies in */
  bool cut;
};

static void write_value(struct writer *w, struct buf *out, const struct json *node, bool is_body);

/* Strings */

static void write_cut(struct writer *w, struct buf *out, struct str text, bool is_body) {
  struct str shown = utf8_cut(text, is_body ? w->limits.body_max : w->limits.string_max);
  struct buf marked;
  if (w->inside > 0 || shown.len == text.len) { /* inside of another string, that one is cut */
    json_write_string_utf8(out, text);
    return;
  }
  w->cut = true;
  buf_init(&marked, TEXT_MAX);
  buf_add(&marked, shown);
  buf_add(&marked, STR("... (truncated)"));
  json_write_string_utf8(out, buf_str(&marked));
  buf_free(&marked);
}

static char first_of(struct str text) {
  for (size_t i = 0; i < text.len; i++)
    if (!strchr(" \t\r\n", text.ptr[i]) || text.ptr[i] == '\0') return text.ptr[i];
  return '\0';
}

/* What a string holds, without its secrets. */
static void open_string(struct writer *w, struct buf *out, struct str text) {
  const struct json *root;
  char err[ERR_LEN], first = first_of(text);
  bool like_json = first == '{' || first == '[' || str_starts(text, STR("\xEF\xBB\xBF"));
  if (!like_json && first != '"') {
    secret_cover(out, text);
  } else if (w->inside == INSIDE_MAX) {
    buf_add(out, redacted);
  } else if (json_parse(w->memory, text, &root, err)) {
    w->inside++;
    write_value(w, out, root, false);
    w->inside--;
  } else if (like_json && (secret_is_named_in(text) || str_find(text, STR("\\u"), 0) != SIZE_MAX)) {
    buf_add(out, redacted);
  } else {
    secret_cover(out, text);
  }
}

static void write_string(struct writer *w, struct buf *out, struct str text, bool is_body) {
  struct buf opened;
  buf_init(&opened, TEXT_MAX);
  open_string(w, &opened, text);
  write_cut(w, out, opened.failed ? redacted : buf_str(&opened), is_body);
  buf_free(&opened);
}

/* Objects and arrays */

/* What has to be known of an object before its members are written. */
struct object {
  bool is_base64; /* its body */
  bool is_pair;   /* { "name": "Authorization", "value": ... }: a list of headers */
};

static struct object object_of(const struct json *node) {
  struct json_item flag = { .type = JSON_FALSE };
  const struct json *is_base64 = json_member(node, STR("isBase64Encoded"));
  if (is_base64) json_read(is_base64, &flag);
  bool is_pair =
      secret_is_name(json_member_text(node, STR("name"))) || secret_is_name(json_member_text(node, STR("key")));
  return (struct object){ flag.type == JSON_TRUE, is_pair };
}

static void write_member(struct writer *w, struct buf *out, const struct json *node, struct object object) {
  struct json_item item;
  json_read(node, &item);
  bool is_body = str_equal_nocase(item.name, STR("body"));
  json_write_string_utf8(out, item.name);
  buf_add_char(out, ':');
  if (secret_is_name(item.name) || (object.is_pair && str_equal_nocase(item.name, STR("value"))))
    json_write_string_utf8(out, redacted);
  else if (is_body && object.is_base64)
    json_write_string_utf8(out, STR("(base64, not shown)"));
  else
    write_value(w, out, node, is_body);
}

static void write_list(struct writer *w, struct buf *out, const struct json *node, const struct json_item *list) {
  bool is_object = list->type == JSON_OBJECT;
  struct object object = { false, false };
  struct json_item item;
  if (is_object) object = object_of(node);
  buf_add_char(out, is_object ? '{' : '[');
  for (const struct json *at = list->first; at && !out->failed; at = item.next) {
    json_read(at, &item);
    if (at != list->first) buf_add_char(out, ',');
    if (is_object)
      write_member(w, out, at, object);
    else
      write_value(w, out, at, false);
  }
  buf_add_char(out, is_object ? '}' : ']');
}

static void write_value(struct writer *w, struct buf *out, const struct json *node, bool is_body) {
  struct json_item item;
  json_read(node, &item);
  switch (item.type) {
  case JSON_FALSE:
    buf_add(out, STR("false"));
    break;
  case JSON_TRUE:
    buf_add(out, STR("true"));
    break;
  case JSON_NULL:
    buf_add(out, STR("null"));
    break;
  case JSON_NUMBER:
    json_write_number(out, item.number);
    break;
  case JSON_STRING:
    write_string(w, out, item.text, is_body);
    break;
  case JSON_ARRAY:
  case JSON_OBJECT:
    write_list(w, out, node, &item);
    break;
  }
}

bool redact_write(struct buf *out, const struct json *root, struct redact_limits limits, struct arena *memory) {
  struct writer w = { .limits = limits, .memory = memory };
  write_value(&w, out, root, false);
  return w.cut;
}
