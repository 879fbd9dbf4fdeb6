/* model: what a function returned, and what becomes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "model_fixture.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define INTERNAL_BODY "{\"message\": \"Internal server error\"}"
#define R502 MODEL_REFUSE, 502, INTERNAL_BODY

static const struct {
  struct str result;
  enum model_action action;
  int status;
  const char *bytes_or_protocol; /* of REFUSE, of ACCEPT */
  const char *note;              /* somewhere in it; NULL: there is none */
} connects[] = {
  { STR("{\"statusCode\":200}"), MODEL_ACCEPT, 200, "", NULL },
  { STR("{\"statusCode\":201,\"body\":\"x\",\"isBase64Encoded\":false}"), MODEL_ACCEPT, 201, "", NULL },
  { STR("{\"statusCode\":299}"), MODEL_ACCEPT, 299, "", NULL },
  { STR("{\"statusCode\":2e2}"), MODEL_ACCEPT, 200, "", NULL },
  { STR("{\"statusCode\":\"200\"}"), MODEL_ACCEPT, 200, "", NULL },
  { STR("{\"statusCode\":200,\"headers\":null,\"multiValueHeaders\":null,\"body\":null,\"isBase64Encoded\":null}"),
    MODEL_ACCEPT, 200, "", NULL },
  /* the subprotocol */
  { STR("{\"statusCode\":200,\"headers\":{\"Sec-WebSocket-Protocol\":\"chat.v1\"}}"), MODEL_ACCEPT, 200, "chat.v1",
    NULL },
  { STR("{\"statusCode\":200,\"headers\":{\"sec-websocket-PROTOCOL\":\"a\",\"x\":1,\"y\":true,\"z\":null}}"),
    MODEL_ACCEPT, 200, "a", NULL },
  { STR("{\"statusCode\":200,\"multiValueHeaders\":{\"Sec-Websocket-Protocol\":[\"a\",\"b\"],\"x\":null}}"),
    MODEL_ACCEPT, 200, "b", NULL },
  { STR("{\"statusCode\":200,\"multiValueHeaders\":{\"Sec-WebSocket-Protocol\":[\"b\"]},\"headers\":{"
        "\"Sec-WebSocket-Protocol\":\"a\"}}"),
    MODEL_ACCEPT, 200, "a", NULL },
  { STR("{\"statusCode\":200,\"headers\":{\"Sec-WebSocket-Protocol\":1}}"), MODEL_ACCEPT, 200, "", NULL },
  { STR("{\"statusCode\":200,\"headers\":{\"Sec-WebSocket-Protocol\":\"a\\r\\nSet-Cookie: b\"}}"), R502,
    "Sec-WebSocket-Protocol must be the name of one subprotocol" },
  { STR("{\"statusCode\":200,\"headers\":{\"Sec-WebSocket-Protocol\":\"a, b\"}}"), R502, "one subprotocol" },
  { STR("{\"statusCode\":200,\"headers\":{\"Sec-WebSocket-Protocol\":\"a\\u0000\"}}"), R502, "one subprotocol" },
  /* refused by the function: its status, our body */
  { STR("{\"statusCode\":401,\"body\":\"secret\",\"headers\":{\"Sec-WebSocket-Protocol\":\"a\"}}"), MODEL_REFUSE, 401,
    "{\"message\":\"Unauthorized\"}", "refused with" },
  { STR("{\"statusCode\":400}"), MODEL_REFUSE, 400, "{\"message\":\"Bad Request\"}", "refused with" },
  { STR("{\"statusCode\":403}"), MODEL_REFUSE, 403, "{\"message\":\"Forbidden\"}", "refused with" },
  { STR("{\"statusCode\":404}"), MODEL_REFUSE, 404, "{\"message\":\"Not Found\"}", "refused with" },
  { STR("{\"statusCode\":429}"), MODEL_REFUSE, 429, "{\"message\":\"Too Many Requests\"}", "refused with" },
  { STR("{\"statusCode\":500}"), MODEL_REFUSE, 500, "{\"message\":\"Internal server error\"}", "refused with" },
  { STR("{\"statusCode\":503}"), MODEL_REFUSE, 503, "{\"message\":\"Service Unavailable\"}", "refused with" },
  { STR("{\"statusCode\":\"301\"}"), MODEL_REFUSE, 301, "{\"message\":\"Connection refused\"}", "refused with" },
  { STR("{\"statusCode\":501}"), MODEL_REFUSE, 501, "{\"message\":\"Connection refused\"}", "refused with" },
  { STR("{\"statusCode\":599}"), MODEL_REFUSE, 599, "{\"message\":\"Connection refused\"}", "refused with" },
  { STR("{\"statusCode\":101}"), R502, "statusCode 101 cannot end a handshake" },
  /* nothing, or malformed */
  { STR("null"), R502,
    "the function returned null: API Gateway refuses with 502; return { statusCode = 200 } to accept" },
  { STR(""), R502, "the function returned nothing: API Gateway refuses with 502; return" },
  { STR("{}"), R502, "the result has no statusCode" },
  { STR("{\"statusCode\":null}"), R502, "the result has no statusCode" },
  { STR("{\"StatusCode\":200}"), R502, "unknown key \"StatusCode\"" },
  { STR("{\"statusCode\":200,\"ConnectionId\":\"x\",\"Data\":1}"), R502, "unknown key \"ConnectionId\"" },
  { STR("{\"statusCode\":200,\"cookies\":[]}"), R502, "unknown key \"cookies\"" },
  { STR("{\"statusCode\":200,\"cookies\":null}"), R502, "unknown key \"cookies\"" },
  { STR("{\"statusCode\":true}"), R502, "statusCode must be a number: API Gateway refuses with 502" },
  { STR("{\"statusCode\":\"ok\"}"), R502, "statusCode must be a number" },
  { STR("{\"statusCode\":\" 20\"}"), R502, "a whole number from 100 to 599" },
  { STR("{\"statusCode\":\"999\"}"), R502, "a whole number from 100 to 599" },
  { STR("{\"statusCode\":200.5}"), R502, "a whole number from 100 to 599" },
  { STR("{\"statusCode\":99}"), R502, "a whole number from 100 to 599" },
  { STR("{\"statusCode\":599.5}"), R502, "a whole number from 100 to 599" },
  { STR("{\"statusCode\":600}"), R502, "a whole number from 100 to 599" },
  { STR("{\"statusCode\":-200}"), R502, "a whole number from 100 to 599" },
  { STR("{\"statusCode\":1e300}"), R502, "a whole number from 100 to 599" },
  { STR("{\"statusCode\":200,\"body\":{}}"), R502, "body must be a string" },
  { STR("{\"statusCode\":200,\"body\":1}"), R502, "body must be a string" },
  { STR("{\"statusCode\":200,\"headers\":[]}"), R502, "headers must be an object" },
  { STR("{\"statusCode\":200,\"headers\":{\"a\":[]}}"), R502, "the header a must be a string" },
  { STR("{\"statusCode\":200,\"multiValueHeaders\":\"a\"}"), R502, "multiValueHeaders must be an object" },
  { STR("{\"statusCode\":200,\"multiValueHeaders\":{\"a\":\"b\"}}"), R502, "multiValueHeaders.a must be an array" },
  { STR("{\"statusCode\":200,\"multiValueHeaders\":{\"a\":[{}]}}"), R502, "multiValueHeaders.a must hold strings" },
  { STR("{\"statusCode\":200,\"isBase64Encoded\":\"true\"}"), R502, "isBase64Encoded must be true or false" },
  { STR("{\"statusCode\":200,\"isBase64Encoded\":true,\"body\":\"*\"}"), R502, "body is not base64" },
  { STR("200"), R502, "the result is not an object with a statusCode" },
  { STR("true"), R502, "not an object" },
  { STR("\"ok\""), R502, "not an object" },
  { STR("[{\"statusCode\":200}]"), R502, "not an object" },
  { STR("{\"statusCode\":200"), R502, "the result is not JSON: line 1" },
};

