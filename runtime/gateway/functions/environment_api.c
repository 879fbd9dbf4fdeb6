/* The Runtime API of an environment, as its process sees it (runtimes-api; errors as Lambda's own server has them), and as
 * much of the Extensions API as an internal extension without events needs (runtimes-extensions-api). */
#include <inttypes.h>
#include <stdio.h>

#include "encoding.h"
#include "environment.h"
#include "json_write.h"
#include "pool.h"
#include "report.h"
#include "task_root.h"

enum {
  TEXT_MAX = 64 * 1024,
  ARN_MAX = 1024, /* its four names have at most 128 characters each */
  HEADERS = 7
};

/* Answers */

static void accept(struct exchange *x) {
  exchange_answer_json(x, 202, STR("{\"status\":\"OK\"}\n"));
}

static void refuse(struct exchange *x, int status, struct str type, struct str message) {
  struct buf body;
  buf_init(&body, TEXT_MAX);
  report_write(&body, type, message);
  buf_add_char(&body, '\n');
  exchange_answer_json(x, status, buf_str(&body));
  buf_free(&body);
}

static void refuse_state(struct exchange *x) {
  refuse(x, 403, STR("InvalidStateTransition"), STR("The environment is in no state that allows this request"));
}

void environment_deliver(const struct turn *turn, struct exchange *x) {
  const struct environment *e = turn->environment;
  const struct invoke *in = turn->invoke;
  const struct project *project = e->pool->options.project;
  char arn[ARN_MAX], deadline[24];
  snprintf(arn, sizeof arn, "arn:aws:lambda:%.*s:" PROJECT_ACCOUNT ":function:%.*s-%.*s-%.*s", STR_ARG(project->region),
           STR_ARG(project->service), STR_ARG(project->stage), STR_ARG(e->pool->options.function->name));
  snprintf(deadline, sizeof deadline, "%" PRId64, turn->deadline_ms);
  struct field headers[HEADERS] = {
    { STR("Content-Type"), STR("application/json") },
    { STR("Lambda-Runtime-Aws-Request-Id"), str_from(in->request_id) },
    { STR("Lambda-Runtime-Invocation-Id"), str_from(turn->nonce) },
    { STR("Lambda-Runtime-Deadline-Ms"), str_from(deadline) },
    { STR("Lambda-Runtime-Invoked-Function-Arn"), str_from(arn) },
  };
  size_t count = HEADERS - 2;
  struct str trace_id = str_from(in->trace_id), context = buf_str(&in->client_context);
  if (trace_id.len > 0) headers[count++] = (struct field){ STR("Lambda-Runtime-Trace-Id"), trace_id };
  if (context.len > 0) headers[count++] = (struct field){ STR("Lambda-Runtime-Client-Context"), context };
  exchange_answer(x, 200, (struct fields){ headers, count }, buf_str(&in->event));
}

/* GET next */

static void next(struct environment *e, struct exchange *x) {
  if (e->state == ENVIRONMENT_ENDING)
    refuse(x, 500, STR("Runtime.ExitError"), STR("The environment is over: exit"));
  else if (environment_is_on_demand(e) && e->busy > 0)
    environment_deliver(&e->turns[0], x); /* it asks again for what it did not answer */
  else if (e->poll_count == e->places)
    refuse_state(x); /* one poll at a time, for each place */
  else
    environment_polled(e, x);
}

/* POST response, POST error */

/* What the segment of the path, percent-encoded, names; NULL when that is nothing of this environment. */
static struct turn *find_turn(struct environment *e, struct str segment, struct str nonce) {
  struct buf id;
  buf_init(&id, TEXT_MAX);
  uri_decode(&id, segment);
  struct turn *turn = turn_find(e->turns, e->places, buf_str(&id), nonce);
  buf_free(&id);
  return turn;
}

static void refuse_late(struct turn *turn, struct exchange *x) {
  turn->request_id[0] = '\0';
  refuse(x, 410, STR("InvokeTimeout"), STR("The invocation has timed out"));
}

/* The invocation at hand that may be answered; NULL, with a refusal, when there is none. A late answer is told so once. */
static struct turn *turn_to_answer(struct environment *e, struct exchange *x, struct str id) {
  struct str nonce = field_header(x->headers, STR("Lambda-Runtime-Invocation-Id"));
  struct turn *turn = find_turn(e, id, nonce);
  if (environment_is_on_demand(e) && e->busy == 0)
    refuse_state(x);
  else if (!turn)
    refuse(x, 400, STR("InvalidRequestID"), STR("Invalid request ID"));
  else if (nonce.len > 0 && !str_equal(nonce, str_from(turn->nonce)))
    refuse(x, 410, STR("InvokeTimeout"), STR("This delivery of the event is over"));
  else if (turn->invoke)
    return turn;
  else
    refuse_late(turn, x);
  return NULL;
}

/* Its report may name files by their path. */
static void add_error(const struct turn *turn, struct str report) {
  const struct pool_options *options = &turn->environment->pool->options;
  struct buf shown;
  buf_init(&shown, ENVIRONMENT_BODY_MAX);
  buf_add(&turn->invoke->payload, task_root_show(&shown, report, options->task_root, options->project->directory));
  buf_free(&shown);
}

