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
  ACCOUNT_LEN = 12,
  HEADERS = 7
};

static const char ACCOUNT[ACCOUNT_LEN + 1] = MODEL_ACCOUNT_ID;

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

void environment_deliver(const struct environment *e, struct exchange *x) {
  const struct project *project = e->pool->options.project;
  char arn[ARN_MAX], deadline[24];
  snprintf(arn, sizeof arn, "arn:aws:lambda:%.*s:%s:function:%.*s-%.*s-%.*s", STR_ARG(project->region), ACCOUNT,
           STR_ARG(project->service), STR_ARG(project->stage), STR_ARG(e->pool->options.function->name));
  snprintf(deadline, sizeof deadline, "%" PRId64, e->deadline_ms);
  struct field headers[HEADERS] = {
    { STR("Content-Type"), STR("application/json") },
    { STR("Lambda-Runtime-Aws-Request-Id"), str_from(e->invoke->request_id) },
    { STR("Lambda-Runtime-Invocation-Id"), str_from(e->nonce) },
    { STR("Lambda-Runtime-Deadline-Ms"), str_from(deadline) },
    { STR("Lambda-Runtime-Invoked-Function-Arn"), str_from(arn) },
  };
  size_t count = HEADERS - 2;
  struct str trace_id = str_from(e->invoke->trace_id), context = buf_str(&e->invoke->client_context);
  if (trace_id.len > 0) headers[count++] = (struct field){ STR("Lambda-Runtime-Trace-Id"), trace_id };
  if (context.len > 0) headers[count++] = (struct field){ STR("Lambda-Runtime-Client-Context"), context };
  exchange_answer(x, 200, (struct fields){ headers, count }, buf_str(&e->invoke->event));
}

/* GET next */

static void next(struct environment *e, struct exchange *x) {
  if (e->state == ENVIRONMENT_ENDING)
    refuse(x, 500, STR("Runtime.ExitError"), STR("The environment is over: exit"));
  else if (e->state == ENVIRONMENT_IDLE)
    refuse_state(x); /* one poll at a time */
  else if (e->invoke)
    environment_deliver(e, x); /* it asks again for what it did not answer */
  else
    environment_polled(e, x);
}

/* POST response, POST error */

/* Whether the segment of the path, percent-encoded, is the id. */
static bool is_id(struct str segment, const char *id) {
  struct buf text;
  buf_init(&text, TEXT_MAX);
  uri_decode(&text, segment);
  bool same = str_equal(buf_str(&text), str_from(id));
  buf_free(&text);
  return same;
}

static bool may_reply(const struct environment *e, struct exchange *x, struct str id) {
  struct str nonce = field_header(x->headers, STR("Lambda-Runtime-Invocation-Id"));
  if (!e->invoke)
    refuse_state(x);
  else if (!is_id(id, e->invoke->request_id))
    refuse(x, 400, STR("InvalidRequestID"), STR("Invalid request ID"));
  else if (nonce.len > 0 && !str_equal(nonce, str_from(e->nonce)))
    refuse(x, 410, STR("InvokeTimeout"), STR("This delivery of the event is over"));
  else
    return true;
  return false;
}

/* Its report may name files by their path. */
static void add_error(struct environment *e, struct str report) {
  const struct pool_options *options = &e->pool->options;
  struct buf shown;
  buf_init(&shown, ENVIRONMENT_BODY_MAX);
  buf_add(&e->invoke->payload, task_root_show(&shown, report, options->task_root, options->project->directory));
  buf_free(&shown);
}

static void reply(struct environment *e, struct exchange *x, struct str id, enum invoke_outcome outcome) {
  if (!may_reply(e, x, id)) return;
  if (x->body.len > INVOKE_RESPONSE_MAX) {
    report_too_large(&e->invoke->payload);
    environment_answered(e, INVOKE_ERROR);
    refuse(x, 413, STR("RequestEntityTooLarge"), STR("Exceeded maximum allowed payload size (6291556 bytes)."));
    return;
  }
  if (outcome == INVOKE_ERROR)
    add_error(e, x->body);
  else
    buf_add(&e->invoke->payload, x->body);
  environment_answered(e, outcome);
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
