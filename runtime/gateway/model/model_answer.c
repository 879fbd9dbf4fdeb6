#include "model_result.h"
#include "model_state.h"
#include "utf8.h"

/* What a refused client reads: the status is the function's, its body is not passed on. */
static struct str message_of(int status) {
  switch (status) {
  case 400:
    return STR("Bad Request");
  case 401:
    return STR("Unauthorized");
  case 403:
    return STR("Forbidden");
  case 404:
    return STR("Not Found");
  case 429:
    return STR("Too Many Requests");
  case 500:
    return STR("Internal server error");
  case 503:
    return STR("Service Unavailable");
  default:
    return STR("Connection refused");
  }
}

static void note_result(struct model_step *step, const struct model_result *result, const char *problem) {
  bool is_connect = step->call.kind == MODEL_CONNECT;
  const char *effect = is_connect ? "API Gateway refuses with 502" : "API Gateway sends an error frame";
  const char *remedy = !result->is_null ? ""
                       : is_connect     ? "; return { statusCode = 200 } to accept"
                                        : "; return { statusCode = 200 }";
  fail(step->note, "%s: %s%s", problem, effect, remedy);
}

/* Whether the function gave a sound result. Else notes why not. */
static bool read_result(struct model *model, enum model_outcome outcome, struct str payload,
                        struct model_result *result, struct model_step *step) {
  char problem[ERR_LEN] = "";
  if (outcome != MODEL_RESULT) return false;
  if (!model_result_read(result, &model->scratch, payload, problem)) {
    note_result(step, result, problem);
    return false;
  }
  if (step->call.kind != MODEL_CONNECT || result->status >= 200) return true;
  fail(step->note, "statusCode %d cannot end a handshake: API Gateway refuses with 502", result->status);
  return false;
}

static void accept_handshake(struct model_connection *c, const struct model_result *result, struct model_step *step) {
  c->state = MODEL_OPEN;
  step->action = MODEL_ACCEPT;
  step->status = result->status;
  buf_add(&step->protocol, result->protocol);
}

static void refuse_handshake(const struct model_result *result, struct model_step *step) {
  model_step_refuse(step, result->status, NULL, message_of(result->status));
  fail(step->note, "the client is refused with %d", result->status);
}

static void refuse_timed_out(struct model_step *step) {
  model_step_refuse(step, 504, "InternalServerErrorException", STR("Endpoint request timed out"));
  fail(step->note, "$connect takes longer than the integration timeout: the client is refused with 504");
}

static void send_timed_out(const struct model_call *call, struct model_step *step) {
  model_step_frame(step, call, STR("Endpoint request timed out"));
  fail(step->note,
       "%.*s takes longer than the integration timeout: the client gets an error frame, the function goes on",
       STR_ARG(call->route->key));
}

static void answer_connect(struct model *model, enum model_outcome outcome, struct str payload,
                           struct model_step *step) {
  struct model_connection *c = model_connection(model, str_from(step->call.connection_id));
  struct model_result result;
  if (!c || c->state != MODEL_CONNECTING) return;
  if (outcome == MODEL_THROTTLED)
    model_step_refuse(step, 429, "TooManyRequestsException", STR("Too Many Requests"));
  else if (outcome == MODEL_TIMED_OUT)
    refuse_timed_out(step);
  else if (!read_result(model, outcome, payload, &result, step))
    model_step_refuse_internal(step);
  else if (result.status > 299)
    refuse_handshake(&result, step);
  else
    accept_handshake(c, &result, step);
  if (step->protocol.failed) model_step_refuse_internal(step);
  if (step->action == MODEL_REFUSE) model_connections_remove(&model->connections, c);
}

static void send_body(const struct model_result *result, struct model_step *step) {
  struct model_call call = step->call;
  buf_add(&step->bytes, result->body);
  step->action = MODEL_SEND;
  if (result->body.len > MODEL_MESSAGE_MAX)
    fail(step->note, "the body has %zu bytes, more than the %d of a message: the client gets an error frame",
         result->body.len, MODEL_MESSAGE_MAX);
  if (step->bytes.failed || result->body.len > MODEL_MESSAGE_MAX)
    model_step_frame(step, &call, STR("Internal server error"));
  else if (utf8_prefix(result->body) < result->body.len)
    fail(step->note, "the body is not UTF-8: a client will close the connection with 1007");
}

/* What an app tells its client of a failure is a message of its own. */
static void note_status(int status, struct model_step *step) {
  int told = step->call.told;
  if (told > 0)
    fail(step->note, "statusCode %d: the function itself has sent the client %d message%s meanwhile", status, told,
         told == 1 ? "" : "s");
  else
    fail(step->note, "statusCode %d: API Gateway tells the client nothing of it, the route is one-way", status);
}

static void answer_message(struct model *model, enum model_outcome outcome, struct str payload,
                           struct model_step *step) {
  struct model_call call = step->call;
  struct model_result result;
  bool ok = read_result(model, outcome, payload, &result, step);
  struct model_connection *c = model_connection(model, str_from(call.connection_id));
  if (!c || c->state != MODEL_OPEN) return;
  if (outcome == MODEL_THROTTLED)
    model_step_frame(step, &call, STR("Too Many Requests"));
  else if (outcome == MODEL_TIMED_OUT)
    send_timed_out(&call, step);
  else if (!ok)
    model_step_frame(step, &call, STR("Internal server error"));
  else if (call.route->two_way)
    send_body(&result, step);
  else if (result.status > 299)
    note_status(result.status, step);
  else if (result.body.len > 0 && !model->told_of_body)
    model->told_of_body =
        !fail(step->note, "the body is not sent, as on AWS: the route is one-way (it would be two-way with "
                          "routeResponseSelectionExpression: $default); said once");
}

void model_answered(struct model *model, const struct model_call *call, enum model_outcome outcome, struct str payload,
                    struct model_step *step) {
  struct model_call answered = *call; /* may be that of the step */
  model_step_begin(step);
  step->call = answered;
  if (answered.kind == MODEL_AUTHORIZE) model_answer_authorize(model, outcome, payload, step);
  if (answered.kind == MODEL_CONNECT) answer_connect(model, outcome, payload, step);
  if (answered.kind == MODEL_MESSAGE) answer_message(model, outcome, payload, step);
  arena_reset(&model->scratch);
}
