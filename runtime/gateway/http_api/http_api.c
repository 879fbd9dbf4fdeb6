#include "http_api.h"

#include <stdio.h>

#include "http_api_cors.h"
#include "http_api_event.h"
#include "http_api_path.h"
#include "http_api_result.h"
#include "http_api_route.h"

enum { MESSAGE_MAX = 128 /* bytes of a body of ours */, SHOWN = 120 /* bytes of foreign text in a note */ };

/* When memory is too short for more. */
static const struct http_api_answer poorest = { .status = 500,
                                                .body = { "{\"message\":\"Internal Server Error\"}", 35 } };

/* Adds what the gateway itself says: CORS, and the request's id, as recorded. */
static void finish(const struct http_api_call *call, const struct http_api_result *result, bool is_preflight,
                   struct arena *memory, struct http_api_answer *answer) {
  const struct http_api_cors *cors = call->api->cors;
  struct field *list = arena_alloc(memory, (result->headers.count + HTTP_API_CORS_HEADERS + 1) * sizeof *list);
  struct str id = arena_copy(memory, call->request_id);
  size_t count = 0;
  *answer = poorest;
  if (!list || !id.ptr) return;
  for (size_t i = 0; i < result->headers.count; i++)
    if (!cors || !http_api_cors_is_ours(result->headers.list[i].name)) list[count++] = result->headers.list[i];
  if (cors && !http_api_cors_add(cors, call->origin, is_preflight, memory, list, &count)) return;
  list[count++] = (struct field){ STR("Apigw-Requestid"), id };
  *answer = (struct http_api_answer){ result->status, { list, count }, result->body };
}

void http_api_message(const struct http_api_call *call, int status, const char *message, struct arena *memory,
                      struct http_api_answer *answer) {
  static const struct field type = { STR("Content-Type"), STR("application/json") };
  char body[MESSAGE_MAX];
  snprintf(body, sizeof body, "{\"message\":\"%s\"}", message);
  struct http_api_result result = { status, { &type, 1 }, arena_copy(memory, str_from(body)) };
  *answer = poorest;
  if (result.body.ptr) finish(call, &result, false, memory, answer);
}

static void preflight(const struct http_api_call *call, struct arena *memory, struct http_api_answer *answer) {
  struct http_api_result result = { 204, { NULL, 0 }, STR("") };
  finish(call, &result, true, memory, answer);
}

bool http_api_allows_origin(const struct http_api *api, struct str origin) {
  return api->cors && http_api_cors_allows(api->cors, origin);
}

/* Answers instead of a function, and tells the developer why. */
static void refuse(const struct http_api_call *call, const struct http_api_request *request, int status,
                   const char *message, struct str why, struct arena *memory, struct http_api_step *step) {
  struct str method = str_slice(request->method, 0, SHOWN), path = str_slice(request->path, 0, SHOWN);
  fail(step->note, "%.*s %.*s: %d %s: %.*s", STR_ARG(method), STR_ARG(path), status, message, STR_ARG(why));
  http_api_message(call, status, message, memory, &step->answer);
}

void http_api_request(const struct http_api *api, const struct http_api_request *request, const struct model_moment *at,
                      struct arena *memory, struct http_api_step *step) {
  struct http_api_call call = { api, field_header(request->headers, STR("Origin")), str_from(at->request_id) };
  struct str path;
  step->route = NULL;
  step->note[0] = '\0';
  step->event.ceiling = HTTP_API_EVENT_MAX;
  buf_clear(&step->event);
  if (!http_api_path_decode(memory, request->path, &path)) {
    refuse(&call, request, 400, "Bad Request", STR("the path has a broken %"), memory, step);
    return;
  }
  if (api->cors && http_api_cors_is_preflight(request)) {
    preflight(&call, memory, &step->answer);
    return;
  }
  const struct http_api_route *route = http_api_route_select(api, request->method, path);
  if (!route) {
    refuse(&call, request, 404, "Not Found", STR("no HTTP route takes it"), memory, step);
  } else if (route->refusal.len > 0) {
    refuse(&call, request, 500, "Internal Server Error", route->refusal, memory, step);
  } else {
    struct http_api_event event = { api, request, at, route, path };
    http_api_event_write(&step->event, &event, memory);
    if (step->event.failed)
      refuse(&call, request, 413, "Request Entity Too Large", STR("the event is longer than 6 MB"), memory, step);
    else
      step->route = route;
  }
}

static bool read_result(struct http_api_result *result, struct arena *memory, struct str payload, char why[ERR_LEN]) {
  if (!http_api_result_read(result, memory, payload, why)) return false;
  size_t bytes = field_bytes(result->headers);
  return bytes <= HTTP_API_HEADERS_MAX ||
         fail(why, "headers and cookies have %zu bytes, more than %d", bytes, HTTP_API_HEADERS_MAX);
}

void http_api_answered(const struct http_api_call *call, enum model_outcome outcome, struct str payload,
                       struct arena *memory, struct http_api_answer *answer, char note[ERR_LEN]) {
  struct http_api_result result;
  char why[ERR_LEN] = "";
  note[0] = '\0';
  if (outcome == MODEL_THROTTLED || outcome == MODEL_TIMED_OUT) {
    http_api_message(call, 503, "Service Unavailable", memory, answer);
  } else if (outcome == MODEL_FAILED || !read_result(&result, memory, payload, why)) {
    if (outcome != MODEL_FAILED) fail(note, "the client got 500: %s", why);
    http_api_message(call, 500, "Internal Server Error", memory, answer);
  } else {
    memcpy(note, why, ERR_LEN);
    finish(call, &result, false, memory, answer);
  }
}
