/* fuzz_model.c -- libFuzzer: a whole life of a connection, with every text from outside at will.
 * What the model writes is JSON in UTF-8, a message arrives as it was sent and never at $connect or $disconnect, only a
 * sound result opens a connection, and at the end nothing is left.
 * The policy of an authorizer lets nobody in unless it says "Allow", and its context comes as flat texts.
 * Input: fields separated by bytes FE: message, result of a function, path of @connections, body of it, expression,
 * path and query of the request to connect, name and value of a header, the same of another one, reason of the close,
 * result of an authorizer.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "encoding.h"
#include "json.h"
#include "model.h"
#include "model_authorization.h"
#include "utf8.h"

#define CONNECTION_ID "BFaT_fALIAMCKug="

enum { NOW = 1000 };

struct input {
  struct str message, result, manage_path, manage_body, expression, path, query;
  struct field headers[2];
  struct str reason, authorization;
};

static const struct model_route routes[] = {
  { STR("$connect"), 0, false }, { STR("$disconnect"), 1, false }, { STR("chat"), 2, false }, { STR("ask"), 3, true },
  { STR("1"), 4, true },         { STR("$default"), 5, true },
};

static void must(bool condition) {
  if (!condition) abort();
}

static void must_be_json(struct str text) {
  struct arena memory = { 0 };
  const struct json *root;
  must(utf8_prefix(text) == text.len);
  must(json_parse(&memory, text, &root, NULL));
  arena_free(&memory);
}

static struct model_moment moment(void) {
  return (struct model_moment){ .now_ms = NOW,
                                .connection_id = CONNECTION_ID,
                                .message_id = "BFaVtfGSIAMCKug=",
                                .request_id = "BFaVtH2HoAMFZEQ=",
                                .trace_id = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700" };
}

static struct str take_field(struct str *bytes) {
  struct str field;
  str_cut(*bytes, (char)0xFE, &field, bytes);
  return field;
}

static void read_input(struct input *in, struct str bytes) {
  in->message = take_field(&bytes);
  in->result = take_field(&bytes);
  in->manage_path = take_field(&bytes);
  in->manage_body = take_field(&bytes);
  in->expression = take_field(&bytes);
  in->path = take_field(&bytes);
  in->query = take_field(&bytes);
  for (size_t i = 0; i < 2; i++) {
    in->headers[i].name = take_field(&bytes);
    in->headers[i].value = take_field(&bytes);
  }
  in->reason = take_field(&bytes);
  in->authorization = take_field(&bytes);
}

static struct model *model_from(const struct input *in) {
  struct model_api api = { .api_id = STR("abcd123456"),
                           .region = STR("us-east-1"),
                           .account_id = STR("123456789012"),
                           .stage = STR("dev"),
                           .domain_name = STR("abcd123456.execute-api.us-east-1.amazonaws.com"),
                           .route_selection_expression = in->expression,
                           .routes = routes,
                           .route_count = sizeof routes / sizeof *routes };
  char err[ERR_LEN] = "";
  struct model *model = model_new(&api, err);
  must(model || err[0]);
  if (model) return model;
  api.route_selection_expression = STR("$request.body.action");
  return model_new(&api, err);
}

/* Asks for a connection and answers with the result, then, when that refused, with a sound one. */
static void connect_client(struct model *model, const struct input *in, struct model_step *step) {
  struct model_moment at = moment();
  struct model_request request = { in->path, in->query, { in->headers, 2 }, STR("192.0.2.1") };
  struct str answers[] = { in->result, STR("{\"statusCode\":200}") };
  for (size_t i = 0; i < 2; i++) {
    model_connect(model, &request, &at, step);
    must_be_json(buf_str(&step->bytes));
    must(step->action == (model_connection_count(model) == 1 ? MODEL_INVOKE : MODEL_REFUSE));
    if (step->action == MODEL_REFUSE) request.path = STR("/dev");
    if (step->action == MODEL_REFUSE) model_connect(model, &request, &at, step);
    model_answered(model, &step->call, MODEL_RESULT, answers[i], step);
    must(ascii_is_visible(buf_str(&step->protocol)));
    if (step->action == MODEL_ACCEPT) return;
    must(step->action == MODEL_REFUSE && step->status >= 300 && step->status <= 599);
    must_be_json(buf_str(&step->bytes));
    must(model_connection_count(model) == 0);
  }
  must(false);
}

