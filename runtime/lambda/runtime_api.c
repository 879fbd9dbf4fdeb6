#include "runtime_api.h"

#include "refusal.h"
#include "version.h"

#define API "/2018-06-01/runtime/"

enum {
  HEAD_MAX = 2 * 1024 * 1024, /* bytes of a request head: room for ids of any length that was read, percent-encoded */
  ATTEMPTS = 5,               /* tries of one call that fail on the way */
  FIRST_PAUSE_MS = 50,        /* doubles with each try ... */
  MAX_PAUSE_MS = 400,         /* ... up to this */
  EMPTY_PAUSE_MS = 50,        /* after an answer without an event, as emulators give */
  RESTED_MS = 1000            /* a poll that waited for so long was no failed try */
};

/* Whether a path can stand in a request line, with more of a path behind it (RFC 9112, section 3.2). */
static bool path_is_plain(struct str path) {
  for (size_t i = 0; i < path.len; i++)
    if (path.ptr[i] <= ' ' || path.ptr[i] > '~' || path.ptr[i] == '?' || path.ptr[i] == '#') return false;
  return true;
}

bool runtime_host_init(struct runtime_host *host, struct loop *loop, struct str text, char err[ERR_LEN]) {
  size_t slash = str_find(text, STR("/"), 0);
  *host = (struct runtime_host){ .loop = loop };
  host->name = str_slice(text, 0, slash);
  host->path = str_slice(text, slash, text.len);
  while (str_ends(host->path, STR("/"))) host->path.len--;
  if (text.len == 0)
    return fail(err, "AWS_LAMBDA_RUNTIME_API is not set: Lambda and moonwire dev set it when they start bootstrap");
  if (str_starts(text, STR("http://")))
    return fail(err, "AWS_LAMBDA_RUNTIME_API is \"%.*s\"; leave out http://, it is host:port and perhaps a path",
                STR_ARG(text));
  if (!path_is_plain(host->path))
    return fail(err,
                "AWS_LAMBDA_RUNTIME_API: the path behind host:port may have no blanks, control characters, ? or #");
  return http1_address_from(&host->address, host->name, err) || fail_in(err, "AWS_LAMBDA_RUNTIME_API");
}

/* Attempts */

static void answered(void *ctx, enum http1_outcome outcome, const char *err);

static void attempt(void *ctx) {
  struct runtime_api *api = ctx;
  api->began_ns = clock_monotonic_ns();
  http1_connection_send(&api->connection, buf_str(&api->head), api->body, answered, api);
}

static void attempt_after(struct runtime_api *api, int64_t pause_ms) {
  if (!loop_timer_start(api->host->loop, &api->pause, pause_ms)) api->done(api->ctx, RUNTIME_BROKEN, "out of memory");
}

static void allow_attempts(struct runtime_api *api) {
  api->attempts_left = ATTEMPTS;
  api->pause_ms = FIRST_PAUSE_MS;
  api->stale_seen = false;
  api->events_seen = api->host->events;
}

/* Other slots got events meanwhile: no reason to end the process under them, and none to hurry. */
static bool others_are_served(struct runtime_api *api) {
  return api->invocation && api->events_seen != api->host->events;
}

/* The API was there, and let a poll wait: a proxy or an emulator that drops connections at rest does not use up the tries
 * of an environment that has nothing to do for hours. */
static bool has_rested(const struct runtime_api *api) {
  int64_t waited_ms = (clock_monotonic_ns() - api->began_ns) / 1000000;
  return api->invocation && api->connection.head.len == 0 && waited_ms >= RESTED_MS;
}

static void attempt_again(struct runtime_api *api, const char *why) {
  int64_t pause_ms = api->pause_ms;
  if (has_rested(api) || others_are_served(api)) allow_attempts(api);
  if (--api->attempts_left <= 0) {
    char err[ERR_LEN];
    fail(err, "Runtime API at %.*s: %s (after %d attempts)", STR_ARG(api->host->name), why, ATTEMPTS);
    api->done(api->ctx, RUNTIME_BROKEN, err);
    return;
  }
  attempt_after(api, pause_ms);
  api->pause_ms = pause_ms < MAX_PAUSE_MS ? pause_ms * 2 : MAX_PAUSE_MS;
}

static void call(struct runtime_api *api, struct str body, struct invocation *inv, runtime_done done, void *ctx) {
  api->body = body;
  api->invocation = inv;
  api->done = done;
  api->ctx = ctx;
  allow_attempts(api);
  attempt(api);
}

/* Answers */

static void quote(const struct runtime_api *api, char err[ERR_LEN]) {
  refusal_quote(err, api->connection.reader.status, buf_str(&api->connection.reader.body));
}

/* Emulators answer 200 or 204 without an event now and then, for hours: no failure, and no reason to hurry. */
static void poll_again(struct runtime_api *api) {
  allow_attempts(api);
  attempt_after(api, EMPTY_PAUSE_MS);
}

static void take_event(struct runtime_api *api) {
  struct http1_reader *reader = &api->connection.reader;
  char err[ERR_LEN];
  if (reader->status < 200 || reader->status > 299) {
    quote(api, err);
    attempt_again(api, err);
  } else if (!invocation_read(api->invocation, reader)) {
    api->done(api->ctx, RUNTIME_BROKEN, "out of memory while reading an event");
  } else if (api->invocation->request_id.len == 0) {
    poll_again(api);
  } else {
    api->host->events++;
    api->done(api->ctx, RUNTIME_OK, "");
  }
}

