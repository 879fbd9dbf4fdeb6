#include "client.h"

#include <string.h>

#include "arena.h"
#include "client_call.h"
#include "client_peer.h"
#include "client_trace.h"
#include "digest.h"
#include "loop.h"
#include "retry_clock.h"
#include "retry_settings.h"
#include "sigv4.h"
#include "trust.h"

enum { SIGNED_HEADERS_MAX = 4 /* what sigv4_result holds */, MORE_HEADERS = 1 };

static struct sigv4_key_cache signing_keys; /* one for the process; holds secrets */

static const struct retry_settings *settings(void) {
  static struct retry_settings read;
  static bool was_read;
  if (!was_read) retry_settings_read(&read);
  was_read = true;
  return &read;
}

static struct client_peer *peer_of(const struct client_call *call) {
  return client_peer_of(call->request.service, call->request.url);
}

/* The end of a call. */

/* Says how often a failure was tried, and why not once more. result->message may be call->message. */
static void tell_attempts(struct client_call *call, struct client_result *result, enum retry_verdict verdict) {
  const char *why = "";
  int attempts = call->retry.attempts;
  if (verdict == RETRY_NO_QUOTA) why = "; not tried again: too many retries failed lately";
  if (verdict == RETRY_TOO_LATE && attempts > 0) why = "; not tried again: too little time before the deadline";
  if (attempts > 1)
    fail(call->message, "%s, after %d attempts%s", result->message, attempts, why);
  else
    fail(call->message, "%s%s", result->message, why);
  result->message = call->message;
}

static void end(struct client_call *call, const struct client_result *result) {
  call->done(call->ctx, result);
  client_call_delete(call);
}

static void end_failed(struct client_call *call, struct client_result *result, enum retry_verdict verdict) {
  tell_attempts(call, result, verdict);
  end(call, result);
}

/* A failure without an answer to look at. */
static void end_with(struct client_call *call, enum client_code code, int status, enum retry_verdict verdict) {
  struct client_result result = { .code = code, .status = status, .message = call->message };
  end_failed(call, &result, verdict);
}

/* The answer of an attempt. */

/* From 0 up to 1. Without randomness nothing is spread; that is no reason to fail. */
static double random_part(void) {
  uint32_t number;
  if (!digest_random(&number, sizeof number, NULL)) return 0.5;
  return (double)number / ((double)UINT32_MAX + 1);
}

/* x-amz-retry-after, milliseconds; -1 when there is none. */
static int64_t hint_of(const struct http_response *response) {
  int64_t hint_ms = -1;
  str_to_int64(str_trim(http_response_header(response, STR("x-amz-retry-after"))), &hint_ms);
  return hint_ms;
}

/* Whether the signature was made with a time that is not the service's. Another call may have found that out already: what
 * counts is the time of this one (smithy-lang/smithy-typescript, issue 1965). */
static bool is_clock_off(const struct client_call *call, const struct http_response *response) {
  struct str date = http_response_header(response, STR("date"));
  int64_t ahead_ms;
  if (!retry_clock_differs(date, call->signed_ms, &ahead_ms)) return false;
  retry_clock_differs(date, clock_unix_ms(), &ahead_ms);
  peer_of(call)->clock_offset_ms = ahead_ms;
  return true;
}

static enum retry_class class_of(const struct client_call *call, const struct http_response *response,
                                 const struct client_result *result) {
  struct retry_failure failure = {
    .status = result->status,
    .lost = response->lost,
    .opening = call->request.opening,
    .clock_off = retry_blames_clock(result->type) && is_clock_off(call, response),
    .type = result->type,
    .reason = str_from(result->message),
  };
  return retry_classify(&failure);
}

static enum retry_verdict decide(struct client_call *call, const struct http_response *response,
                                 const struct client_result *result, int64_t *delay_ms) {
  enum retry_class class = class_of(call, response, result);
  *delay_ms = retry_delay_ms(&call->rules, class, retry_number(&call->retry, class), random_part(), hint_of(response));
  return retry_decide(&call->retry, &call->rules, &peer_of(call)->quota, class, *delay_ms, client_call_left_ms(call));
}

