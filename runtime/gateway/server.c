#include "server.h"

#include <stdlib.h>

#include "http_call.h"
#include "management.h"
#include "session.h"

enum {
  MANAGEMENT_BODY_MAX = 1024 * 1024, /* the model refuses what is above a message's size, in API Gateway's words */
  IDLE_S = 30,
  FAREWELL_MS = 1000
};

void server_refuse(struct exchange *x, int status, const char *error_type, struct str body) {
  struct field headers[4] = { { STR("Content-Type"), STR("application/json") } };
  size_t count = 1;
  if (error_type) headers[count++] = (struct field){ STR("x-amzn-ErrorType"), str_from(error_type) };
  if (status == 426) {
    headers[count++] = (struct field){ STR("Upgrade"), STR("websocket") };
    headers[count++] = (struct field){ STR("Sec-WebSocket-Version"), STR("13") };
  }
  exchange_answer(x, status, (struct fields){ headers, count }, body);
}

static bool asks_for_websocket(const struct exchange *x) {
  return field_has_token(x->headers, STR("Upgrade"), STR("websocket"));
}

static void refuse_long_message(struct exchange *x) {
  struct field type = { STR("Content-Type"), STR("text/plain; charset=utf-8") };
  exchange_answer(x, 413, (struct fields){ &type, 1 }, STR("The request body is too long.\n"));
}

void server_tell_refused(struct server *server, const struct exchange *x, int status, struct str reason) {
  struct console_client client = { "", x->peer, field_header(x->headers, STR("Origin")), status, reason };
  console_refused(server->options.console, &client);
}

static bool refuse_visitor(struct server *server, struct exchange *x, const char *note) {
  if (asks_for_websocket(x)) server_tell_refused(server, x, 403, str_from(note));
  server->options.note(server->options.ctx, "", note);
  server_refuse(x, 403, NULL, STR("{\"message\":\"Forbidden\"}"));
  return false;
}

bool server_admits(struct server *server, struct exchange *x) {
  char note[ERR_LEN];
  return visitor_may_enter(x->headers, server->options.origins, note) || refuse_visitor(server, x, note);
}

/* A page that the CORS configuration lets read responses may ask for them, too. */
static bool admits_to_http(struct server *server, struct exchange *x) {
  struct str origin = field_header(x->headers, STR("Origin"));
  char note[ERR_LEN];
  if (origin.len == 0 || !http_api_allows_origin(server->http_api, origin)) return server_admits(server, x);
  return visitor_knows_host(x->headers, server->options.origins, note) || refuse_visitor(server, x, note);
}

static void answer_http(struct server *server, struct exchange *x) {
  if (admits_to_http(server, x)) http_call_begin(server, x);
}

/* Everybody knows the local keys, so that a page could sign, too. */
static void answer_management(struct server *server, struct exchange *x) {
  bool is_page = field_count(x->headers, STR("Origin")) > 0;
  if (is_page && !server_admits(server, x)) return;
  if (x->body.len > MANAGEMENT_BODY_MAX)
    refuse_long_message(x);
  else
    management_request(server, x);
}

static void answer(void *ctx, struct exchange *x) {
  struct server *server = ctx;
  if (server->ending) {
    server_refuse(x, 503, NULL, STR("{\"message\":\"Service Unavailable\"}"));
  } else if (model_is_management(x->path)) {
    answer_management(server, x);
  } else if (asks_for_websocket(x)) {
    if (server_admits(server, x)) session_begin(server, x);
  } else if (server->http_api->route_count > 0) {
    answer_http(server, x);
  } else if (server_admits(server, x)) {
    server_refuse(x, 426, NULL, STR("{\"message\":\"Upgrade Required\"}"));
  }
}

struct server *server_new(const struct server_options *options, char err[ERR_LEN]) {
  struct server *server = calloc(1, sizeof *server);
  if (!server) {
    fail(err, "out of memory");
    return NULL;
  }
  server->options = *options;
  server->http_api = options->http_api;
  server->delays.loop = options->loop;
  server->httpd = httpd_new(&(struct httpd_options){ .loop = options->loop,
                                                     .host = options->host,
                                                     .port = options->port,
                                                     .body_max = HTTP_API_BODY_MAX,
                                                     .too_long = "{\"message\":\"Request Entity Too Large\"}",
                                                     .idle_s = IDLE_S,
                                                     .connections = options->connections,
                                                     .request = answer,
                                                     .ctx = server },
                            err);
  if (server->httpd) return server;
  fail(err, "%s; %s", err, strstr(err, "in use") ? SERVER_IN_USE : "--host and --port say where to listen instead");
  free(server);
  return NULL;
}

uint16_t server_port(const struct server *server) {
  return httpd_port(server->httpd);
}

void server_change(struct server *server, const struct http_api *http_api) {
  server->http_api = http_api;
}

/* The end */

static void finish(void *ctx) {
  struct server *server = ctx;
  void (*ended)(void *ctx) = server->ended;
  loop_timer_stop(server->options.loop, &server->patience);
  loop_job_stop(server->options.loop, &server->finished);
  server->ended = NULL;
  if (ended) ended(server->ended_ctx);
}

static void send_away(void *ctx, struct model_connection *connection) {
  (void)ctx;
  if (connection->transport) session_close(connection->transport, 1001);
}

void server_connection_gone(struct server *server) {
  if (server->ending && model_connection_count(server->options.model) == 0)
    loop_job_add(server->options.loop, &server->finished);
}

void server_end(struct server *server, void (*ended)(void *ctx), void *ctx) {
  server->ending = true;
  server->ended = ended;
  server->ended_ctx = ctx;
  delays_drop(&server->delays);
  server->patience = (struct loop_timer){ .fire = finish, .ctx = server };
  server->finished = (struct loop_job){ .run = finish, .ctx = server };
  model_connections(server->options.model, send_away, NULL);
  http_call_end_all(server);
  loop_timer_start(server->options.loop, &server->patience, FAREWELL_MS);
  server_connection_gone(server);
}

static void forget(void *ctx, struct model_connection *connection) {
  (void)ctx;
  if (connection->transport) session_delete(connection->transport);
  connection->transport = NULL;
}

void server_delete(struct server *server) {
  if (!server) return;
  loop_timer_stop(server->options.loop, &server->patience);
  loop_job_stop(server->options.loop, &server->finished);
  delays_drop(&server->delays);
  model_connections(server->options.model, forget, NULL);
  httpd_delete(server->httpd);
  digest_wipe(&server->keys, sizeof server->keys);
  free(server);
}