static void take_receipt(struct runtime_api *api) {
  int status = api->connection.reader.status;
  char err[ERR_LEN];
  if (status >= 200 && status < 300) {
    api->done(api->ctx, RUNTIME_OK, "");
    return;
  }
  if (status >= 500 || status == 408) { /* 408: what servers write on a connection that rested, before they close it */
    quote(api, err);
    attempt_again(api, err);
  } else {
    refusal_explain(err, status, buf_str(&api->connection.reader.body), api->what, api->body.len);
    api->done(api->ctx, RUNTIME_REFUSED, err);
  }
}

/* 500 is AWS's word for a container that cannot be mended: the runtime is to exit. */
static void take_answer(struct runtime_api *api) {
  char err[ERR_LEN];
  if (api->connection.reader.status == 500) {
    quote(api, err);
    api->done(api->ctx, RUNTIME_BROKEN, err);
  } else if (api->invocation) {
    take_event(api);
  } else {
    take_receipt(api);
  }
}

static void answered(void *ctx, enum http1_outcome outcome, const char *err) {
  struct runtime_api *api = ctx;
  if (outcome == HTTP1_ANSWERED) {
    take_answer(api);
  } else if (outcome == HTTP1_STALE && !api->stale_seen) {
    api->stale_seen = true;
    attempt_after(api, 0);
  } else {
    attempt_again(api, err);
  }
}

/* Requests */

static void begin_head(struct runtime_api *api, struct str method) {
  buf_clear(&api->head);
  buf_add(&api->head, method);
  buf_add_char(&api->head, ' ');
  buf_add(&api->head, api->host->path);
  buf_add(&api->head, STR(API));
}

static void add_headers(struct runtime_api *api) {
  buf_add(&api->head, STR(" HTTP/1.1\r\nHost: "));
  buf_add(&api->head, api->host->name);
  buf_add(&api->head, STR("\r\nUser-Agent: moonwire/" MOONWIRE_VERSION "\r\n"));
}

static void add_header(struct runtime_api *api, struct str name_and_colon, struct str value) {
  if (value.len == 0) return;
  buf_add(&api->head, name_and_colon);
  buf_add(&api->head, value);
  buf_add(&api->head, STR("\r\n"));
}

static void end_post_head(struct runtime_api *api, struct str body) {
  buf_add(&api->head, STR("Content-Type: application/json\r\nContent-Length: "));
  buf_add_int(&api->head, (int64_t)body.len);
  buf_add(&api->head, STR("\r\n\r\n"));
}

/* The id may hold anything that a caller invented: only RFC 3986's unreserved characters go into the path as they are. */
static void add_path_segment(struct buf *b, struct str segment) {
  static const bool unreserved[256] = { ['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['0' ... '9'] = true, ['-'] = true,
                                        ['.'] = true,         ['_'] = true,         ['~'] = true };
  for (size_t i = 0, from = 0; i < segment.len; from = ++i) {
    while (i < segment.len && unreserved[(unsigned char)segment.ptr[i]]) i++;
    buf_add(b, str_slice(segment, from, i));
    if (i < segment.len) buf_addf(b, "%%%02X", (unsigned char)segment.ptr[i]);
  }
}

static void begin_post(struct runtime_api *api, const struct invocation *inv, struct str what) {
  begin_head(api, STR("POST"));
  buf_add(&api->head, STR("invocation/"));
  add_path_segment(&api->head, inv->request_id);
  buf_add(&api->head, what);
  add_headers(api);
  add_header(api, STR("Lambda-Runtime-Invocation-Id: "), inv->invocation_id);
}

void runtime_api_init(struct runtime_api *api, struct runtime_host *host) {
  *api = (struct runtime_api){ .host = host, .pause = { .fire = attempt, .ctx = api } };
  http1_connection_init(&api->connection, host->loop, &host->address);
  buf_init(&api->head, HEAD_MAX);
}

void runtime_api_free(struct runtime_api *api) {
  loop_timer_stop(api->host->loop, &api->pause);
  http1_connection_free(&api->connection);
  buf_free(&api->head);
}

void runtime_api_next(struct runtime_api *api, struct invocation *inv, runtime_done done, void *ctx) {
  begin_head(api, STR("GET"));
  buf_add(&api->head, STR("invocation/next"));
  add_headers(api);
  buf_add(&api->head, STR("\r\n"));
  call(api, STR(""), inv, done, ctx);
}

void runtime_api_respond(struct runtime_api *api, const struct invocation *inv, struct str body, runtime_done done,
                         void *ctx) {
  begin_post(api, inv, STR("/response"));
  api->what = "result";
  end_post_head(api, body);
  call(api, body, NULL, done, ctx);
}

void runtime_api_fail(struct runtime_api *api, const struct invocation *inv, const struct runtime_failure *failure,
                      runtime_done done, void *ctx) {
  begin_post(api, inv, STR("/error"));
  api->what = "error report";
  add_header(api, STR("Lambda-Runtime-Function-Error-Type: "), failure->type);
  add_header(api, STR("Lambda-Runtime-Function-XRay-Error-Cause: "), failure->cause);
  end_post_head(api, failure->body);
  call(api, failure->body, NULL, done, ctx);
}

void runtime_api_fail_init(struct runtime_api *api, const struct runtime_failure *failure, runtime_done done,
                           void *ctx) {
  begin_head(api, STR("POST"));
  api->what = "error report";
  buf_add(&api->head, STR("init/error"));
  add_headers(api);
  add_header(api, STR("Lambda-Runtime-Function-Error-Type: "), failure->type);
  end_post_head(api, failure->body);
  call(api, failure->body, NULL, done, ctx);
}
