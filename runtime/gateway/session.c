#include "session.h"

#include <stdlib.h>

#include "fault_tell.h"
#include "handshake.h"
#include "moment.h"
#include "route_call.h"

struct session {
  struct server *server;
  char id[MODEL_ID_LEN];       /* of its connection */
  struct exchange *handshake;  /* while it waits for $connect */
  struct websocket *websocket; /* since it was accepted */
  struct loop_timer limit;     /* of its idle time, and of its life */
  struct loop_job over;        /* a handshake that was refused because we end */
  int64_t opened_ms;           /* Unix time; 0 until then */
  bool silent;                 /* on purpose: its end is no matter for $disconnect */
};

/* The developer knows why it comes late. */
static void tell_of_pace(struct session *session) {
  struct websocket_look look = websocket_look(session->websocket);
  if (look.bytes_per_s >= 0 && look.waiting > 0)
    fault_tell_applied(session->server, "slow", session->id, "%zu bytes wait: it reads %lld a second", look.waiting,
                       (long long)look.bytes_per_s);
}

enum websocket_sent session_send(struct session *session, struct str text, const char *via, const char *request_id) {
  struct model_connection *connection = model_connection(session->server->options.model, str_from(session->id));
  if (!session->websocket) return WEBSOCKET_CLOSING;
  enum websocket_sent sent = websocket_send(session->websocket, text);
  tell_of_pace(session);
  if (connection && sent == WEBSOCKET_SENT) connection->last_active_at_ms = clock_unix_ms();
  if (sent == WEBSOCKET_SENT)
    console_message(session->server->options.console,
                    &(struct console_frame){ session->id, true, via, request_id, text });
  return sent;
}

void session_delete(struct session *session) {
  if (session->handshake) session->handshake->left = NULL;
  loop_timer_stop(session->server->options.loop, &session->limit);
  loop_job_stop(session->server->options.loop, &session->over);
  websocket_delete(session->websocket);
  free(session);
}

/* The end: the model is told, and forgets the connection. */

/* On purpose: delivery of $disconnect is best-effort on AWS. */
static bool is_left_out(struct session *session, const struct model_step *step) {
  struct server *server = session->server;
  char text[FAULT_LEFT_LEN];
  int left;
  if (step->action != MODEL_INVOKE || server->ending) return false;
  if (session->silent)
    fault_tell_applied(server, "no-disconnect", session->id, "$disconnect is left out");
  else if (faults_take_end(&server->faults, &left))
    fault_tell_applied(server, "no-disconnect", session->id, "$disconnect is left out, %s", fault_left(left, text));
  else
    return false;
  return true;
}

static void tell_end(struct session *session, int code, struct str reason) {
  const struct model_connection *c = model_connection(session->server->options.model, str_from(session->id));
  if (session->opened_ms == 0) return;
  console_closed(session->server->options.console,
                 &(struct console_end){ session->id, c ? c->source_ip : STR(""), session->opened_ms, code,
                                        model_close_reason(code, reason) });
}

static void session_end(struct session *session, int code, struct str reason) {
  struct server *server = session->server;
  struct model_moment at = { .now_ms = 0 };
  struct model_step step;
  char err[ERR_LEN];
  model_step_init(&step);
  tell_end(session, code, reason);
  bool known = moment_now(&at, err);
  model_closed(server->options.model, str_from(session->id), code, reason, &at, &step); /* whatever happens */
  if (known && !is_left_out(session, &step)) route_call_take(server, &step, at.trace_id, NULL);
  model_step_free(&step);
  session_delete(session);
  server_connection_gone(server);
}

static void on_closed(void *ctx, int code, struct str reason) {
  session_end(ctx, code, reason);
}

static struct console_client client_of(const struct session *session) {
  const struct exchange *x = session->handshake;
  return (struct console_client){ .connection_id = session->id,
                                  .source_ip = x->peer,
                                  .origin = field_header(x->headers, STR("Origin")) };
}

static void tell_refused(const struct session *session, int status, struct str reason) {
  struct console_client client = client_of(session);
  client.status = status;
  client.reason = reason;
  console_refused(session->server->options.console, &client);
}

static void on_left(struct exchange *x) {
  struct session *session = x->owner;
  tell_refused(session, 0, STR("the client left before it was answered"));
  session->handshake = NULL;
  session_end(session, WEBSOCKET_DROPPED, STR(""));
}

static void on_dropped(void *ctx) {
  session_end(ctx, WEBSOCKET_DROPPED, STR(""));
}

void session_close(struct session *session, int code) {
  struct exchange *x = session->handshake;
  if (x) {
    tell_refused(session, 503, STR("moonwire dev ends"));
    session->handshake = NULL;
    x->left = NULL;
    server_refuse(x, 503, NULL, STR("{\"message\":\"Service Unavailable\"}"));
    session->over = (struct loop_job){ .run = on_dropped, .ctx = session };
    loop_job_add(session->server->options.loop, &session->over);
  }
  if (session->websocket) websocket_close(session->websocket, code, model_close_reason(code, STR("")));
}

/* What goes wrong on purpose */

void session_drop(struct session *session) {
  if (session->websocket) websocket_drop(session->websocket);
}

void session_silence(struct session *session) {
  session->silent = true;
}

void session_set_pace(struct session *session, int64_t bytes_per_s) {
  if (session->websocket) websocket_set_pace(session->websocket, bytes_per_s);
}

struct websocket_look session_look(const struct session *session) {
  return session->websocket ? websocket_look(session->websocket) : (struct websocket_look){ .bytes_per_s = -1 };
}

/* Messages */