/* Waits; what the attempt said is kept, should there be no other. Its memory is not: many calls may pause at once. */
static bool pause_attempts(struct client_call *call, const struct client_result *result, int64_t delay_ms) {
  call->last = result->code;
  call->last_status = result->status;
  fail(call->message, "%s", result->message);
  if (!loop_timer_start(http_loop(call->http), &call->pause, delay_ms)) return false;
  arena_free(&call->attempt);
  return true;
}

static void answered(void *ctx, const struct http_response *response) {
  struct client_call *call = ctx;
  struct client_result result;
  struct credentials keys = { 0 };
  int64_t delay_ms;
  call->transfer = NULL;
  arena_reset(&call->attempt);
  if (response->status < 200 || response->status > 299) client_keys_last(&call->keys, &keys); /* not to be quoted */
  client_classify(response, &keys, &call->attempt, call->message, &result);
  if (result.code == CLIENT_OK) {
    retry_succeeded(&call->retry, &peer_of(call)->quota);
    end(call, &result);
    return;
  }
  if (client_keys_renew(&call->keys, result.type) && pause_attempts(call, &result, 0)) return;
  enum retry_verdict verdict = decide(call, response, &result, &delay_ms);
  if (verdict == RETRY_AGAIN && pause_attempts(call, &result, delay_ms)) {
    if (call->request.turns) call->request.turns->paused(call->ctx);
    return;
  }
  end_failed(call, &result, verdict);
}

/* An attempt. */

static bool sign(struct client_call *call, const struct credentials *keys, const struct sigv4_header *headers,
                 struct sigv4_result *out, char err[ERR_LEN]) {
  const struct client_request *request = &call->request;
  call->signed_ms = clock_unix_ms() + peer_of(call)->clock_offset_ms;
  struct sigv4_input input = {
    .method = request->method,
    .url = request->url,
    .headers = headers,
    .header_count = request->header_count,
    .body = request->body,
    .payload_hash = request->payload_hash,
    .service = request->service,
    .region = request->region,
    .credentials = keys,
    .time_s = call->signed_ms / 1000,
    .no_normalize = request->no_normalize,
    .no_double_encode = request->no_double_encode,
    .sign_body_header = request->sign_body_header,
  };
  return sigv4_sign(&input, &signing_keys, &call->attempt, out, err);
}

/* As long as was asked for, and not past the deadline. */
static int64_t timeout_of(const struct client_call *call) {
  int64_t whole_ms = call->request.timeout_ms > 0 ? call->request.timeout_ms : HTTP_TIMEOUT_MS;
  int64_t left_ms = client_call_left_ms(call);
  if (left_ms == 0) return 1; /* 0 has another meaning */
  return whole_ms < left_ms ? whole_ms : left_ms;
}

static bool send_signed(struct client_call *call, const struct credentials *keys, char err[ERR_LEN]) {
  const struct client_request *request = &call->request;
  arena_reset(&call->attempt);
  struct sigv4_header *given = arena_alloc(&call->attempt, (request->header_count + 1) * sizeof *given);
  struct http_header *all =
      arena_alloc(&call->attempt, (request->header_count + SIGNED_HEADERS_MAX + MORE_HEADERS) * sizeof *all);
  if (!given || !all) return fail(err, "out of memory");
  size_t count = 0;
  for (; count < request->header_count; count++) {
    all[count] = request->headers[count];
    given[count] = (struct sigv4_header){ all[count].name, all[count].value };
  }
  struct sigv4_result made;
  if (!sign(call, keys, given, &made, err)) return false;
  for (size_t i = 0; i < made.header_count; i++)
    all[count++] = (struct http_header){ made.headers[i].name, made.headers[i].value };
  count += client_trace_header(request, &all[count]);
  struct http_request wire = { .method = request->method,
                               .url = request->url,
                               .headers = all,
                               .header_count = count,
                               .body = request->body,
                               .timeout_ms = timeout_of(call),
                               .connect_timeout_ms = CLIENT_CONNECT_TIMEOUT_MS,
                               .body_max = request->body_max };
  call->transfer = http_send(call->http, &wire, answered, call, err);
  if (!call->transfer) return false;
  call->retry.attempts++;
  return true;
}

