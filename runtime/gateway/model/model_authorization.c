#include "model_authorization.h"

#include "json.h"
#include "model_json.h"

enum { NAME_SHOWN = 64 }; /* bytes of a name that a message shows */

/* 1 becomes "1" and true "true"; null is as if it were not there. */
static bool write_value(struct buf *out, const struct json_item *item, char err[ERR_LEN]) {
  struct str name = str_slice(item->name, 0, NAME_SHOWN);
  switch (item->type) {
  case JSON_STRING:
    model_json_text(out, item->name, item->text);
    return true;
  case JSON_TRUE:
  case JSON_FALSE:
    model_json_text(out, item->name, item->type == JSON_TRUE ? STR("true") : STR("false"));
    return true;
  case JSON_NUMBER:
    model_json_name(out, item->name);
    buf_add_char(out, '"');
    json_write_number(out, item->number);
    buf_add_char(out, '"');
    return true;
  case JSON_NULL:
    return true;
  default:
    return fail(err, "context.%.*s must be a string, a number or a boolean", STR_ARG(name));
  }
}

/* Of a name that comes twice the last one counts; principalId is the result's own. */
static bool write_context(struct buf *out, const struct json *context, char err[ERR_LEN]) {
  struct json_item object, item;
  if (!context) return true;
  json_read(context, &object);
  if (object.type == JSON_NULL) return true;
  if (object.type != JSON_OBJECT) return fail(err, "context must be an object of names and values");
  for (const struct json *at = object.first; at; at = item.next) {
    json_read(at, &item);
    if (json_member(context, item.name) != at || str_equal(item.name, STR("principalId"))) continue;
    if (!write_value(out, &item, err)) return false;
  }
  return true;
}

static bool write_authorizer(struct buf *out, const struct json *root, char err[ERR_LEN]) {
  struct json_item id;
  const struct json *node = json_member(root, STR("principalId"));
  if (!node) return fail(err, "the result has no principalId");
  json_read(node, &id);
  if (id.type != JSON_STRING) return fail(err, "principalId must be a string");
  buf_add_char(out, '{');
  model_json_text(out, STR("principalId"), id.text);
  if (!write_context(out, json_member(root, STR("context")), err)) return false;
  buf_add_char(out, '}');
  return !out->failed || fail(err, "memory is short for the context");
}

bool model_authorization_read(enum model_verdict *verdict, struct buf *authorizer, struct arena *memory,
                              struct str payload, struct str method_arn, char err[ERR_LEN]) {
  char problem[ERR_LEN] = "";
  const struct json *root;
  struct json_item item;
  *verdict = MODEL_NO_MATCH;
  if (payload.len > MODEL_AUTHORIZATION_MAX)
    return fail(err, "the result has %zu bytes, %d are allowed", payload.len, MODEL_AUTHORIZATION_MAX);
  if (payload.len == 0) return fail(err, "the authorizer returned nothing");
  if (!json_parse(memory, payload, &root, problem)) return fail(err, "the result is not JSON: %s", problem);
  json_read(root, &item);
  if (item.type != JSON_OBJECT) return fail(err, "the result is not an object with principalId and policyDocument");
  return write_authorizer(authorizer, root, err) &&
         model_policy_read(verdict, json_member(root, STR("policyDocument")), method_arn, err);
}
