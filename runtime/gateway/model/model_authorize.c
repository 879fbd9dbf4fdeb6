#include <stdio.h>

#include "json.h"
#include "model_admission.h"
#include "model_authorization.h"
#include "model_event.h"
#include "model_identity.h"
#include "model_state.h"

enum { ARN_LEN = 1024, SHOWN = 64 /* bytes of foreign text that a note shows */ };

static struct str method_arn(const struct model *model, char arn[ARN_LEN]) {
  const struct model_api *api = &model->api;
  snprintf(arn, ARN_LEN, "arn:aws:execute-api:%.*s:%.*s:%.*s/%.*s/$connect", STR_ARG(api->region),
           STR_ARG(api->account_id), STR_ARG(api->api_id), STR_ARG(api->stage));
  return str_from(arn);
}

static void refuse_unauthorized(struct model_step *step) {
  model_step_refuse(step, 401, "UnauthorizedException", STR("Unauthorized"));
}

static void refuse_configuration(struct model_step *step) {
  model_step_refuse(step, 500, "AuthorizerConfigurationException", STR("Internal server error"));
}

static void note_missing(const struct json *event, struct str source, struct model_step *step) {
  struct str other = str_slice(model_identity_lookalike(event, source), 0, SHOWN);
  fail(step->note, "the request has no %.*s%s%.*s: API Gateway refuses with 401, without asking the authorizer",
       STR_ARG(source), other.len > 0 ? ", but a header " : "", STR_ARG(other));
}

/* Whether the authorizer is to be asked with the event in the step; else refuses. */
static bool is_worth_asking(struct model *model, struct model_step *step) {
  const struct model_authorizer *authorizer = model->api.authorizer;
  const struct json *event;
  if (!json_parse(&model->scratch, buf_str(&step->bytes), &event, step->note)) {
    model_step_refuse_internal(step);
    return false;
  }
  for (size_t i = 0; i < authorizer->source_count; i++) {
    if (model_identity_has(event, authorizer->sources[i])) continue;
    refuse_unauthorized(step);
    note_missing(event, authorizer->sources[i], step);
    return false;
  }
  if (!authorizer->is_missing) return true;
  refuse_configuration(step);
  fail(step->note, "the authorizer is no function of this service: the client is refused with 500");
  return false;
}

/* Writes the event of the authorizer, and keeps the beginning of that of $connect. */
static bool write_events(struct model *model, struct model_connection *c, const struct model_request *request,
                         const struct model_moment *at, struct model_step *step) {
  struct model_event event = { &model->api, c, at, STR("$connect") };
  char arn[ARN_LEN];
  model_event_authorizer(&step->bytes, &event, request, method_arn(model, arn), &model->scratch);
  c->admission = model_admission_new(at);
  if (c->admission) model_event_connect_begin(&c->admission->event, &event, request, &model->scratch);
  return c->admission && !c->admission->event.failed && !step->bytes.failed;
}

void model_authorize(struct model *model, struct model_connection *c, const struct model_request *request,
                     const struct model_moment *at, struct model_step *step) {
  model_step_invoke(step, MODEL_AUTHORIZE, &model->api.authorizer->route, c, at);
  bool written = write_events(model, c, request, at, step);
  if (!written) {
    model_step_refuse_internal(step);
    fail(step->note, "memory is short for the event, or it is larger than %d bytes", MODEL_STEP_MAX);
  }
  if (!written || !is_worth_asking(model, step)) model_connections_remove(&model->connections, c);
  arena_reset(&model->scratch);
}

/* The one error that means 401: its message is exactly this. */
static bool says_unauthorized(struct model *model, struct str report) {
  const struct json *root;
  return json_parse(&model->scratch, report, &root, NULL) &&
         str_equal(json_member_text(root, STR("errorMessage")), STR("Unauthorized"));
}

static void invoke_connect(struct model *model, struct model_connection *c, struct model_step *step) {
  const struct model_route *route = model_route(model, STR("$connect"));
  struct model_admission *admission = c->admission;
  struct model_event event = { &model->api, c, &admission->at, STR("$connect") };
  model_step_invoke(step, MODEL_CONNECT, route, c, &admission->at);
  buf_add(&step->bytes, buf_str(&admission->event));
  model_event_connect_end(&step->bytes, &event);
  c->admission = NULL;
  model_admission_delete(admission);
  if (step->bytes.failed) model_step_refuse_internal(step);
}

static void refuse_verdict(enum model_verdict verdict, struct model_step *step) {
  model_step_refuse(step, 403, "ForbiddenException", STR("Forbidden"));
  fail(step->note, "%s: the client is refused with 403",
       verdict == MODEL_DENY ? "the policy denies"
                             : "no statement of the policy allows execute-api:Invoke on methodArn");
}

static void take_result(struct model *model, struct model_connection *c, struct str payload, struct model_step *step) {
  char arn[ARN_LEN], problem[ERR_LEN] = "";
  enum model_verdict verdict;
  struct buf authorizer;
  buf_init(&authorizer, MODEL_AUTHORIZER_MAX);
  bool ok = model_authorization_read(&verdict, &authorizer, &model->scratch, payload, method_arn(model, arn), problem);
  if (ok && verdict == MODEL_ALLOW) {
    c->authorizer = buf_str(&authorizer); /* and owns the bytes */
    invoke_connect(model, c, step);
    return;
  }
  buf_free(&authorizer);
  if (ok) {
    refuse_verdict(verdict, step);
  } else {
    refuse_configuration(step);
    fail(step->note, "%s: API Gateway refuses with 500", problem);
  }
}

void model_answer_authorize(struct model *model, enum model_outcome outcome, struct str payload,
                            struct model_step *step) {
  struct model_connection *c = model_connection(model, str_from(step->call.connection_id));
  if (!c || !c->admission) return;
  if (outcome == MODEL_RESULT)
    take_result(model, c, payload, step);
  else if (outcome == MODEL_FAILED && says_unauthorized(model, payload))
    refuse_unauthorized(step);
  else
    refuse_configuration(step);
  if (outcome == MODEL_TIMED_OUT)
    fail(step->note, "the authorizer takes longer than the integration timeout: the client is refused with 500");
  if (step->action == MODEL_REFUSE) model_connections_remove(&model->connections, c);
}
