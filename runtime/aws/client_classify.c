#include "client.h"

#include "arena.h"
#include "json.h"
#include "quotation.h"
#include "utf8.h"

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

/* The first line of a text, cut to a length that fits a message; nothing when it shows a key. */
static struct str presentable(struct str text, const struct credentials *keys) {
  size_t end = 0;
  while (end < text.len && utf8_control(str_slice(text, end, text.len)) == 0) end++;
  text = str_slice(text, 0, end);
  if (quotation_of_keys(text, keys)) return STR("");
  return str_trim(utf8_cut(text, SENTENCE_MAX));
}

/* The member of a JSON document that has one of two names. */
static struct str member_of(const struct json *root, struct str name, struct str other) {
  struct str text = json_member_text(root, name);
  return text.len > 0 ? text : json_member_text(root, other);
}

/* What the first element of that name holds in an XML document; entities stay as they are. */
static struct str element_of(struct str body, struct str opens, struct str closes) {
  size_t from = str_starts(body, STR("<")) ? str_find(body, opens, 0) : SIZE_MAX;
  size_t to = from == SIZE_MAX ? SIZE_MAX : str_find(body, closes, from);
  return to == SIZE_MAX ? STR("") : str_slice(body, from + opens.len, to);
}

/* "GoneException" of "GoneException:http://internal.amazon.com/..." and of "com.amazonaws.x#GoneException". */
static struct str type_of(const struct http_response *response, const struct json *root) {
  struct str type = http_response_header(response, STR("x-amzn-errortype")), rest;
  if (type.len == 0) type = member_of(root, STR("__type"), STR("code"));
  if (type.len == 0) type = element_of(response->body, STR("<Code>"), STR("</Code>"));
  str_cut(type, ':', &type, &rest);
  size_t hash = str_find(type, STR("#"), 0);
  if (hash != SIZE_MAX) type = str_slice(type, hash + 1, type.len);
  return str_trim(type);
}

/* The service's own words; services write the member's name both ways. */
static struct str sentence_of(const struct http_response *response, const struct json *root) {
  struct str said = member_of(root, STR("message"), STR("Message"));
  return said.len > 0 ? said : element_of(response->body, STR("<Message>"), STR("</Message>"));
}

/* What a failure is called. An answer without words of its own can be anybody's: then it says whose. */
static void tell(const struct http_response *response, struct str type, struct str said, char message[ERR_LEN]) {
  if (type.len + said.len == 0)
    fail(message, "%.*s answered HTTP %d", STR_ARG(response->origin), response->status);
  else
    fail(message, "%.*s%s%.*s (HTTP %d)", STR_ARG(type), type.len > 0 && said.len > 0 ? ": " : "", STR_ARG(said),
         response->status);
}

void client_classify(const struct http_response *response, const struct credentials *keys, struct arena *memory,
                     char message[ERR_LEN], struct client_result *result) {
  *result = (struct client_result){ .message = response->message };
  if (response->code != HTTP_OK) {
    result->code = code_of_transport(response->code);
    return;
  }
  result->status = response->status;
  result->headers = response->headers;
  result->header_count = response->header_count;
  result->body = response->body;
  result->code = client_code_of(response->status);
  if (result->code == CLIENT_OK) return;
  const struct json *root = NULL;
  if (response->body.len > 0) json_parse(memory, response->body, &root, NULL);
  result->type = presentable(type_of(response, root), keys);
  result->message = message;
  tell(response, result->type, presentable(sentence_of(response, root), keys), message);
}
