#include "http_call.h"

#include <stdlib.h>

#include "moment.h"
#include "pool.h"

struct http_call {
  struct server *server;
  struct exchange *x; /* NULL: nobody waits any more */
  struct invoke *in;
  const struct http_api *api;
  char request_id[MODEL_ID_LEN];
  int status;                     /* of the answer; 0 while there is none, or if the client left */
  struct loop_timer patience;     /* the integration timeout */
  struct http_call *next, **link; /* in server->http_calls, while somebody waits */
};

static enum model_outcome outcome_of(const struct invoke *in) {
  if (in->outcome == INVOKE_RESULT) return MODEL_RESULT;
  return in->outcome == INVOKE_THROTTLED ? MODEL_THROTTLED : MODEL_FAILED;
}

/* Nobody waits from now on. Returns who did, or NULL. */
static struct exchange *let_go(struct http_call *call) {
  struct exchange *x = call->x;
  if (!x) return NULL;
  loop_timer_stop(call->server->options.loop, &call->patience);
  *call->link = call->next;
  if (call->next) call->next->link = call->link;
  call->x = NULL;
  x->left = NULL;
  return x;
}

/* `note` is ERR_LEN bytes. */
static void answer(struct http_call *call, enum model_outcome outcome, struct str payload, char *note) {
  struct exchange *x = let_go(call);
  struct http_api_call of = { call->api, field_header(x->headers, STR("Origin")), str_from(call->request_id) };
  struct http_api_answer answer;
  struct arena memory;
  arena_init(&memory);
  http_api_answered(&of, outcome, payload, &memory, &answer, note);
  exchange_answer(x, answer.status, answer.headers, answer.body);
  call->status = answer.status;
  arena_free(&memory);
}

static void answered(struct invoke *in) {
  struct http_call *call = in->ctx;
  if (!call->x)
    fail(in->note,
         in->begun_ns ? "nobody waited for this any more" : "nobody waited for this any more: it was not begun");
  else
    answer(call, outcome_of(in), buf_str(&in->payload), in->note);
  in->status = call->status;
  free(call);
}

static void give_up(void *ctx) {
  struct http_call *call = ctx;
  char note[ERR_LEN];
  answer(call, MODEL_TIMED_OUT, STR(""), note);
  pool_abandon(call->in);
}

static void on_left(struct exchange *x) {
  struct http_call *call = x->owner;
  let_go(call);
  pool_abandon(call->in);
}

void http_call_end_all(struct server *server) {
  char note[ERR_LEN];
  while (server->http_calls) answer(server->http_calls, MODEL_TIMED_OUT, STR(""), note);
}

/* Takes the event out of the step. */
static bool invoke(struct server *server, struct exchange *x, struct http_api_step *step,
                   const struct model_moment *at) {
  struct http_call *call = malloc(sizeof *call);
  struct invoke *in = invoke_new();
  if (!call || !in) {
    free(call);
    invoke_delete(in);
    return false;
  }
  *call = (struct http_call){ .server = server, .x = x, .in = in, .api = server->http_api };
  call->patience.fire = give_up;
  call->patience.ctx = call;
  memcpy(call->request_id, at->request_id, sizeof call->request_id);
  call->next = server->http_calls;
  call->link = &server->http_calls;
  if (call->next) call->next->link = &call->next;
  server->http_calls = call;
  x->owner = call;
  x->left = on_left;
  in->event = step->event;
  buf_init(&step->event, step->event.ceiling);
  in->label = step->route->key;
  memcpy(in->trace_id, at->trace_id, sizeof in->trace_id);
  in->done = answered;
  in->ctx = call;
  loop_timer_start(server->options.loop, &call->patience, 1000 * (int64_t)server->options.http_integration_s);
  server->options.invoke(server->options.ctx, step->route->function, in);
  return true;
}

void http_call_begin(struct server *server, struct exchange *x) {
  struct http_api_request request = { x->method, x->path, x->query, x->headers, x->body, x->peer };
  struct http_api_step step = { .route = NULL };
  struct model_moment at;
  struct arena memory;
  char err[ERR_LEN];
  arena_init(&memory);
  bool ok = moment_now(&at, err);
  if (ok) {
    http_api_request(server->http_api, &request, &at, &memory, &step);
    if (step.note[0]) server->options.note(server->options.ctx, "", step.note);
    if (step.route)
      ok = invoke(server, x, &step, &at);
    else
      exchange_answer(x, step.answer.status, step.answer.headers, step.answer.body);
  }
  if (!ok) server_refuse(x, 500, NULL, STR("{\"message\":\"Internal Server Error\"}"));
  buf_free(&step.event);
  arena_free(&memory);
}
