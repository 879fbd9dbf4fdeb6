#include "management.h"

#include <stdlib.h>

#include "encoding.h"
#include "fault_tell.h"
#include "invoke.h"
#include "model_json.h"
#include "moment.h"
#include "session.h"
#include "signature.h"
#include "utf8.h"

enum { SHOWN = 160 /* bytes of foreign text in a note */ };

/* Headers as recorded from AWS: x-amzn-requestid is a UUID, x-amz-apigw-id looks like a connection id. */
static void answer(struct exchange *x, int status, const char *error_type, struct str body) {
  char err[ERR_LEN];
  char uuid[UUID_LEN];
  struct model_moment at = { .request_id = "", .trace_id = "" };
  invoke_make_id(uuid);
  moment_now(&at, err);
  struct field headers[5] = { { STR("x-amzn-RequestId"), str_from(uuid) },
                              { STR("x-amz-apigw-id"), str_from(at.request_id) },
                              { STR("X-Amzn-Trace-Id"), str_from(at.trace_id) } };
  size_t count = 3;
  if (status != 204) headers[count++] = (struct field){ STR("Content-Type"), STR("application/json") };
  if (error_type) headers[count++] = (struct field){ STR("x-amzn-ErrorType"), str_from(error_type) };
  exchange_answer(x, status, (struct fields){ headers, count }, body);
}

/* A call, from its request to its answer. */
struct call {
  struct server *server;
  struct exchange *exchange;
  int64_t begun_ns;   /* monotonic */
  struct delay delay; /* on purpose: it is carried out later */
};

/* Posts only; `path` is "/dev/@connections/ID". `from`: whose it is, or NULL. */
static void count(const struct call *call, struct invoke *from, int status) {
  const struct exchange *x = call->exchange;
  struct buf id;
  int64_t took_ns = clock_monotonic_ns() - call->begun_ns;
  if (!str_equal(x->method, STR("POST"))) return;
  if (from) from->sends++;
  if (from) from->sends_ns += took_ns;
  buf_init(&id, SHOWN);
  uri_decode(&id, str_slice(x->path, str_find_last(x->path, STR("/")) + 1, x->path.len));
  console_posted(call->server->options.console, &(struct console_post){ .connection_id = buf_str(&id),
                                                                        .request_id = from ? from->request_id : NULL,
                                                                        .status = status,
                                                                        .bytes = x->body.len,
                                                                        .took_ns = took_ns });
  buf_free(&id);
}

/* Callers see little of why they were refused, the developer sees it on the terminal. A connection that is gone is no
 * mistake, and is not told of. */
static void tell(struct server *server, const struct exchange *x, int status, const char *error_type, struct str why) {
  struct str path = str_slice(x->path, 0, SHOWN), line;
  char note[ERR_LEN];
  if (status < 400 || status == 410) return;
  str_cut(str_slice(why, 0, SHOWN), '\n', &line, &why);
  const char *hint = strcmp(error_type, "ForbiddenException") == 0 ? " (does the endpoint have the stage?)" : "";
  fail(note, "%.*s %.*s: %d %s: %.*s%s", STR_ARG(str_slice(x->method, 0, SHOWN)), STR_ARG(path), status, error_type,
       STR_ARG(line), hint);
  server->options.note(server->options.ctx, "", note);
}

static bool verify(const struct call *call) {
  struct server *server = call->server;
  struct exchange *x = call->exchange;
  struct signed_request request = { x->method, x->path, x->query, x->headers, x->body };
  struct signature_rules rules = { server->options.known, server->options.region, STR("execute-api"),
                                   clock_unix_ms() / 1000 };
  struct signature_refusal refusal = { 0 };
  struct arena memory;
  struct buf body;
  arena_init(&memory);
  buf_init(&body, 1024 * 1024);
  bool ok = signature_verify(&request, &rules, &server->keys, &memory, &refusal);
  if (!ok) {
    model_json_message(&body, buf_str(&refusal.message));
    tell(server, x, 403, refusal.error_type, buf_str(&refusal.message));
    count(call, NULL, 403);
    answer(x, 403, refusal.error_type, buf_str(&body));
  }
  buf_free(&refusal.message);
  buf_free(&body);
  arena_free(&memory);
  return ok;
}

