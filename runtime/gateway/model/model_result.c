#include "model_result.h"

#include "encoding.h"
#include "json.h"

enum { NAME_SHOWN = 64 }; /* bytes of a name that a message shows */

/* A result while it is read. */
struct reading {
  struct model_result *out;
  struct arena *memory;
  struct str protocol, protocol_of_many; /* from headers, from multiValueHeaders */
  bool has_status, is_base64;
  char *err;
};

/* A whole number; or three digits in a string, as AWS's own examples for REST APIs return it. */
static bool read_status(struct reading *r, const struct json_item *item) {
  int64_t status = 0;
  if (item->type == JSON_NUMBER && item->number >= 100 && item->number <= 599)
    status = (int64_t)item->number;
  else if (item->type == JSON_STRING && item->text.len == 3)
    str_to_int64(item->text, &status);
  else if (item->type != JSON_NUMBER)
    return fail(r->err, "statusCode must be a number");
  if (status < 100 || status > 599 || (item->type == JSON_NUMBER && (double)status != item->number))
    return fail(r->err, "statusCode must be a whole number from 100 to 599");
  r->out->status = (int)status;
  r->has_status = true;
  return true;
}

static bool is_protocol(struct str name) {
  return str_equal_nocase(name, STR("Sec-WebSocket-Protocol"));
}

static bool is_scalar(const struct json_item *item) {
  return item->type != JSON_OBJECT && item->type != JSON_ARRAY;
}

static bool read_headers(struct reading *r, const struct json_item *object) {
  struct json_item item;
  if (object->type != JSON_OBJECT) return fail(r->err, "headers must be an object of names and values");
  for (const struct json *at = object->first; at; at = item.next) {
    json_read(at, &item);
    struct str name = str_slice(item.name, 0, NAME_SHOWN);
    if (!is_scalar(&item)) return fail(r->err, "the header %.*s must be a string", STR_ARG(name));
    if (item.type == JSON_STRING && is_protocol(item.name)) r->protocol = item.text;
  }
  return true;
}

static bool read_values(struct reading *r, const struct json_item *list) {
  struct json_item item;
  struct str name = str_slice(list->name, 0, NAME_SHOWN);
  if (list->type == JSON_NULL) return true;
  if (list->type != JSON_ARRAY) return fail(r->err, "multiValueHeaders.%.*s must be an array", STR_ARG(name));
  for (const struct json *at = list->first; at; at = item.next) {
    json_read(at, &item);
    if (!is_scalar(&item)) return fail(r->err, "multiValueHeaders.%.*s must hold strings", STR_ARG(name));
    if (item.type == JSON_STRING && is_protocol(list->name)) r->protocol_of_many = item.text;
  }
  return true;
}

static bool read_multi_headers(struct reading *r, const struct json_item *object) {
  struct json_item list;
  if (object->type != JSON_OBJECT) return fail(r->err, "multiValueHeaders must be an object of names and arrays");
  for (const struct json *at = object->first; at; at = list.next) {
    json_read(at, &list);
    if (!read_values(r, &list)) return false;
  }
  return true;
}

static bool read_body(struct reading *r, const struct json_item *item) {
  if (item->type != JSON_STRING) return fail(r->err, "body must be a string");
  r->out->body = item->text;
  return true;
}

static bool read_is_base64(struct reading *r, const struct json_item *item) {
  if (item->type != JSON_TRUE && item->type != JSON_FALSE) return fail(r->err, "isBase64Encoded must be true or false");
  r->is_base64 = item->type == JSON_TRUE;
  return true;
}

static bool read_member(struct reading *r, const struct json_item *item) {
  static const struct {
    struct str name;
    bool (*read)(struct reading *r, const struct json_item *item);
  } members[] = {
    { STR("statusCode"), read_status },
    { STR("headers"), read_headers },
    { STR("multiValueHeaders"), read_multi_headers },
    { STR("body"), read_body },
    { STR("isBase64Encoded"), read_is_base64 },
  };
  for (size_t i = 0; i < sizeof members / sizeof *members; i++)
    if (str_equal(item->name, members[i].name)) return item->type == JSON_NULL || members[i].read(r, item);
  struct str name = str_slice(item->name, 0, NAME_SHOWN);
  return fail(
      r->err,
      "the result has the unknown key \"%.*s\" (statusCode, headers, multiValueHeaders, body and isBase64Encoded "
      "are known)",
      STR_ARG(name));
}

static bool decode_body(struct reading *r) {
  struct buf plain;
  if (!r->is_base64) return true;
  buf_init(&plain, r->out->body.len);
  bool ok = base64_decode(&plain, r->out->body) || fail(r->err, "isBase64Encoded is true, but body is not base64");
  if (ok) r->out->body = plain.failed ? str_of(NULL, 0) : arena_copy(r->memory, buf_str(&plain));
  if (ok && !r->out->body.ptr) ok = fail(r->err, "memory is short for the body");
  buf_free(&plain);
  return ok;
}

/* A subprotocol is a token (RFC 6455, section 4.1; RFC 9110, section 5.6.2); it must not smuggle other headers in. */
static bool is_token(struct str s) {
  for (size_t i = 0; i < s.len; i++)
    if (strchr("\"(),/:;<=>?@[\\]{}", s.ptr[i])) return false;
  return ascii_is_visible(s);
}

static bool choose_protocol(struct reading *r) {
  r->out->protocol = r->protocol.len > 0 ? r->protocol : r->protocol_of_many;
  return is_token(r->out->protocol) || fail(r->err, "Sec-WebSocket-Protocol must be the name of one subprotocol");
}

static bool read_object(struct reading *r, const struct json_item *root) {
  struct json_item item;
  if (root->type != JSON_OBJECT) return fail(r->err, "the result is not an object with a statusCode");
  for (const struct json *at = root->first; at; at = item.next) {
    json_read(at, &item);
    if (!read_member(r, &item)) return false;
  }
  if (!r->has_status) return fail(r->err, "the result has no statusCode");
  return decode_body(r) && choose_protocol(r);
}

bool model_result_read(struct model_result *out, struct arena *memory, struct str payload, char err[ERR_LEN]) {
  struct reading r = { .out = out, .memory = memory, .err = err };
  char problem[ERR_LEN] = "";
  const struct json *root;
  struct json_item item;
  *out = (struct model_result){ .is_null = payload.len == 0 };
  if (payload.len == 0) return fail(err, "the function returned nothing");
  if (!json_parse(memory, payload, &root, problem)) return fail(err, "the result is not JSON: %s", problem);
  json_read(root, &item);
  out->is_null = item.type == JSON_NULL;
  if (out->is_null) return fail(err, "the function returned null");
  return read_object(&r, &item);
}