static void on_message(void *ctx, struct str text) {
  struct session *session = ctx;
  struct model_moment at;
  struct model_step step;
  char err[ERR_LEN], request_id[UUID_LEN] = "";
  if (session->server->ending) return;
  model_step_init(&step);
  if (moment_now(&at, err)) {
    model_message(session->server->options.model, str_from(session->id), text, &at, &step);
    if (step.note[0]) session->server->options.note(session->server->options.ctx, session->id, step.note);
    if (step.action == MODEL_INVOKE) invoke_make_id(request_id);
    console_message(session->server->options.console,
                    &(struct console_frame){ .connection_id = session->id, .request_id = request_id, .text = text });
    route_call_take(session->server, &step, at.trace_id, request_id);
  }
  model_step_free(&step);
}

/* Time. Messages do not touch the timer: when it fires it looks at when the last one was. */

static void look_at_clock(void *ctx) {
  struct session *session = ctx;
  struct model *model = session->server->options.model;
  const struct model_connection *connection = model_connection(model, str_from(session->id));
  if (!connection) return;
  int64_t left_ms = model_time_left(model, connection, clock_unix_ms());
  if (left_ms <= 0 || !loop_timer_start(session->server->options.loop, &session->limit, left_ms))
    session_close(session, 1001);
}

/* The handshake */

static void on_upgraded(void *ctx, struct httpd_socket socket, struct str early) {
  struct session *session = ctx;
  session->limit = (struct loop_timer){ .fire = look_at_clock, .ctx = session };
  websocket_open(session->websocket, socket, early);
  look_at_clock(session);
}

/* RFC 6455, section 4.1, lets a client go on without; the WebSocket of browsers fails (WHATWG, "WebSockets", section 4). The
 * offer itself is not shown: it may be a token. */
static void note_protocol(struct session *session, struct str chosen) {
  const struct server_options *options = &session->server->options;
  bool is_offered = field_header(session->handshake->headers, STR("Sec-WebSocket-Protocol")).len > 0;
  if (is_offered && chosen.len == 0)
    options->note(
        options->ctx, session->id,
        "the client offered subprotocols and got none: browsers leave at once. Let $connect choose one that it "
        "offered (an app: protocols; else the header Sec-WebSocket-Protocol of the result)");
}

static bool accept_handshake(struct session *session, struct str protocol, char err[ERR_LEN]) {
  static const struct websocket_events events = { on_message, on_closed };
  struct exchange *x = session->handshake;
  char accept[HANDSHAKE_ACCEPT_LEN];
  if (!handshake_accept(field_header(x->headers, STR("Sec-WebSocket-Key")), accept, err)) return false;
  session->websocket = websocket_new(session->server->options.loop, &events, session);
  if (!session->websocket) return fail(err, "out of memory");
  struct field headers[] = { { STR("Upgrade"), STR("websocket") },
                             { STR("Sec-WebSocket-Accept"), str_from(accept) },
                             { STR("Sec-WebSocket-Protocol"), protocol } };
  note_protocol(session, protocol);
  session->opened_ms = clock_unix_ms();
  struct console_client client = client_of(session);
  console_opened(session->server->options.console, &client);
  session->handshake = NULL;
  exchange_upgrade(x, (struct fields){ headers, protocol.len > 0 ? 3 : 2 },
                   &(struct exchange_upgrade){ on_upgraded, on_dropped, session });
  return true;
}

void session_connected(struct session *session, const struct model_step *step) {
  struct exchange *x = session->handshake;
  char err[ERR_LEN];
  bool refused = step->action == MODEL_REFUSE;
  int status = refused ? step->status : 500;
  struct str body = refused ? buf_str(&step->bytes) : STR("{\"message\":\"Internal server error\"}");
  if (!x) return;
  if (step->action == MODEL_ACCEPT) {
    if (accept_handshake(session, buf_str(&step->protocol), err)) return;
    session_end(session, WEBSOCKET_DROPPED, STR(""));
  } else {
    tell_refused(session, status, step->note[0] ? str_from(step->note) : STR(""));
    session->handshake = NULL;
    session_delete(session);
  }
  x->left = NULL;
  server_refuse(x, status, step->error_type, body);
}

static bool check_handshake(struct server *server, struct exchange *x) {
  char accept[HANDSHAKE_ACCEPT_LEN];
  struct str reason;
  int status = handshake_check(&(struct handshake){ x->method, x->version, x->headers }, accept, &reason);
  if (status == 101) return true;
  server_tell_refused(server, x, status, STR("it is no handshake of RFC 6455"));
  server_refuse(x, status, NULL, reason);
  return false;
}

void session_begin(struct server *server, struct exchange *x) {
  struct model_moment at;
  char err[ERR_LEN];
  if (!check_handshake(server, x)) return;
  struct session *session = calloc(1, sizeof *session);
  if (!session || !moment_now(&at, err)) {
    free(session);
    server_refuse(x, 500, NULL, STR("{\"message\":\"Internal server error\"}"));
    return;
  }
  *session = (struct session){ .server = server, .handshake = x };
  memcpy(session->id, at.connection_id, sizeof session->id);
  x->owner = session;
  x->left = on_left;
  struct model_step step;
  model_step_init(&step);
  struct model_request request = { x->path, x->query, x->headers, x->peer };
  model_connect(server->options.model, &request, &at, &step);
  struct model_connection *connection = model_connection(server->options.model, str_from(session->id));
  if (connection) connection->transport = session;
  if (step.note[0]) server->options.note(server->options.ctx, "", step.note);
  if (step.action == MODEL_INVOKE)
    route_call_take(server, &step, at.trace_id, NULL);
  else
    session_connected(session, &step);
  model_step_free(&step);
}
