#include "http_api_result.h"

#include "encoding.h"
#include "json.h"

enum { NAME_SHOWN = 64 /* bytes of a name that a message shows */, NUMBER_MAX = 32 };

/* A result while it is read. */
struct reading {
  struct http_api_result *out;
  struct arena *memory;
  struct field *list; /* room for all headers and cookies, and one more */
  size_t count;
  struct str body, unknown; /* unknown: a member that does not count */
  bool is_base64;
  char *err;
};

static const struct field json_type = { STR("Content-Type"), STR("application/json") };

/* Headers */

/* A token (RFC 9110, section 5.6.2). */
static bool is_token(struct str s) {
  for (size_t i = 0; i < s.len; i++)
    if (strchr("\"(),/:;<=>?@[\\]{}", s.ptr[i])) return false;
  return s.len > 0 && ascii_is_visible(s);
}

/* RFC 9110, section 5.5: no control characters but the tab. */
static bool is_value(struct str s) {
  for (size_t i = 0; i < s.len; i++) {
    unsigned char c = (unsigned char)s.ptr[i];
    if ((c < ' ' && c != '\t') || c == 0x7F) return false;
  }
  return true;
}

/* Of the connection (RFC 9110, section 7.6.1), or made by whoever sends the response. */
static bool is_dropped(struct str name) {
  static const struct str names[] = { STR("Connection"),        STR("Content-Length"),
                                      STR("Keep-Alive"),        STR("TE"),
                                      STR("Proxy-Connection"),  STR("Trailer"),
                                      STR("Transfer-Encoding"), STR("Upgrade"),
                                      STR("Apigw-Requestid") };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (str_equal_nocase(name, names[i])) return true;
  return false;
}

/* A number or a boolean is written as in JSON. ptr is NULL for what has no text. */
static struct str text_of(struct reading *r, const struct json_item *item) {
  struct buf number;
  if (item->type == JSON_STRING) return item->text;
  if (item->type == JSON_TRUE || item->type == JSON_FALSE) return item->type == JSON_TRUE ? STR("true") : STR("false");
  if (item->type != JSON_NUMBER) return str_of(NULL, 0);
  buf_init(&number, NUMBER_MAX);
  json_write_number(&number, item->number);
  struct str text = arena_copy(r->memory, buf_str(&number));
  buf_free(&number);
  return text;
}

static bool read_header(struct reading *r, const struct json_item *item) {
  struct str shown = str_slice(item->name, 0, NAME_SHOWN), value = text_of(r, item);
  if (item->type == JSON_NULL) return true;
  if (!value.ptr) return fail(r->err, "the header %.*s must be a string", STR_ARG(shown));
  if (!is_token(item->name)) return fail(r->err, "\"%.*s\" is no name of a header", STR_ARG(shown));
  if (!is_value(value)) return fail(r->err, "the header %.*s has control characters", STR_ARG(shown));
  if (!is_dropped(item->name)) r->list[r->count++] = (struct field){ item->name, str_trim(value) };
  return true;
}

static bool read_headers(struct reading *r, const struct json_item *object) {
  struct json_item item;
  if (object->type != JSON_OBJECT) return fail(r->err, "headers must be an object of names and values");
  for (const struct json *at = object->first; at; at = item.next) {
    json_read(at, &item);
    if (!read_header(r, &item)) return false;
  }
  return true;
}

static bool read_cookies(struct reading *r, const struct json_item *list) {
  struct json_item item;
  if (list->type != JSON_ARRAY) return fail(r->err, "cookies must be an array of strings");
  for (const struct json *at = list->first; at; at = item.next) {
    json_read(at, &item);
    if (item.type != JSON_STRING) return fail(r->err, "cookies must be an array of strings");
    if (!is_value(item.text)) return fail(r->err, "a cookie has control characters");
    r->list[r->count++] = (struct field){ STR("Set-Cookie"), str_trim(item.text) };
  }
  return true;
}

/* The other members */