/* The pause until the keys come; it ends with this failure when there is no time for an attempt any more. */
static bool await_keys(struct client_call *call, char err[ERR_LEN]) {
  static const struct client_result late = {
    .code = CLIENT_TIMEOUT,
    .message = "no AWS credentials: the container's endpoint has given none before the deadline",
  };
  int64_t left_ms = client_call_left_ms(call);
  if (left_ms == INT64_MAX) return true;
  int64_t delay_ms = left_ms > RETRY_ANSWER_MS ? left_ms - RETRY_ANSWER_MS + 1 : 0;
  return pause_attempts(call, &late, delay_ms) || fail(err, "out of memory");
}

/* The keys of `moonwire dev` are good for what it emulates, and for local services that look at none. */
static bool fit(const struct client_call *call, const struct credentials *keys, char err[ERR_LEN]) {
  if (!str_equal(keys->access_key_id, STR("local")) || !trust_is_amazon(call->request.url)) return true;
  return fail(err, "AWS does not know the local keys of moonwire dev; moonwire dev --pass-credentials gives functions "
                   "your own, and AWS_ENDPOINT_URL names a local service");
}

static bool attempt(struct client_call *call, char err[ERR_LEN]) {
  struct credentials keys;
  enum client_keys_found found = client_keys_find(&call->keys, call->http, &keys, err);
  if (found == CLIENT_KEYS_NONE) return false;
  if (found == CLIENT_KEYS_AWAITED) return await_keys(call, err);
  return fit(call, &keys, err) && send_signed(call, &keys, err);
}

/* Whether it is the call's turn. If not, the same timer ends it at its deadline; without one, only the caller can. */
static bool takes_turn(struct client_call *call) {
  const struct client_turns *turns = call->request.turns;
  int64_t left_ms = client_call_left_ms(call);
  if (!turns || call->has_turn || turns->may_go_on(call->ctx)) return true;
  if (left_ms < INT64_MAX) loop_timer_start(http_loop(call->http), &call->pause, left_ms);
  return false;
}

/* The process may have been frozen meanwhile: the time that is left is looked at again. */
static void pause_over(void *ctx) {
  struct client_call *call = ctx;
  char err[ERR_LEN];
  if (client_call_left_ms(call) < RETRY_ANSWER_MS) {
    end_with(call, call->last, call->last_status, RETRY_TOO_LATE);
    return;
  }
  if (!takes_turn(call)) return;
  call->has_turn = false;
  if (attempt(call, err)) return;
  memcpy(call->message, err, sizeof err);
  end_with(call, CLIENT_BAD_REQUEST, 0, RETRY_FINAL);
}

static void keys_came(void *ctx, enum client_code code, const char *message) {
  struct client_call *call = ctx;
  loop_timer_stop(http_loop(call->http), &call->pause);
  if (code == CLIENT_OK) {
    pause_over(call);
    return;
  }
  fail(call->message, "%s", message);
  end_with(call, code, 0, RETRY_FINAL);
}

/* A call that comes too late ends as one that had no answer in time, from the loop. */
static bool begin(struct client_call *call, char err[ERR_LEN]) {
  call->pause = (struct loop_timer){ .fire = pause_over, .ctx = call };
  call->keys.given = call->request.credentials;
  call->keys.waiter = (struct container_waiter){ .done = keys_came, .ctx = call };
  call->rules = retry_rules_of(call->request.service, settings()->attempts);
  if (client_call_left_ms(call) > 0) return attempt(call, err);
  struct client_result late = { .code = CLIENT_TIMEOUT, .message = "the deadline has come" };
  return pause_attempts(call, &late, 0) || fail(err, "out of memory");
}

struct client_call *client_send(struct http *http, const struct client_request *request, client_done done, void *ctx,
                                char err[ERR_LEN]) {
  struct client_call *call = client_call_new(http, request, done, ctx, err);
  if (!call || begin(call, err)) return call;
  client_call_delete(call);
  return NULL;
}

void client_go_on(struct client_call *call) {
  call->has_turn = true;
  loop_timer_start(http_loop(call->http), &call->pause, 0);
}

void client_cancel(struct client_call *call) {
  if (!call) return;
  http_cancel(call->transfer);
  loop_timer_stop(http_loop(call->http), &call->pause);
  client_call_delete(call);
}
