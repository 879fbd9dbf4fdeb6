#include "client.h"

#include "arena.h"
#include "json.h"

enum { SENTENCE_MAX = 300 }; /* bytes of a service's own message */

const char *client_code_name(enum client_code code) {
  static const char *const names[] = { "",        "gone",    "forbidden", "throttled", "too_large", "bad_request",
                                       "timeout", "network", "server" };
  return names[code];
}

enum client_code client_code_of(int status) {
  switch (status) {
  case 401:
  case 403:
    return CLIENT_FORBIDDEN;
  case 410:
    return CLIENT_GONE;
  case 413:
    return CLIENT_TOO_LARGE;
  case 429:
    return CLIENT_THROTTLED;
  default:
    if (status < 200 || status >= 500) return CLIENT_SERVER;
    return status < 300 ? CLIENT_OK : CLIENT_BAD_REQUEST;
  }
}

static enum client_code code_of_transport(enum http_code code) {
  switch (code) {
  case HTTP_TIMEOUT:
    return CLIENT_TIMEOUT;
  case HTTP_TOO_LARGE:
    return CLIENT_TOO_LARGE;
  case HTTP_BAD_REQUEST:
    return CLIENT_BAD_REQUEST;
  default:
    return CLIENT_NETWORK;
  }
}

static bool holds(struct str text, struct str secret) {
  return secret.len > 0 && str_find(text, secret, 0) != SIZE_MAX;
}

/* The first line of a text, cut to a length that fits a message; nothing when it holds a key. */
static struct str presentable(struct str text, const struct credentials *keys) {
  size_t end = 0;
  while (end < text.len && (unsigned char)text.ptr[end] >= ' ' && text.ptr[end] != 127) end++;
  text = str_slice(text, 0, end);
  if (holds(text, keys->secret_access_key) || holds(text, keys->session_token)) return STR("");
  if (text.len > SENTENCE_MAX) {
    end = SENTENCE_MAX;
    while (end > 0 && ((unsigned char)text.ptr[end] & 0xC0) == 0x80) end--; /* no half character */
    text.len = end;
  }
  return str_trim(text);
}

/* {"message": "..."}, or "Message" as some services write it. */
static struct str sentence_of(struct str body, struct arena *memory) {
  const struct json *root;
  if (body.len == 0 || !json_parse(memory, body, &root, NULL)) return STR("");
  struct str text = json_member_text(root, STR("message"));
  return text.len > 0 ? text : json_member_text(root, STR("Message"));
}

/* "GoneException" of "GoneException:http://internal.amazon.com/...". */
static struct str type_of(const struct http_response *response) {
  struct str type, rest;
  str_cut(http_response_header(response, STR("x-amzn-errortype")), ':', &type, &rest);
  return str_trim(type);
}

void client_classify(const struct http_response *response, const struct credentials *keys, struct arena *memory,
                     char message[ERR_LEN], struct client_result *result) {
  *result = (struct client_result){ .message = response->message };
  if (response->code != HTTP_OK) {
    result->code = code_of_transport(response->code);
    return;
  }
  result->status = response->status;
  result->body = response->body;
  result->code = client_code_of(response->status);
  if (result->code == CLIENT_OK) return;
  result->type = type_of(response);
  result->message = message;
  struct str type = presentable(result->type, keys), said = presentable(sentence_of(response->body, memory), keys);
  fail(message, "%.*s%s%.*s%s(HTTP %d)", STR_ARG(type), type.len > 0 && said.len > 0 ? ": " : "", STR_ARG(said),
       type.len + said.len > 0 ? " " : "", response->status);
}
