#include "client_call.h"

#include <stdlib.h>
#include <string.h>

/* The copies stand behind the call, in one piece: thousands of calls may be made, and hundreds be under way. Strings end in
 * NUL. */

static size_t size_of(const struct client_request *request) {
  const struct credentials none = { 0 }, *keys = request->credentials ? request->credentials : &none;
  size_t size = request->method.len + request->url.len + request->payload_hash.len + request->service.len +
                request->region.len + keys->access_key_id.len + keys->secret_access_key.len + keys->session_token.len;
  for (size_t i = 0; i < request->header_count; i++)
    size += sizeof *request->headers + request->headers[i].name.len + request->headers[i].value.len + 2;
  return size + 8;
}

static void copy(char **room, struct str *s) {
  char *to = *room;
  if (s->len > 0) memcpy(to, s->ptr, s->len);
  to[s->len] = '\0';
  *s = str_of(to, s->len);
  *room += s->len + 1;
}

static void keep_credentials(struct client_call *call, char **room) {
  if (!call->request.credentials) return;
  call->given = *call->request.credentials;
  call->request.credentials = &call->given;
  copy(room, &call->given.access_key_id);
  copy(room, &call->given.secret_access_key);
  copy(room, &call->given.session_token);
}

static void keep_request(struct client_call *call, const struct client_request *request) {
  struct client_request *kept = &call->request;
  size_t count = request->header_count;
  char *room = (char *)(call->kept + count);
  *kept = *request;
  kept->headers = call->kept;
  if (count > 0) memcpy(call->kept, request->headers, count * sizeof *call->kept);
  for (size_t i = 0; i < count; i++) {
    copy(&room, &call->kept[i].name);
    copy(&room, &call->kept[i].value);
  }
  copy(&room, &kept->method);
  copy(&room, &kept->url);
  copy(&room, &kept->payload_hash);
  copy(&room, &kept->service);
  copy(&room, &kept->region);
  keep_credentials(call, &room);
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
  struct client_call *call = malloc(sizeof *call + size_of(request));
  if (!call) {
    fail(err, "out of memory");
    return NULL;
  }
  *call = (struct client_call){ .http = http, .done = done, .ctx = ctx, .end_ns = end_of(request->deadline_ms) };
  keep_request(call, request);
  return call;
}

/* Wipes nothing: the copies of given keys are as long-lived as the Lua strings that they came from. */
void client_call_delete(struct client_call *call) {
  client_keys_free(&call->keys);
  arena_free(&call->attempt);
  free(call);
}

int64_t client_call_left_ms(const struct client_call *call) {
  if (call->end_ns == INT64_MAX) return INT64_MAX;
  int64_t left_ns = call->end_ns - clock_monotonic_ns();
  return left_ns > 0 ? left_ns / 1000000 : 0;
}