/* A whole number; or three digits in a string, as with WebSocket APIs. 1xx cannot end a request. */
static bool read_status(struct reading *r, const struct json_item *item) {
  int64_t status = 0;
  if (item->type == JSON_NUMBER && item->number >= 200 && item->number <= 599)
    status = (int64_t)item->number;
  else if (item->type == JSON_STRING && item->text.len == 3)
    str_to_int64(item->text, &status);
  if (status < 200 || status > 599 || (item->type == JSON_NUMBER && (double)status != item->number))
    return fail(r->err, "statusCode must be a whole number from 200 to 599");
  r->out->status = (int)status;
  return true;
}

static bool read_body(struct reading *r, const struct json_item *item) {
  if (item->type != JSON_STRING) return fail(r->err, "body must be a string");
  r->body = item->text;
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
    { STR("statusCode"), read_status }, { STR("headers"), read_headers },           { STR("cookies"), read_cookies },
    { STR("body"), read_body },         { STR("isBase64Encoded"), read_is_base64 },
  };
  for (size_t i = 0; i < sizeof members / sizeof *members; i++)
    if (str_equal(item->name, members[i].name)) return item->type == JSON_NULL || members[i].read(r, item);
  r->unknown = item->name;
  return true;
}

/* The whole */

static bool decode_body(struct reading *r) {
  struct buf plain;
  if (!r->is_base64) return true;
  buf_init(&plain, r->body.len);
  bool ok = base64_decode(&plain, r->body) || fail(r->err, "isBase64Encoded is true, but body is not base64");
  if (ok) r->body = plain.failed ? str_of(NULL, 0) : arena_copy(r->memory, buf_str(&plain));
  if (ok && !r->body.ptr) ok = fail(r->err, "memory is short for the body");
  buf_free(&plain);
  return ok;
}

/* A member can be there twice, and then both are read. */
static bool make_room(struct reading *r, const struct json *root) {
  struct json_item object, member;
  size_t most = 1;
  json_read(root, &object);
  for (const struct json *at = object.first; at; at = member.next) {
    json_read(at, &member);
    most += json_count(at);
  }
  r->list = arena_alloc(r->memory, most * sizeof *r->list);
  return r->list || fail(r->err, "memory is short for the headers");
}

static bool read_response(struct reading *r, const struct json *root) {
  static const struct field plain_text = { STR("Content-Type"), STR("text/plain; charset=utf-8") };
  struct json_item object, item;
  if (!make_room(r, root)) return false;
  json_read(root, &object);
  for (const struct json *at = object.first; at; at = item.next) {
    json_read(at, &item);
    if (!read_member(r, &item)) return false;
  }
  if (!decode_body(r)) return false;
  struct fields headers = { r->list, r->count };
  bool has_body = r->out->status != 204 && r->out->status != 304;
  if (has_body && !field_header(headers, STR("Content-Type")).ptr) r->list[headers.count++] = plain_text;
  r->out->headers = headers;
  r->out->body = has_body ? r->body : STR("");
  r->err[0] = '\0';
  if (r->unknown.ptr)
    fail(r->err,
         "the result's member \"%.*s\" is ignored: the format 2.0 has statusCode, headers, cookies, body and "
         "isBase64Encoded",
         STR_ARG(str_slice(r->unknown, 0, NAME_SHOWN)));
  return true;
}

static bool has_status(const struct json *root) {
  struct json_item item;
  const struct json *status = json_member(root, STR("statusCode"));
  if (status) json_read(status, &item);
  return status && item.type != JSON_NULL;
}

bool http_api_result_read(struct http_api_result *out, struct arena *memory, struct str payload, char err[ERR_LEN]) {
  struct reading r = { .out = out, .memory = memory, .body = STR(""), .err = err };
  char problem[ERR_LEN] = "";
  const struct json *root;
  struct json_item item;
  *out = (struct http_api_result){ .status = 200, .headers = { &json_type, 1 }, .body = payload };
  err[0] = '\0';
  if (payload.len == 0) return fail(err, "the function returned nothing");
  if (!json_parse(memory, payload, &root, problem)) return fail(err, "the result is not JSON: %s", problem);
  if (has_status(root)) return read_response(&r, root);
  json_read(root, &item);
  if (item.type == JSON_STRING) out->body = item.text;
  if (item.type == JSON_NULL)
    fail(err, "the result is null, which is what a function without `return` gives: the client gets 200 with the body "
              "null; return { statusCode = 204 } for no body");
  return true;
}
