#include "event_order.h"

#include <stddef.h>

#include "json.h"
#include "model_id.h"

enum { SHOWN = 64 /* bytes of foreign text in a message */ };

static const struct {
  struct str name;
  size_t offset;
} texts[] = {
  { STR("route"), offsetof(struct event_order, route) },
  { STR("connectionId"), offsetof(struct event_order, connection_id) },
  { STR("function"), offsetof(struct event_order, function) },
  { STR("method"), offsetof(struct event_order, method) },
  { STR("path"), offsetof(struct event_order, path) },
  { STR("query"), offsetof(struct event_order, query) },
  { STR("body"), offsetof(struct event_order, body) },
};

/* ["Name","value"] */
static bool read_header(const struct json *node, struct field *header) {
  struct json_item pair, name, value;
  json_read(node, &pair);
  if (pair.type != JSON_ARRAY || json_count(node) != 2) return false;
  json_read(pair.first, &name);
  json_read(name.next, &value);
  *header = (struct field){ name.text, value.text };
  return name.type == JSON_STRING && value.type == JSON_STRING && name.text.len > 0;
}

static bool read_headers(const struct json *node, struct fields *headers, struct arena *arena, char err[ERR_LEN]) {
  struct json_item item;
  size_t count = 0;
  json_read(node, &item);
  struct field *list = arena_alloc(arena, (json_count(node) + 1) * sizeof *list);
  if (!list) return fail(err, "out of memory");
  bool ok = item.type == JSON_ARRAY;
  for (const struct json *at = item.first; ok && at; at = item.next) {
    json_read(at, &item);
    ok = read_header(at, &list[count++]);
  }
  *headers = (struct fields){ list, count };
  return ok || fail(err, "headers must be a list of [\"Name\",\"value\"]");
}

static bool read_member(struct event_order *order, const struct json *node, struct arena *arena, char err[ERR_LEN]) {
  struct json_item item;
  json_read(node, &item);
  if (str_equal(item.name, STR("headers"))) return read_headers(node, &order->headers, arena, err);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    if (!str_equal(texts[i].name, item.name)) continue;
    *(struct str *)((char *)order + texts[i].offset) = item.text;
    return item.type == JSON_STRING || fail(err, "%.*s must be a text", STR_ARG(item.name));
  }
  return fail(err, "an event has no member \"%.*s\"", STR_ARG(str_slice(item.name, 0, SHOWN)));
}

bool event_order_read(struct event_order *order, struct str json, struct arena *arena, char err[ERR_LEN]) {
  const struct json *root;
  struct json_item item;
  *order = (struct event_order){ .route = STR("") };
  if (!json_parse(arena, json, &root, err)) return false;
  json_read(root, &item);
  if (item.type != JSON_OBJECT) return fail(err, "an event is asked for with a JSON object");
  for (const struct json *at = item.first; at; at = item.next) {
    json_read(at, &item);
    if (!read_member(order, at, arena, err)) return false;
  }
  if (order->connection_id.len == 0 || model_id_is_valid(order->connection_id)) return true;
  return fail(err, "\"%.*s\" is no connection id; those have 16 characters, the last one \"=\"",
              STR_ARG(str_slice(order->connection_id, 0, SHOWN)));
}
