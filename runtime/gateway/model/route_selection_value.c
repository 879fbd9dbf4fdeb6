#include "route_selection_value.h"

static void add_item(struct buf *key, const struct json_item *item);

static void add_children(struct buf *key, const struct json_item *parent) {
  struct json_item child;
  for (const struct json *at = parent->first; at && !key->failed; at = child.next) {
    json_read(at, &child);
    if (at != parent->first) buf_add(key, STR(", "));
    if (child.named) {
      buf_add(key, child.name);
      buf_add_char(key, '=');
    }
    add_item(key, &child);
  }
}

/* Calls itself once for each level, of which json_parse allows JSON_DEPTH. */
static void add_item(struct buf *key, const struct json_item *item) {
  switch (item->type) {
  case JSON_STRING:
    buf_add(key, item->text);
    break;
  case JSON_NUMBER:
    json_write_number(key, item->number);
    break;
  case JSON_ARRAY:
  case JSON_OBJECT:
    buf_add_char(key, item->type == JSON_ARRAY ? '[' : '{');
    add_children(key, item);
    buf_add_char(key, item->type == JSON_ARRAY ? ']' : '}');
    break;
  case JSON_TRUE:
    buf_add(key, STR("true"));
    break;
  case JSON_FALSE:
    buf_add(key, STR("false"));
    break;
  case JSON_NULL:
    buf_add(key, STR("null"));
    break;
  }
}

void route_selection_value_add(struct buf *key, const struct json *node) {
  struct json_item item;
  if (!node) return;
  json_read(node, &item);
  if (item.type != JSON_NULL) add_item(key, &item);
}
