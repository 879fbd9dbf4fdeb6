#include "model_identity.h"

static const struct {
  struct str prefix, member;
} places[] = {
  { STR("route.request.header."), STR("headers") },
  { STR("route.request.querystring."), STR("queryStringParameters") },
  { STR("stageVariables."), STR("stageVariables") },
};

static struct str behind(struct str source, struct str prefix) {
  return str_slice(source, prefix.len, source.len);
}

/* The member at a path of names with dots between them: "identity.sourceIp". */
static const struct json *follow(const struct json *node, struct str path) {
  for (struct str name; node && path.len > 0;) {
    str_cut(path, '.', &name, &path);
    node = json_member(node, name);
  }
  return node;
}

static const struct json *find(const struct json *event, struct str source) {
  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    if (str_starts(source, places[i].prefix))
      return json_member(json_member(event, places[i].member), behind(source, places[i].prefix));
  if (!str_starts(source, STR("context."))) return NULL;
  return follow(json_member(event, STR("requestContext")), behind(source, STR("context.")));
}

bool model_identity_has(const struct json *event, struct str source) {
  struct json_item item;
  const struct json *node = find(event, source);
  if (!node) return false;
  json_read(node, &item);
  return item.type == JSON_NUMBER || (item.type == JSON_STRING && item.text.len > 0);
}

struct str model_identity_lookalike(const struct json *event, struct str source) {
  struct json_item headers, header;
  struct str wanted = behind(source, places[0].prefix);
  const struct json *node = json_member(event, STR("headers"));
  if (!node || !str_starts(source, places[0].prefix)) return STR("");
  json_read(node, &headers);
  for (const struct json *at = headers.first; at; at = header.next) {
    json_read(at, &header);
    if (str_equal_nocase(header.name, wanted) && !str_equal(header.name, wanted)) return header.name;
  }
  return STR("");
}
