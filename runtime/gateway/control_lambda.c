/* Invoke up to the invocation itself: who calls, which function, what kind, which event. */
#include "control_lambda.h"

#include "control_answer.h"
#include "control_invoke.h"
#include "control_signed.h"
#include "encoding.h"
#include "json_check.h"
#include "lambda_target.h"
#include "model_json.h"

enum {
  NAME_BYTES = 4 * 1024,
  MESSAGE_BYTES = 16 * 1024,
  EVENT_BYTES = 1024 * 1024, /* of an asynchronous event (Lambda quotas) */
  CONTEXT_TEXT = INVOKE_CONTEXT_MAX,
  SHOWN = 160 /* bytes of foreign text in a message */
};

#define PLACE STR("/invocations")

/* Refusals, in Lambda's form: {"Type":"User","message":"..."} */

static void refuse(struct control *control, struct exchange *x, int status, const char *type, struct str member,
                   struct str message) {
  struct buf body;
  buf_init(&body, 2 * MESSAGE_BYTES);
  buf_add_char(&body, '{');
  model_json_text(&body, STR("Type"), STR("User"));
  model_json_text(&body, member, message);
  buf_add_char(&body, '}');
  control_note_refusal(control, x, status, type, message);
  control_refuse_with(x, status, type, buf_str(&body));
  buf_free(&body);
}

static bool not_found(struct control *control, struct exchange *x, const struct project *project,
                      const struct lambda_target *target) {
  struct lambda_target shown = { str_slice(target->name, 0, SHOWN), str_slice(target->qualifier, 0, SHOWN), false };
  struct buf message;
  buf_init(&message, MESSAGE_BYTES);
  buf_add(&message, STR("Function not found: "));
  lambda_target_write_arn(&message, project, &shown);
  refuse(control, x, 404, "ResourceNotFoundException", STR("Message"), buf_str(&message));
  buf_free(&message);
  return false;
}

static bool refuse_text(struct control *control, struct exchange *x, int status, const char *type, const char *text,
                        struct str shown) {
  struct buf message;
  buf_init(&message, MESSAGE_BYTES);
  buf_addf(&message, "%s%.*s", text, STR_ARG(str_slice(shown, 0, SHOWN)));
  refuse(control, x, status, type, STR("message"), buf_str(&message));
  buf_free(&message);
  return false;
}

/* The function */

/* "Qualifier" of the query, decoded to `out`. */
static void read_qualifier(struct str query, struct buf *out) {
  for (struct str part, name, value; query.len > 0;) {
    str_cut(query, '&', &part, &query);
    str_cut(part, '=', &name, &value);
    if (str_equal(name, STR("Qualifier"))) uri_decode(out, value);
  }
}

static bool read_function(struct control *control, struct exchange *x, struct str segment,
                          const struct project_function **out) {
  const struct project *project = control_project(control);
  struct buf name, qualifier;
  buf_init(&name, NAME_BYTES);
  buf_init(&qualifier, NAME_BYTES);
  uri_decode(&name, segment);
  read_qualifier(x->query, &qualifier);
  struct lambda_target target = lambda_target_read(project, buf_str(&name));
  *out = NULL;
  if (target.qualifier.len > 0 && qualifier.len > 0 && !str_equal(target.qualifier, buf_str(&qualifier))) {
    refuse_text(control, x, 400, "InvalidParameterValueException",
                "The derived qualifier from the function name does not match the specified qualifier.", STR(""));
  } else {
    if (qualifier.len > 0) target.qualifier = buf_str(&qualifier);
    *out = lambda_target_find(project, &target);
    if (!*out) not_found(control, x, project, &target);
  }
  buf_free(&name);
  buf_free(&qualifier);
  return *out != NULL;
}

/* The kind */

