#include "container_reply.h"

#include "date.h"
#include "encoding.h"
#include "json.h"
#include "quotation.h"

enum { CODE_MAX = 64 }; /* letters of an error's code; "InvalidTokenException" has 21 */

static void say(struct container_reply *reply, struct str origin, const char *what, struct str name) {
  fail(reply->message, "%.*s answered %s%.*s", STR_ARG(origin), what, STR_ARG(name));
}

/* Nothing but letters, so that it is no key; nor the token, which may be. */
static bool is_code(struct str text, struct str token) {
  for (size_t i = 0; i < text.len; i++)
    if (!((text.ptr[i] >= 'A' && text.ptr[i] <= 'Z') || (text.ptr[i] >= 'a' && text.ptr[i] <= 'z'))) return false;
  return text.len > 0 && text.len <= CODE_MAX && !quotation_of_secret(text, token);
}

static void refuse(struct container_reply *reply, const struct http_response *response, struct str origin,
                   struct str token, struct arena *memory) {
  bool theirs = response->status >= 400 && response->status < 500 && response->status != 429;
  const struct json *root = NULL;
  reply->code = theirs ? CLIENT_BAD_REQUEST : CLIENT_SERVER;
  reply->again = !theirs;
  if (response->body.len > 0) json_parse(memory, response->body, &root, NULL);
  struct str code = json_member_text(root, STR("code"));
  if (code.len == 0) code = json_member_text(root, STR("Code"));
  if (!is_code(code, token)) code = STR("");
  fail(reply->message, "%.*s answered HTTP %d%s%.*s", STR_ARG(origin), response->status, code.len > 0 ? " " : "",
       STR_ARG(code));
}

/* A string of visible characters; empty when the member is missing, null or "", which `needed` forbids. */
static bool read_text(const struct json *root, struct str name, bool needed, struct str *text) {
  const struct json *member = json_member(root, name);
  struct json_item item = { .type = JSON_NULL };
  if (member) json_read(member, &item);
  *text = item.type == JSON_STRING ? item.text : STR("");
  if (item.type != JSON_STRING && item.type != JSON_NULL) return false;
  return ascii_is_visible(*text) && (text->len > 0 || !needed);
}

static bool read_end(const struct json *root, int64_t *expires_ms) {
  struct str text;
  *expires_ms = INT64_MAX;
  return read_text(root, STR("Expiration"), false, &text) && (text.len == 0 || date_read(text, expires_ms));
}

static void read_keys(struct container_reply *reply, const struct json *root, struct str origin, int64_t now_ms) {
  static const struct str names[] = { STR("AccessKeyId"), STR("SecretAccessKey"), STR("Token") };
  struct str *values[] = { &reply->keys.access_key_id, &reply->keys.secret_access_key, &reply->keys.session_token };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!read_text(root, names[i], i < 2, values[i])) {
      say(reply, origin, "without a usable ", names[i]);
      return;
    }
  if (!read_end(root, &reply->expires_ms))
    say(reply, origin, "with an Expiration that is no date of ISO 8601", STR(""));
  else if (reply->expires_ms <= now_ms)
    say(reply, origin, "with keys that have expired", STR(""));
  else
    reply->code = CLIENT_OK;
}

static void no_response(struct container_reply *reply, const struct http_response *response, struct str origin) {
  if (response->code == HTTP_TOO_LARGE) {
    say(reply, origin, "with more than 10 kB", STR(""));
    return;
  }
  reply->code = response->code == HTTP_TIMEOUT       ? CLIENT_TIMEOUT
                : response->code == HTTP_BAD_REQUEST ? CLIENT_BAD_REQUEST
                                                     : CLIENT_NETWORK;
  reply->again = reply->code != CLIENT_BAD_REQUEST;
  fail(reply->message, "%s", response->message);
}

void container_reply_read(const struct http_response *response, struct str origin, struct str token, int64_t now_ms,
                          struct arena *memory, struct container_reply *reply) {
  const struct json *root;
  *reply = (struct container_reply){ .code = CLIENT_SERVER, .again = true };
  if (response->code != HTTP_OK)
    no_response(reply, response, origin);
  else if (response->status != 200)
    refuse(reply, response, origin, token, memory);
  else if (json_parse(memory, response->body, &root, NULL))
    read_keys(reply, root, origin, now_ms);
  else
    say(reply, origin, "with what is no JSON", STR(""));
  if (reply->code != CLIENT_OK) reply->keys = (struct credentials){ 0 };
}