static void send_to(struct session *session, struct model_manage_answer *todo, struct str body,
                    const char *request_id) {
  enum websocket_sent sent = session_send(session, body, "post", request_id);
  if (sent == WEBSOCKET_FULL) model_manage_throttled(todo);
  if (sent == WEBSOCKET_CLOSING) model_manage_gone(todo);
}

/* On purpose: the post is not passed on. */
static bool is_failed(struct server *server, struct model_manage_answer *todo) {
  struct model_connection *c = todo->connection;
  char text[FAULT_LEFT_LEN];
  int left;
  switch (faults_take_post(&server->faults, &c->faults, &left)) {
  case FAULT_THROTTLED:
    fault_tell_applied(server, "throttle", c->id, "a post got 429, %s", fault_left(left, text));
    model_manage_throttled(todo);
    return true;
  case FAULT_GONE:
    fault_tell_applied(server, "gone", c->id, "a post got 410, %s", fault_left(left, text));
    model_manage_gone(todo);
    return true;
  case FAULT_NONE:
    break;
  }
  return false;
}

/* Returns whether the developer has been told already of what went wrong. */
static bool act(struct server *server, struct model_manage_answer *todo, struct str body, const char *request_id) {
  if (todo->action == MODEL_MANAGE_SEND && is_failed(server, todo)) return true;
  struct session *session = todo->connection->transport;
  if (todo->action == MODEL_MANAGE_SEND && utf8_prefix(body) < body.len)
    server->options.note(server->options.ctx, todo->connection->id,
                         "what was posted is not UTF-8: most clients close with 1007 when they get it");
  if (todo->action == MODEL_MANAGE_CLOSE) session_close(session, 1000);
  if (todo->action == MODEL_MANAGE_SEND) send_to(session, todo, body, request_id);
  return false;
}

/* The client that the invocation is for has got a message of it. */
static void count_told(struct invoke *from, const struct model_manage_answer *todo) {
  if (from && todo->action == MODEL_MANAGE_SEND && todo->status == 200 &&
      strcmp(todo->connection->id, from->connection_id) == 0)
    from->told++;
}

static void carry_out(const struct call *call) {
  struct server *server = call->server;
  struct exchange *x = call->exchange;
  struct model_manage request = { x->method, x->path, x->body };
  struct model_manage_answer todo = { 0 };
  struct str trace_id = field_header(x->headers, STR("X-Amzn-Trace-Id"));
  struct invoke *from = generations_traced(server->options.generations, trace_id);
  bool told = false;
  model_manage(server->options.model, &request, &todo);
  if (todo.action != MODEL_MANAGE_ANSWER) told = act(server, &todo, x->body, from ? from->request_id : NULL);
  if (todo.error_type && !told) tell(server, x, todo.status, todo.error_type, buf_str(&todo.body));
  count(call, from, todo.status);
  count_told(from, &todo);
  answer(x, todo.status, todo.error_type, buf_str(&todo.body));
  model_manage_answer_free(&todo);
}

/* Carried out later, on purpose: the call is on the heap then. */

static void run(void *ctx) {
  struct call *call = ctx;
  call->exchange->left = NULL;
  carry_out(call);
  free(call);
}

/* Its time will never come. */
static void drop(void *ctx) {
  struct call *call = ctx;
  call->exchange->left = NULL;
  server_refuse(call->exchange, 503, NULL, STR("{\"message\":\"Service Unavailable\"}"));
  free(call);
}

static void left(struct exchange *x) {
  struct call *call = x->owner;
  delays_stop(&call->delay);
  free(call);
}

static bool put_off(const struct call *call, int64_t ms) {
  struct call *late = malloc(sizeof *late);
  if (!late) return false;
  *late = *call;
  late->delay = (struct delay){ .run = run, .drop = drop, .ctx = late };
  if (!delays_add(&call->server->delays, &late->delay, ms)) {
    free(late);
    return false;
  }
  call->exchange->owner = late;
  call->exchange->left = left;
  return true;
}

void management_request(struct server *server, struct exchange *x) {
  struct call call = { .server = server, .exchange = x, .begun_ns = clock_monotonic_ns() };
  if (!verify(&call)) return;
  int64_t ms = fault_delay_now(server, FAULT_CALL);
  if (ms == 0 || !put_off(&call, ms)) {
    carry_out(&call);
    return;
  }
  fault_tell_applied(server, "latency", "", "%.*s %.*s is carried out %lld ms later", STR_ARG(x->method),
                     STR_ARG(str_slice(x->path, 0, SHOWN)), (long long)ms);
}