static bool read_kind(struct control *control, struct exchange *x, enum control_invoke_kind *kind) {
  struct str type = field_header(x->headers, STR("X-Amz-Invocation-Type"));
  *kind = CONTROL_INVOKE_RESPONSE;
  if (type.len == 0 || str_equal(type, STR("RequestResponse"))) return true;
  *kind = CONTROL_INVOKE_EVENT;
  if (str_equal(type, STR("Event"))) return true;
  *kind = CONTROL_INVOKE_DRY_RUN;
  if (str_equal(type, STR("DryRun"))) return true;
  return refuse_text(control, x, 400, "InvalidParameterValueException",
                     "X-Amz-Invocation-Type must be RequestResponse, Event or DryRun, not ", type);
}

/* The event */

static bool read_event(struct control *control, struct exchange *x, enum control_invoke_kind kind, struct buf *event) {
  char err[ERR_LEN], text[ERR_LEN];
  size_t most = kind == CONTROL_INVOKE_EVENT ? EVENT_BYTES : INVOKE_EVENT_MAX;
  struct str body = x->body;
  bool cover;
  if (str_starts(body, STR("\xEF\xBB\xBF"))) body = str_slice(body, 3, body.len); /* RFC 8259, section 8.1 */
  if (x->body.len > most) {
    fail(text, "Request must be smaller than %zu bytes for the InvokeFunction operation", most);
    return refuse_text(control, x, 413, "RequestTooLargeException", text, STR(""));
  }
  if (body.len == 0) body = STR("{}"); /* no payload */
  if (!json_check(body, &cover, err))
    return refuse_text(control, x, 400, "InvalidRequestContentException",
                       "Could not parse request body into json: ", str_from(err));
  buf_add(event, body);
  return true;
}

/* In JSON line breaks and tabs can only be white space; in a header they cannot be. */
static void put_on_one_line(struct buf *text) {
  for (size_t i = 0; i < text->len; i++)
    if ((unsigned char)text->ptr[i] < ' ') text->ptr[i] = ' ';
}

/* For synchronous invocations only, as on AWS. */
static bool read_context(struct control *control, struct exchange *x, enum control_invoke_kind kind,
                         struct buf *context) {
  struct str given = field_header(x->headers, STR("X-Amz-Client-Context"));
  char err[ERR_LEN];
  bool cover;
  if (given.len == 0 || kind != CONTROL_INVOKE_RESPONSE) return true;
  if (given.len > CONTEXT_TEXT)
    return refuse_text(control, x, 400, "InvalidRequestContentException", "Client context must have at most 3583 bytes",
                       STR(""));
  if (!base64_decode(context, given) || !json_check(buf_str(context), &cover, err))
    return refuse_text(control, x, 400, "InvalidRequestContentException",
                       "Client context must be a valid Base64-encoded JSON object.", STR(""));
  put_on_one_line(context);
  return true;
}

/* Invoke */

static void invoke(struct control *control, struct exchange *x, struct str segment) {
  const struct project_function *function;
  enum control_invoke_kind kind;
  struct invoke *in = NULL;
  if (!read_function(control, x, segment, &function) || !read_kind(control, x, &kind)) return;
  in = invoke_new();
  if (!in) {
    control_refuse(x, 500, "ServiceException", STR("out of memory"));
    return;
  }
  in->keeps_log =
      kind == CONTROL_INVOKE_RESPONSE && str_equal(field_header(x->headers, STR("X-Amz-Log-Type")), STR("Tail"));
  if (read_event(control, x, kind, &in->event) && read_context(control, x, kind, &in->client_context))
    control_invoke(control, x, &(struct control_invocation){ kind, function, in });
  else
    invoke_delete(in);
}

static void refuse_operation(struct control *control, struct exchange *x) {
  static const struct str why = { "Of Lambda's API there is only Invoke here", 41 };
  control_note_refusal(control, x, 404, "UnknownOperationException", why);
  control_refuse(x, 404, "UnknownOperationException", why);
}

void control_lambda_request(struct control *control, struct exchange *x, struct str rest) {
  if (!control_is_signed(control, x, control->options.service->region, STR("lambda"))) return;
  if (str_equal(x->method, STR("POST")) && str_ends(rest, PLACE))
    invoke(control, x, str_slice(rest, 0, rest.len - PLACE.len));
  else
    refuse_operation(control, x);
}