static void expect_note(const char *name, const char *note, const char *want) {
  if (want ? !strstr(note, want) : note[0] != '\0') fail_msg("%s: the note is %s", name, note);
}

static void connect_results(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(connects); i++) {
    struct model *model = model_with(ROUTES_ALL);
    struct model_step step = { 0 };
    const char *name = connects[i].result.ptr;
    model_ask(model, &step);
    model_answered(model, &step.call, MODEL_RESULT, connects[i].result, &step);
    if (step.action != connects[i].action || step.status != connects[i].status)
      fail_msg("%s: action %d, status %d", name, step.action, step.status);
    bool accepted = step.action == MODEL_ACCEPT;
    expect_bytes(name, buf_str(accepted ? &step.protocol : &step.bytes), str_from(connects[i].bytes_or_protocol));
    expect_note(name, step.note, connects[i].note);
    assert_int_equal(model_connection_count(model), accepted ? 1 : 0);
    assert_string_equal(step.call.connection_id, CONNECTION_ID);
    model_step_free(&step);
    model_delete(model);
  }
}

/* Whether and how often the function has told the client itself is known to who answers. */
static void a_failing_status_and_what_the_client_got(void **state) {
  static const struct {
    int told;
    const char *note;
  } cases[] = { { 0, "statusCode 400: API Gateway tells the client nothing of it, the route is one-way" },
                { 1, "statusCode 400: the function itself has sent the client 1 message meanwhile" },
                { 7, "statusCode 400: the function itself has sent the client 7 messages meanwhile" } };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct model *model = model_with(ROUTES_ALL);
    struct model_step step = { 0 };
    model_open(model);
    model_say(model, STR("x"), &step);
    step.call.told = cases[i].told;
    model_answered(model, &step.call, MODEL_RESULT, STR("{\"statusCode\":400}"), &step);
    assert_int_equal(step.action, MODEL_NOTHING);
    assert_string_equal(step.note, cases[i].note);
    model_step_free(&step);
    model_delete(model);
  }
}

