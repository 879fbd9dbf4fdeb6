#include "client.h"

#include <stdlib.h>

#include "arena.h"
#include "digest.h"
#include "loop.h"
#include "sigv4.h"

enum { SIGNED_HEADERS_MAX = 4 }; /* what sigv4_result holds */

struct client_call {
  struct http *http; /* borrowed */
  client_done done;
  void *ctx;
  struct arena kept;             /* the request, for all attempts */
  struct arena attempt;          /* signature, and what was decoded of the answer */
  struct client_request request; /* strs in kept; the body is borrowed */
  struct credentials given;      /* what request.credentials points at, when it does */
  struct http_transfer *transfer;
  char message[ERR_LEN];
};

static struct sigv4_key_cache signing_keys; /* one for the process; holds secrets */

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

static bool keep_request(struct client_call *call, const struct client_request *request, char err[ERR_LEN]) {
  struct client_request *kept = &call->request;
  *kept = *request;
  if (copy(&call->kept, &kept->method) && copy(&call->kept, &kept->url) && copy(&call->kept, &kept->service) &&
      copy(&call->kept, &kept->region) && keep_headers(call, request) && keep_credentials(call, request->credentials))
    return true;
  return fail(err, "out of memory");
}

/* Wipes nothing: the copies of given keys are as long-lived as the Lua strings that they came from. */
static void call_delete(struct client_call *call) {
  arena_free(&call->kept);
  arena_free(&call->attempt);
  free(call);
}

/* The keys of this attempt; those of the environment may have changed since the last one. */
static bool current_keys(const struct client_call *call, struct credentials *keys, char err[ERR_LEN]) {
  if (!call->request.credentials) return credentials_read(keys, err);
  *keys = *call->request.credentials;
  return true;
}

/* An attempt is over. Whether there is another one would be decided here, by result.code. */
static void answered(void *ctx, const struct http_response *response) {
  struct client_call *call = ctx;
  struct client_result result;
  struct credentials keys = { 0 };
  arena_reset(&call->attempt);
  current_keys(call, &keys, NULL);
  client_classify(response, &keys, &call->attempt, call->message, &result);
  call->done(call->ctx, &result);
  call_delete(call);
}

static bool sign(struct client_call *call, const struct sigv4_header *headers, struct sigv4_result *out,
                 char err[ERR_LEN]) {
  const struct client_request *request = &call->request;
  struct credentials keys;
  if (!current_keys(call, &keys, err)) return false;
  struct sigv4_input input = {
    .method = request->method,
    .url = request->url,
    .headers = headers,
    .header_count = request->header_count,
    .body = request->body,
    .service = request->service,
    .region = request->region,
    .credentials = &keys,
    .time_s = clock_unix_ms() / 1000,
  };
  return sigv4_sign(&input, &signing_keys, &call->attempt, out, err);
}

static bool attempt(struct client_call *call, char err[ERR_LEN]) {
  const struct client_request *request = &call->request;
  arena_reset(&call->attempt);
  struct sigv4_header *given = arena_alloc(&call->attempt, (request->header_count + 1) * sizeof *given);
  struct http_header *all = arena_alloc(&call->attempt, (request->header_count + SIGNED_HEADERS_MAX) * sizeof *all);
  if (!given || !all) return fail(err, "out of memory");
  size_t count = 0;
  for (; count < request->header_count; count++) {
    all[count] = request->headers[count];
    given[count] = (struct sigv4_header){ all[count].name, all[count].value };
  }
  struct sigv4_result made;
  if (!sign(call, given, &made, err)) return false;
  for (size_t i = 0; i < made.header_count; i++)
    all[count++] = (struct http_header){ made.headers[i].name, made.headers[i].value };
  struct http_request wire = { .method = request->method,
                               .url = request->url,
                               .headers = all,
                               .header_count = count,
                               .body = request->body,
                               .timeout_ms = request->timeout_ms };
  call->transfer = http_send(call->http, &wire, answered, call, err);
  return call->transfer != NULL;
}

struct client_call *client_send(struct http *http, const struct client_request *request, client_done done, void *ctx,
                                char err[ERR_LEN]) {
  struct client_call *call = calloc(1, sizeof *call);
  if (!call) {
    fail(err, "out of memory");
    return NULL;
  }
  call->http = http;
  call->done = done;
  call->ctx = ctx;
  if (keep_request(call, request, err) && attempt(call, err)) return call;
  call_delete(call);
  return NULL;
}

void client_cancel(struct client_call *call) {
  if (!call) return;
  http_cancel(call->transfer);
  call_delete(call);
}
