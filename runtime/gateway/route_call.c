#include "route_call.h"

#include <stdlib.h>

#include "fault_tell.h"
#include "session.h"

/* An invocation on its way for the model. */
struct route_call {
  struct server *server;
  struct model_call call;
  char trace_id[MODEL_TRACE_LEN], request_id[UUID_LEN];
  struct loop_timer patience; /* the integration timeout */
  bool given_up;              /* it was too long: the function goes on, but nobody waits for its answer */
  struct delay delay;         /* on purpose: it begins later */
  struct invoke *invoke;      /* until then */
};

static struct session *session_of(struct server *server, const struct model_call *call) {
  struct model_connection *connection = model_connection(server->options.model, str_from(call->connection_id));
  return connection ? connection->transport : NULL;
}

static enum model_outcome outcome_of(const struct invoke *in) {
  if (in->outcome == INVOKE_RESULT) return MODEL_RESULT;
  return in->outcome == INVOKE_THROTTLED ? MODEL_THROTTLED : MODEL_FAILED;
}

static enum websocket_sent send(struct session *session, const struct model_step *step, const char *request_id) {
  return session_send(session, buf_str(&step->bytes), step->is_error ? "error" : "route_response", request_id);
}

/* The function's answer goes where the model says; `note` is ERR_LEN bytes. */
static void deliver(const struct route_call *of, enum model_outcome outcome, struct str payload, char *note) {
  struct server *server = of->server;
  const struct model_call *call = &of->call;
  struct session *session = session_of(server, call); /* a refused connection is forgotten by the model */
  struct model_step step;
  model_step_init(&step);
  model_answered(server->options.model, call, outcome, payload, &step);
  memcpy(note, step.note, ERR_LEN);
  if (session && step.action == MODEL_INVOKE) /* the authorizer lets it in */
    route_call_take(server, &step, of->trace_id, NULL);
  else if (session && (step.action == MODEL_ACCEPT || step.action == MODEL_REFUSE))
    session_connected(session, &step);
  else if (session && step.action == MODEL_SEND && send(session, &step, of->request_id) == WEBSOCKET_FULL)
    fail(note, "the client does not read: what it should have got is dropped");
  model_step_free(&step);
}

static void answered(struct invoke *in) {
  struct route_call *route_call = in->ctx;
  struct server *server = route_call->server;
  loop_timer_stop(server->options.loop, &route_call->patience);
  route_call->call.told = in->told;
  if (route_call->given_up)
    fail(in->note, "nobody waited for this any more");
  else if (!server->ending)
    deliver(route_call, outcome_of(in), buf_str(&in->payload), in->note);
  free(route_call);
}

static void give_up(void *ctx) {
  struct route_call *route_call = ctx;
  struct server *server = route_call->server;
  char note[ERR_LEN];
  if (server->ending) return;
  route_call->given_up = true;
  deliver(route_call, MODEL_TIMED_OUT, STR(""), note);
  if (note[0]) server->options.note(server->options.ctx, route_call->call.connection_id, note);
}

static void begin(void *ctx) {
  struct route_call *route_call = ctx;
  struct server *server = route_call->server;
  server->options.invoke(server->options.ctx, route_call->call.route->function, route_call->invoke);
}

static void drop(void *ctx) {
  struct route_call *route_call = ctx;
  loop_timer_stop(route_call->server->options.loop, &route_call->patience);
  invoke_delete(route_call->invoke);
  free(route_call);
}

/* At once, unless invocations have a delay. */
static void begin_later(struct route_call *route_call) {
  struct server *server = route_call->server;
  int64_t ms = fault_delay_now(server, FAULT_INVOCATION);
  route_call->delay = (struct delay){ .run = begin, .drop = drop, .ctx = route_call };
  if (ms == 0 || !delays_add(&server->delays, &route_call->delay, ms)) {
    begin(route_call);
    return;
  }
  fault_tell_applied(server, "latency", route_call->call.connection_id, "%.*s begins %lld ms later",
                     STR_ARG(route_call->invoke->label), (long long)ms);
}

static void invoke_route(struct server *server, struct model_step *step, const char trace_id[MODEL_TRACE_LEN],
                         const char *request_id) {
  struct route_call *route_call = malloc(sizeof *route_call);
  struct invoke *in = invoke_new();
  if (!route_call || !in) {
    char note[ERR_LEN];
    free(route_call);
    invoke_delete(in);
    deliver(&(struct route_call){ .server = server, .call = step->call }, MODEL_FAILED, STR(""), note);
    return;
  }
  *route_call = (struct route_call){ .server = server, .call = step->call, .patience = { .fire = give_up } };
  memcpy(route_call->trace_id, trace_id, sizeof route_call->trace_id);
  route_call->patience.ctx = route_call;
  in->event = step->bytes;
  buf_init(&step->bytes, step->bytes.ceiling);
  in->label = step->call.route->key;
  memcpy(in->action, step->call.action, sizeof in->action);
  memcpy(in->connection_id, step->call.connection_id, sizeof in->connection_id);
  memcpy(in->trace_id, trace_id, sizeof in->trace_id);
  str_copy(str_from(request_id), in->request_id, sizeof in->request_id);
  if (!in->request_id[0]) invoke_make_id(in->request_id);
  memcpy(route_call->request_id, in->request_id, sizeof route_call->request_id);
  in->done = answered;
  in->ctx = route_call;
  if (step->call.kind != MODEL_DISCONNECT) /* that one nobody waits for */
    loop_timer_start(server->options.loop, &route_call->patience, 1000 * (int64_t)server->options.integration_s);
  route_call->invoke = in;
  begin_later(route_call);
}

void route_call_take(struct server *server, struct model_step *step, const char trace_id[MODEL_TRACE_LEN],
                     const char *request_id) {
  if (server->ending) return;
  if (step->action == MODEL_INVOKE) invoke_route(server, step, trace_id, request_id);
  if (step->action == MODEL_SEND) {
    struct session *session = session_of(server, &step->call);
    if (session) send(session, step, request_id);
  }
}