#define ASK "{\"action\":\"ask\"}"
#define ERROR_FRAME MODEL_SEND, INTERNAL_FRAME

static const struct {
  struct str message, result;
  enum model_action action;
  const char *bytes, *note;
} messages[] = {
  /* one-way: nothing, whatever the status */
  { STR("x"), STR("{\"statusCode\":200}"), MODEL_NOTHING, "", NULL },
  { STR("x"), STR("{\"statusCode\":500}"), MODEL_NOTHING, "",
    "statusCode 500: API Gateway tells the client nothing of it, the route is one-way" },
  { STR("x"), STR("{\"statusCode\":101}"), MODEL_NOTHING, "", NULL },
  { STR("x"), STR("{\"statusCode\":200,\"body\":\"\"}"), MODEL_NOTHING, "", NULL },
  { STR("x"), STR("{\"statusCode\":200,\"body\":\"hi\"}"), MODEL_NOTHING, "", "the body is not sent" },
  /* two-way: the body, whatever the status */
  { STR(ASK), STR("{\"statusCode\":200,\"body\":\"hi\"}"), MODEL_SEND, "hi", NULL },
  { STR(ASK), STR("{\"statusCode\":500,\"body\":\"{\\\"a\\\":1}\"}"), MODEL_SEND, "{\"a\":1}", NULL },
  { STR(ASK), STR("{\"statusCode\":200}"), MODEL_SEND, "", NULL },
  { STR(ASK), STR("{\"statusCode\":200,\"body\":null}"), MODEL_SEND, "", NULL },
  { STR(ASK), STR("{\"statusCode\":200,\"body\":\"aMOpIQ==\",\"isBase64Encoded\":true}"), MODEL_SEND, "h\xC3\xA9!",
    NULL },
  { STR(ASK), STR("{\"statusCode\":200,\"isBase64Encoded\":true}"), MODEL_SEND, "", NULL },
  { STR(ASK), STR("{\"statusCode\":200,\"body\":\"/w==\",\"isBase64Encoded\":true}"), MODEL_SEND, "\xFF",
    "the body is not UTF-8" },
  /* error frames, on either kind of route */
  { STR("x"), STR("null"), ERROR_FRAME,
    "the function returned null: API Gateway sends an error frame; return { statusCode = 200 }" },
  { STR("x"), STR(""), ERROR_FRAME, "the function returned nothing" },
  { STR("x"), STR("{}"), ERROR_FRAME, "the result has no statusCode: API Gateway sends an error frame" },
  { STR("x"), STR("\"ok\""), ERROR_FRAME, "not an object" },
  { STR("x"), STR("{\"statusCode\":200,\"ConnectionId\":\"x\",\"Data\":\"y\"}"), ERROR_FRAME, "\"ConnectionId\"" },
  { STR("x"), STR("{\"statusCode\":200,\"body\":{}}"), ERROR_FRAME, "body must be a string" },
  { STR(ASK), STR("null"), ERROR_FRAME, "null" },
  { STR(ASK), STR("{\"statusCode\":200,\"body\":\"hi\",\"x\":1}"), ERROR_FRAME, "unknown key \"x\"" },
  { STR(ASK), STR("{\"statusCode\":200,\"body\":\"/\",\"isBase64Encoded\":true}"), ERROR_FRAME, "not base64" },
};

