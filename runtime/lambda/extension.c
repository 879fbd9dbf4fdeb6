#include "extension.h"

#include "log.h"
#include "version.h"

#define API "/2020-01-01/extension/"
#define BODY "{\"events\":[]}"

enum {
  HEAD_MAX = 512 * 1024, /* bytes: the identifier comes out of a head of 256 KB */
  PAUSE_MS = 1000,       /* before a lost GET is sent again */
  EXPLANATION_MAX = 300  /* bytes of an answer's body that are quoted */
};

static void answered(void *ctx, enum http1_outcome outcome, const char *err);

static void warn(struct extension *e, const char *what) {
  if (!e->warned)
    log_printf(LOG_WARN, NULL,
               "the extension for on_shutdown: %s; the functions may not be run when Lambda ends this "
               "environment",
               what);
  e->warned = true;
}

static void settle(struct extension *e) {
  void (*settled)(void *ctx) = e->settled;
  loop_timer_stop(e->host->loop, &e->patience);
  e->settled = NULL;
  if (settled) settled(e->ctx);
}

/* Requests */

static void begin_head(struct extension *e, struct str method_and_blank, struct str what) {
  buf_clear(&e->head);
  buf_add(&e->head, method_and_blank);
  buf_add(&e->head, e->host->path);
  buf_add(&e->head, STR(API));
  buf_add(&e->head, what);
  buf_add(&e->head, STR(" HTTP/1.1\r\nHost: "));
  buf_add(&e->head, e->host->name);
  buf_add(&e->head, STR("\r\nUser-Agent: moonwire/" MOONWIRE_VERSION "\r\n"));
}

static void send_register(struct extension *e) {
  begin_head(e, STR("POST "), STR("register"));
  buf_add(&e->head, STR("Lambda-Extension-Name: moonwire\r\nContent-Type: application/json\r\nContent-Length: "));
  buf_add_int(&e->head, sizeof BODY - 1);
  buf_add(&e->head, STR("\r\n\r\n"));
  http1_connection_send(&e->connection, buf_str(&e->head), STR(BODY), answered, e);
}

static void send_next(void *ctx) {
  struct extension *e = ctx;
  http1_connection_send(&e->connection, buf_str(&e->head), STR(""), answered, e);
}

/* Answers */

static struct str find_identifier(const struct http1_reader *reader) {
  for (size_t i = 0; i < reader->header_count; i++)
    if (str_equal_nocase(reader->headers[i].name, STR("Lambda-Extension-Identifier"))) return reader->headers[i].value;
  return STR("");
}

static void give_up(struct extension *e, const char *request) {
  const struct http1_reader *reader = &e->connection.reader;
  struct str body = str_slice(buf_str(&reader->body), 0, EXPLANATION_MAX);
  char err[ERR_LEN];
  fail(err, "%s was answered with %d: %.*s", request, reader->status, STR_ARG(body));
  warn(e, err);
}

static void take_registration(struct extension *e) {
  const struct http1_reader *reader = &e->connection.reader;
  struct str identifier = find_identifier(reader);
  if (reader->status < 200 || reader->status > 299 || identifier.len == 0) {
    give_up(e, "its registration");
    return;
  }
  begin_head(e, STR("GET "), STR("event/next"));
  buf_add(&e->head, STR("Lambda-Extension-Identifier: "));
  buf_add(&e->head, identifier);
  buf_add(&e->head, STR("\r\n\r\n"));
  e->registered = true;
  send_next(e);
}

static void answered(void *ctx, enum http1_outcome outcome, const char *err) {
  struct extension *e = ctx;
  if (outcome != HTTP1_ANSWERED && e->registered) {
    loop_timer_start(e->host->loop, &e->pause, PAUSE_MS); /* frozen for long: the slots say when the API is gone */
  } else if (outcome != HTTP1_ANSWERED) {
    warn(e, err);
  } else if (e->registered) {
    give_up(e, "event/next");
  } else {
    take_registration(e);
  }
  settle(e);
}

static void patience_over(void *ctx) {
  struct extension *e = ctx;
  warn(e, "no answer to its registration yet, events are served meanwhile");
  settle(e);
}

void extension_open(struct extension *e, const struct runtime_host *host, void (*settled)(void *ctx), void *ctx) {
  *e = (struct extension){ .host = host, .settled = settled, .ctx = ctx };
  e->patience = (struct loop_timer){ .fire = patience_over, .ctx = e };
  e->pause = (struct loop_timer){ .fire = send_next, .ctx = e };
  http1_connection_init(&e->connection, host->loop, &host->address);
  buf_init(&e->head, HEAD_MAX);
  loop_timer_start(host->loop, &e->patience, EXTENSION_PATIENCE_MS);
  send_register(e);
}

void extension_free(struct extension *e) {
  if (!e->host) return;
  loop_timer_stop(e->host->loop, &e->patience);
  loop_timer_stop(e->host->loop, &e->pause);
  http1_connection_free(&e->connection);
  buf_free(&e->head);
}