static void check_message_event(struct str event, struct str sent) {
  struct arena memory = { 0 };
  const struct json *root;
  must(json_parse(&memory, event, &root, NULL));
  struct str key = json_member_text(json_member(root, STR("requestContext")), STR("routeKey"));
  must(!str_equal(key, STR("$connect")) && !str_equal(key, STR("$disconnect")));
  if (utf8_prefix(sent) == sent.len) must(str_equal(json_member_text(root, STR("body")), sent));
  arena_free(&memory);
}

static void send_message(struct model *model, const struct input *in, struct model_step *step) {
  struct model_moment at = moment();
  model_message(model, STR(CONNECTION_ID), in->message, &at, step);
  must(step->action == MODEL_INVOKE);
  must_be_json(buf_str(&step->bytes));
  check_message_event(buf_str(&step->bytes), in->message);
  bool two_way = step->call.route->two_way;
  struct model_call call = step->call;
  model_answered(model, &call, MODEL_FAILED, in->result, step);
  must(step->action == MODEL_SEND);
  must_be_json(buf_str(&step->bytes));
  struct str frame = STR("{\"message\": \"Internal server error\"");
  model_answered(model, &call, MODEL_RESULT, in->result, step);
  must(step->action == MODEL_SEND || (!two_way && step->action == MODEL_NOTHING));
  if (step->action == MODEL_SEND && !two_way) must(str_starts(buf_str(&step->bytes), frame) && step->note[0]);
}

/* Returns whether the connection is to be closed. */
static bool manage(struct model *model, const struct input *in, const char *method) {
  struct model_manage request = { str_from(method), in->manage_path, in->manage_body };
  struct model_manage_answer answer;
  model_manage(model, &request, &answer);
  if (answer.body.len > 0) must_be_json(buf_str(&answer.body));
  bool closed = answer.action == MODEL_MANAGE_CLOSE, sent = answer.action == MODEL_MANAGE_SEND;
  must((answer.connection != NULL) == (closed || sent));
  must((answer.error_type != NULL) == (answer.status >= 400) && (answer.status == 204) == closed);
  must(answer.status == 403 || model_is_management(in->manage_path));
  model_manage_answer_free(&answer);
  return closed;
}

static void must_be_flat_texts(struct str text) {
  struct arena memory = { 0 };
  const struct json *root;
  struct json_item object, item;
  must(utf8_prefix(text) == text.len && json_parse(&memory, text, &root, NULL));
  json_read(root, &object);
  must(object.type == JSON_OBJECT && json_member(root, STR("principalId")) == object.first);
  for (const struct json *at = object.first; at; at = item.next) {
    json_read(at, &item);
    must(item.type == JSON_STRING);
  }
  arena_free(&memory);
}

static void authorize(struct str result) {
  struct arena memory = { 0 };
  struct buf authorizer;
  enum model_verdict verdict;
  char err[ERR_LEN] = "";
  buf_init(&authorizer, MODEL_AUTHORIZER_MAX);
  bool ok = model_authorization_read(&verdict, &authorizer, &memory, result,
                                     STR("arn:aws:execute-api:us-east-1:123456789012:abcd123456/dev/$connect"), err);
  must(ok || (err[0] && verdict == MODEL_NO_MATCH));
  if (ok) must_be_flat_texts(buf_str(&authorizer));
  if (verdict == MODEL_ALLOW)
    must(str_find(result, STR("llow"), 0) != SIZE_MAX || str_find(result, STR("\\u"), 0) != SIZE_MAX);
  buf_free(&authorizer);
  arena_free(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct input in;
  struct model_step step = { 0 };
  struct model_moment at = moment();
  read_input(&in, str_of((const char *)data, size));
  authorize(in.authorization);
  struct model *model = model_from(&in);
  connect_client(model, &in, &step);
  send_message(model, &in, &step);
  manage(model, &in, "GET");
  manage(model, &in, "POST");
  if (manage(model, &in, "DELETE")) {
    must(!manage(model, &in, "DELETE"));
    model_message(model, STR(CONNECTION_ID), in.message, &at, &step);
    must(step.action == MODEL_NOTHING);
  }
  model_closed(model, STR(CONNECTION_ID), 1000, in.reason, &at, &step);
  must(step.action == MODEL_INVOKE && model_connection_count(model) == 0);
  must_be_json(buf_str(&step.bytes));
  model_step_free(&step);
  model_delete(model);
  return 0;
}