static void message_results(void **state) {
  struct model *model = model_with(ROUTES_ALL);
  struct model_step step = { 0 };
  (void)state;
  model_open(model);
  for (size_t i = 0; i < COUNT(messages); i++) {
    const char *name = messages[i].result.ptr;
    model_say(model, messages[i].message, &step);
    model_answered(model, &step.call, MODEL_RESULT, messages[i].result, &step);
    if (step.action != messages[i].action) fail_msg("%s: action %d", name, step.action);
    expect_bytes(name, buf_str(&step.bytes), str_from(messages[i].bytes));
    expect_note(name, step.note, messages[i].note);
    assert_string_equal(step.call.connection_id, CONNECTION_ID);
  }
  model_step_free(&step);
  model_delete(model);
}

static void failures(void **state) {
  static const struct {
    enum model_outcome outcome;
    int status;
    const char *body, *frame;
  } cases[] = {
    { MODEL_FAILED, 502, INTERNAL_BODY, INTERNAL_FRAME },
    { MODEL_TIMED_OUT, 504, "{\"message\":\"Endpoint request timed out\"}", TIMED_OUT_FRAME },
    { MODEL_THROTTLED, 429, "{\"message\":\"Too Many Requests\"}", THROTTLED_FRAME },
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct model *model = model_with(ROUTES_ALL);
    struct model_step step = { 0 };
    struct str report = STR("{\"errorType\":\"Runtime\",\"errorMessage\":\"x\",\"statusCode\":200}");
    model_ask(model, &step);
    model_answered(model, &step.call, cases[i].outcome, report, &step);
    assert_int_equal(step.action, MODEL_REFUSE);
    assert_int_equal(step.status, cases[i].status);
    expect_bytes("body", buf_str(&step.bytes), str_from(cases[i].body));
    model_open(model);
    model_say(model, STR("x"), &step);
    model_answered(model, &step.call, cases[i].outcome, report, &step);
    assert_int_equal(step.action, MODEL_SEND);
    expect_bytes("frame", buf_str(&step.bytes), str_from(cases[i].frame));
    assert_int_equal(model_connection_count(model), 1);
    model_step_free(&step);
    model_delete(model);
  }
}

/* A name of a megabyte; a note is one sentence. */
static void a_long_unknown_key_is_cut(void **state) {
  struct model *model = model_with(ROUTES_ALL);
  struct model_step step = { 0 };
  struct buf result;
  (void)state;
  buf_init(&result, 2 * 1024 * 1024);
  buf_add(&result, STR("{\"statusCode\":200,\""));
  for (int i = 0; i < 1024 * 1024; i++) buf_add_char(&result, 'k');
  buf_add(&result, STR("\":1}"));
  model_open(model);
  model_say(model, STR("x"), &step);
  model_answered(model, &step.call, MODEL_RESULT, buf_str(&result), &step);
  expect_note("long", step.note,
              "kkk\" (statusCode, headers, multiValueHeaders, body and isBase64Encoded are known): API "
              "Gateway sends an error frame");
  buf_free(&result);
  model_step_free(&step);
  model_delete(model);
}

static void without_a_route_a_message_is_forbidden(void **state) {
  static const struct {
    struct str text;
    const char *note;
  } cases[] = {
    { STR("{\"action\":\"nope\"}"), "the route \"nope\"" },
    { STR("hello"), "selects no route with $request.body.action" },
    { STR("{\"action\":\"$connect\"}"), "\"$connect\"" },
    { STR("{\"action\":\"$default\"}"), "\"$default\"" },
    { STR("{\"action\":\"$disconnect\"}"), "$disconnect\"" },
    { STR(""), "selects no route" },
  };
  struct model *model = model_with(ROUTES_ALL & ~ROUTE_DEFAULT);
  struct model_step step = { 0 };
  (void)state;
  model_open(model);
  for (size_t i = 0; i < COUNT(cases); i++) {
    model_say(model, cases[i].text, &step);
    assert_int_equal(step.action, MODEL_SEND);
    assert_string_equal(step.call.connection_id, CONNECTION_ID);
    expect_bytes(cases[i].text.ptr, buf_str(&step.bytes), STR(FORBIDDEN_FRAME));
    if (!strstr(step.note, cases[i].note)) fail_msg("%s", step.note);
  }
  model_step_free(&step);
  model_delete(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(without_a_route_a_message_is_forbidden),
    cmocka_unit_test(connect_results),
    cmocka_unit_test(message_results),
    cmocka_unit_test(a_failing_status_and_what_the_client_got),
    cmocka_unit_test(failures),
    cmocka_unit_test(a_long_unknown_key_is_cut),
  };
  return cmocka_run_group_tests_name("model_result", tests, NULL, NULL);
}