static void reply(struct environment *e, struct exchange *x, struct str id, enum invoke_outcome outcome) {
  struct turn *turn = turn_to_answer(e, x, id);
  if (!turn) return;
  if (x->body.len > INVOKE_RESPONSE_MAX) {
    report_too_large(&turn->invoke->payload);
    environment_answered(turn, INVOKE_ERROR);
    refuse(x, 413, STR("RequestEntityTooLarge"), STR("Exceeded maximum allowed payload size (6291556 bytes)."));
    return;
  }
  if (outcome == INVOKE_ERROR)
    add_error(turn, x->body);
  else
    buf_add(&turn->invoke->payload, x->body);
  environment_answered(turn, outcome);
  accept(x);
}

/* POST init/error */

static void init_error(struct environment *e, struct exchange *x) {
  if (e->state != ENVIRONMENT_STARTING) {
    refuse_state(x);
    return;
  }
  environment_failed_to_start(e, x->body);
  accept(x);
}

/* POST extension/register */

#define EXTENSION_ID STR("Lambda-Extension-Identifier")

static void answer_registration(const struct environment *e, struct exchange *x) {
  const struct field headers[] = { { STR("Content-Type"), STR("application/json") },
                                   { EXTENSION_ID, str_from(e->extension_id) } };
  struct buf body;
  buf_init(&body, TEXT_MAX);
  buf_add(&body, STR("{\"functionName\":"));
  json_write_string(&body, e->pool->options.function->name);
  buf_add(&body, STR(",\"functionVersion\":\"$LATEST\",\"handler\":"));
  json_write_string(&body, e->pool->options.function->handler);
  buf_add(&body, STR("}\n"));
  exchange_answer(x, 200, (struct fields){ headers, sizeof headers / sizeof *headers }, buf_str(&body));
  buf_free(&body);
}

static void extension_register(struct environment *e, struct exchange *x) {
  if (field_header(x->headers, STR("Lambda-Extension-Name")).len == 0) {
    refuse(x, 403, STR("Extension.InvalidExtensionName"), STR("Empty extension name"));
  } else if (e->state != ENVIRONMENT_STARTING) {
    refuse(x, 403, STR("Extension.RegistrationClosed"), STR("Extensions are registered before the first GET next"));
  } else if (e->extension_id[0]) {
    refuse(x, 403, STR("Extension.InvalidExtensionState"), STR("The extension is registered already"));
  } else {
    invoke_make_id(e->extension_id);
    answer_registration(e, x);
  }
}

/* GET extension/event/next */

static void extension_next(struct environment *e, struct exchange *x) {
  struct str id = field_header(x->headers, EXTENSION_ID);
  if (id.len == 0 || !str_equal(id, str_from(e->extension_id)))
    refuse(x, 403, STR("Extension.UnknownExtensionIdentifier"), STR("Unknown extension identifier"));
  else if (e->extension)
    refuse(x, 403, STR("Extension.InvalidExtensionState"), STR("One GET event/next at a time"));
  else
    environment_extension_polled(e, x);
}

/* Cuts `part` off the end. */
static bool cut_end(struct str *s, struct str part) {
  if (!str_ends(*s, part)) return false;
  s->len -= part.len;
  return true;
}

static bool cut_start(struct str *s, struct str part) {
  if (!str_starts(*s, part)) return false;
  *s = str_slice(*s, part.len, s->len);
  return true;
}

static void not_found(struct exchange *x) {
  refuse(x, 404, STR("NotFound"), STR("No such resource"));
}

/* rest: "{id}/response" or "{id}/error" */
static void invocation(struct environment *e, struct exchange *x, struct str rest) {
  if (cut_end(&rest, STR("/response")))
    reply(e, x, rest, INVOKE_RESULT);
  else if (cut_end(&rest, STR("/error")))
    reply(e, x, rest, INVOKE_ERROR);
  else
    not_found(x);
}

static void runtime(struct environment *e, struct exchange *x, struct str rest) {
  bool get = str_equal(x->method, STR("GET")), post = str_equal(x->method, STR("POST"));
  if (get && str_equal(rest, STR("invocation/next")))
    next(e, x);
  else if (post && str_equal(rest, STR("init/error")))
    init_error(e, x);
  else if (post && cut_start(&rest, STR("invocation/")))
    invocation(e, x, rest);
  else
    not_found(x);
}

static void extension(struct environment *e, struct exchange *x, struct str rest) {
  if (str_equal(x->method, STR("POST")) && str_equal(rest, STR("register")))
    extension_register(e, x);
  else if (str_equal(x->method, STR("GET")) && str_equal(rest, STR("event/next")))
    extension_next(e, x);
  else
    not_found(x);
}

void environment_request(struct environment *e, struct exchange *x, struct str rest) {
  if (cut_start(&rest, STR("/2018-06-01/runtime/")))
    runtime(e, x, rest);
  else if (cut_start(&rest, STR("/2020-01-01/extension/")))
    extension(e, x, rest);
  else
    not_found(x);
}
