#include "client_call.h"

#include <stdlib.h>

static bool copy(struct arena *arena, struct str *s) {
  if (s->len == 0) return true;
  *s = arena_copy(arena, *s);
  return s->ptr != NULL;
}

static bool keep_headers(struct client_call *call, const struct client_request *request) {
  struct http_header *headers = arena_alloc(&call->kept, (request->header_count + 1) * sizeof *headers);
  if (!headers) return false;
  for (size_t i = 0; i < request->header_count; i++) {
    headers[i] = request->headers[i];
    if (!copy(&call->kept, &headers[i].name) || !copy(&call->kept, &headers[i].value)) return false;
  }
  call->request.headers = headers;
  return true;
}

static bool keep_credentials(struct client_call *call, const struct credentials *credentials) {
  if (!credentials) return true;
  call->given = *credentials;
  call->request.credentials = &call->given;
  return copy(&call->kept, &call->given.access_key_id) && copy(&call->kept, &call->given.secret_access_key) &&
         copy(&call->kept, &call->given.session_token);
}

static bool keep_request(struct client_call *call, const struct client_request *request) {
  struct client_request *kept = &call->request;
  *kept = *request;
  return copy(&call->kept, &kept->method) && copy(&call->kept, &kept->url) && copy(&call->kept, &kept->service) &&
         copy(&call->kept, &kept->region) && copy(&call->kept, &kept->payload_hash) && keep_headers(call, request) &&
         keep_credentials(call, request->credentials);
}

/* On the clock that nobody sets. */
static int64_t end_of(int64_t deadline_ms) {
  static const int64_t far_ms = INT64_C(24) * 3600 * 1000; /* no invocation lasts a day */
  if (deadline_ms <= 0) return INT64_MAX;
  int64_t left_ms = deadline_ms - clock_unix_ms();
  if (left_ms > far_ms) return INT64_MAX;
  return clock_monotonic_ns() + (left_ms > 0 ? left_ms : 0) * 1000000;
}

struct client_call *client_call_new(struct http *http, const struct client_request *request, client_done done,
                                    void *ctx, char err[ERR_LEN]) {
  struct client_call *call = calloc(1, sizeof *call);
  if (call && keep_request(call, request)) {
    call->http = http;
    call->done = done;
    call->ctx = ctx;
    call->end_ns = end_of(request->deadline_ms);
    return call;
  }
  fail(err, "out of memory");
  if (call) client_call_delete(call);
  return NULL;
}

/* Wipes nothing: the copies of given keys are as long-lived as the Lua strings that they came from. */
void client_call_delete(struct client_call *call) {
  arena_free(&call->kept);
  arena_free(&call->attempt);
  free(call);
}

int64_t client_call_left_ms(const struct client_call *call) {
  if (call->end_ns == INT64_MAX) return INT64_MAX;
  int64_t left_ns = call->end_ns - clock_monotonic_ns();
  return left_ns > 0 ? left_ns / 1000000 : 0;
}
