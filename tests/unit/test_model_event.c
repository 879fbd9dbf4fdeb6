/* model: the events that functions get, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_fixture.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define HEADERS_MAX 8

/* Behind the client's headers. */
#define OURS                                                                                                           \
  "\"X-Amzn-Trace-Id\":\"Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700\",\"X-Forwarded-For\":\"192.0.2.1\","                \
  "\"X-Forwarded-Port\":\"443\",\"X-Forwarded-Proto\":\"https\"}"
#define OURS_MANY                                                                                                      \
  "\"X-Amzn-Trace-Id\":[\"Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700\"],\"X-Forwarded-For\":[\"192.0.2.1\"],"            \
  "\"X-Forwarded-Port\":[\"443\"],\"X-Forwarded-Proto\":[\"https\"]}"
#define HOST "\"Host\":\"" DOMAIN "\","
#define HOST_MANY "\"Host\":[\"" DOMAIN "\"],"

#define CONTEXT(identity)                                                                                              \
  "\"requestContext\":{\"routeKey\":\"$connect\",\"eventType\":\"CONNECT\",\"extendedRequestId\":\"" REQUEST_ID        \
  "\",\"requestTime\":\"11/Nov/2024:13:45:35 +0000\",\"messageDirection\":\"IN\",\"stage\":\"dev\",\"connectedAt\":"   \
  "1731332735513,\"requestTimeEpoch\":1731332735513,\"identity\":{" identity                                           \
  "\"sourceIp\":\"192.0.2.1\"},\"requestId\":\"" REQUEST_ID "\",\"domainName\":\"" DOMAIN                              \
  "\",\"connectionId\":\"" CONNECTION_ID "\",\"apiId\":\"abcd123456\"},\"isBase64Encoded\":false}"

#define FIELD(name, value)                                                                                             \
  { STR(name), STR(value) }

static const struct {
  const char *name;
  struct field headers[HEADERS_MAX];
  struct str query, want;
} connects[] = {
  { "no headers",
    { { { NULL, 0 }, { NULL, 0 } } },
    STR(""),
    STR("{\"headers\":{" HOST OURS ",\"multiValueHeaders\":{" HOST_MANY OURS_MANY "," CONTEXT("")) },
  { "a browser",
    { FIELD("Host", "127.0.0.1:3001"), FIELD("User-Agent", "Mozilla/5.0"), FIELD("Sec-WebSocket-Key", "abc=="),
      FIELD("Connection", "Upgrade"), FIELD("upgrade", "websocket") },
    STR(""),
    STR("{\"headers\":{" HOST "\"User-Agent\":\"Mozilla/5.0\",\"Sec-WebSocket-Key\":\"abc==\"," OURS
        ",\"multiValueHeaders\":{" HOST_MANY
        "\"User-Agent\":[\"Mozilla/5.0\"],\"Sec-WebSocket-Key\":[\"abc==\"]," OURS_MANY
        "," CONTEXT("\"userAgent\":\"Mozilla/5.0\",")) },
  { "what concerns the connection, or is ours",
    { FIELD("keep-alive", "1"), FIELD("TE", "x"), FIELD("trailer", "x"), FIELD("proxy-connection", "x"),
      FIELD("content-length", "0"), FIELD("transfer-encoding", "chunked"), FIELD("x-forwarded-proto", "http"),
      FIELD("x-amzn-trace-id", "Root=0") },
    STR(""),
    STR("{\"headers\":{" HOST OURS ",\"multiValueHeaders\":{" HOST_MANY OURS_MANY "," CONTEXT("")) },
  { "the client's spelling and place; two hosts; an empty user agent",
    { FIELD("x-A", "1"), FIELD("hoST", "a"), FIELD("Host", "b"), FIELD("User-Agent", "") },
    STR(""),
    STR("{\"headers\":{\"x-A\":\"1\",\"hoST\":\"" DOMAIN "\",\"User-Agent\":\"\"," OURS
        ",\"multiValueHeaders\":{\"x-A\":[\"1\"],\"hoST\":[\"" DOMAIN "\"],\"User-Agent\":[\"\"]," OURS_MANY
        "," CONTEXT("")) },
  { "repeated headers",
    { FIELD("X-B", "1"), FIELD("x-a", "2"), FIELD("x-b", "3"), FIELD("x-c", "4"), FIELD("X-B", "5") },
    STR(""),
    STR("{\"headers\":{" HOST "\"X-B\":\"5\",\"x-a\":\"2\",\"x-c\":\"4\"," OURS ",\"multiValueHeaders\":{" HOST_MANY
        "\"X-B\":[\"1\",\"3\",\"5\"],\"x-a\":[\"2\"],\"x-c\":[\"4\"]," OURS_MANY "," CONTEXT("")) },
  { "bytes that are not UTF-8, and what needs escapes",
    { FIELD("X-\xFF", "\xC3\x28\"\\\n\x01"), FIELD("X-E", "\xC3\xA9\xED\xA0\x80") },
    STR(""),
    STR("{\"headers\":{" HOST
        "\"X-\xEF\xBF\xBD\":\"\xEF\xBF\xBD(\\\"\\\\\\n\\u0001\",\"X-E\":\"\xC3\xA9\xEF\xBF\xBD\xEF"
        "\xBF\xBD\xEF\xBF\xBD\"," OURS ",\"multiValueHeaders\":{" HOST_MANY
        "\"X-\xEF\xBF\xBD\":[\"\xEF\xBF\xBD(\\\"\\\\\\n\\u0001\"],\"X-E\":["
        "\"\xC3\xA9\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"]," OURS_MANY "," CONTEXT("")) },
  { "a proxy in front",
    { FIELD("X-Forwarded-For", "203.0.113.5"), FIELD("x-forwarded-for", "198.51.100.7"), FIELD("X-Forwarded-For", "") },
    STR(""),
    STR("{\"headers\":{" HOST "\"X-Amzn-Trace-Id\":\"Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700\",\"X-Forwarded-For\":"
        "\"203.0.113.5, 198.51.100.7, 192.0.2.1\",\"X-Forwarded-Port\":\"443\",\"X-Forwarded-Proto\":\"https\"},"
        "\"multiValueHeaders\":{" HOST_MANY
        "\"X-Amzn-Trace-Id\":[\"Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700\"],\"X-Forwarded-For\":"
        "[\"203.0.113.5, 198.51.100.7, "
        "192.0.2.1\"],\"X-Forwarded-Port\":[\"443\"],\"X-Forwarded-Proto\":[\"https\"]}," CONTEXT("")) },
#define BARE "{\"headers\":{" HOST OURS ",\"multiValueHeaders\":{" HOST_MANY OURS_MANY ","
  { "a query",
    { { { NULL, 0 }, { NULL, 0 } } },
    STR("token=a%3Db%26c+d%2B&b=2&B=3&b=4&flag&=x&&%zz=%"),
    STR(BARE
        "\"queryStringParameters\":{\"token\":\"a=b&c d+\",\"b\":\"4\",\"B\":\"3\",\"flag\":\"\",\"\":\"x\",\"%zz\":"
        "\"%\"},\"multiValueQueryStringParameters\":{\"token\":[\"a=b&c d+\"],\"b\":[\"2\",\"4\"],\"B\":[\"3\"],"
        "\"flag\":[\"\"],\"\":[\"x\"],\"%zz\":[\"%\"]}," CONTEXT("")) },
  { "a query of nothing", { { { NULL, 0 }, { NULL, 0 } } }, STR("&&"), STR(BARE CONTEXT("")) },
  { "a query that is not UTF-8",
    { { { NULL, 0 }, { NULL, 0 } } },
    STR("%C3%A9=%FF%00"),
    STR(BARE "\"queryStringParameters\":{\"\xC3\xA9\":\"\xEF\xBF\xBD\\u0000\"},\"multiValueQueryStringParameters\":{"
             "\"\xC3\xA9\":[\"\xEF\xBF\xBD\\u0000\"]}," CONTEXT("")) },
};

static void connect_events(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(connects); i++) {
    struct model *model = model_with(ROUTES_ALL);
    struct model_step step = { 0 };
    struct model_moment at = model_at(CONNECTED_MS);
    struct model_request request = { STR("/dev"), connects[i].query, { connects[i].headers, 0 }, STR("192.0.2.1") };
    while (request.headers.count < HEADERS_MAX && connects[i].headers[request.headers.count].name.ptr)
      request.headers.count++;
    model_connect(model, &request, &at, &step);
    assert_int_equal(step.action, MODEL_INVOKE);
    assert_int_equal(step.call.kind, MODEL_CONNECT);
    assert_int_equal(step.call.route->function, 0);
    assert_string_equal(step.call.connection_id, CONNECTION_ID);
    assert_string_equal(step.call.request_id, REQUEST_ID);
    expect_json(connects[i].name, buf_str(&step.bytes));
    expect_bytes(connects[i].name, buf_str(&step.bytes), connects[i].want);
    model_step_free(&step);
    model_delete(model);
  }
}

#define MESSAGE(route, body)                                                                                           \
  "{\"requestContext\":{\"routeKey\":\"" route "\",\"messageId\":\"" MESSAGE_ID                                        \
  "\",\"eventType\":\"MESSAGE\",\"extendedRequestId\":\"" REQUEST_ID                                                   \
  "\",\"requestTime\":\"11/Nov/2024:13:45:46 +0000\",\"messageDirection\":\"IN\",\"stage\":\"dev\",\"connectedAt\":"   \
  "1731332735513,\"requestTimeEpoch\":1731332746514,\"identity\":{\"sourceIp\":\"192.0.2.1\"},\"requestId\":"          \
  "\"" REQUEST_ID "\",\"domainName\":\"" DOMAIN "\",\"connectionId\":\"" CONNECTION_ID                                 \
  "\",\"apiId\":\"abcd123456\"},\"body\":\"" body "\",\"isBase64Encoded\":false}"

static void message_events(void **state) {
  static const struct {
    struct str text;
    size_t function;
    struct str want;
  } cases[] = {
    { STR("{\"action\":\"chat\"}"), 2, STR(MESSAGE("chat", "{\\\"action\\\":\\\"chat\\\"}")) },
    { STR("{\"action\":\"ask\"}"), 3, STR(MESSAGE("ask", "{\\\"action\\\":\\\"ask\\\"}")) },
    { STR("hello"), 4, STR(MESSAGE("$default", "hello")) },
    { STR(""), 4, STR(MESSAGE("$default", "")) },
    { STR("{\"action\":\"Chat\"}"), 4, STR(MESSAGE("$default", "{\\\"action\\\":\\\"Chat\\\"}")) },
    { STR("{\"action\":\"$connect\"}"), 4, STR(MESSAGE("$default", "{\\\"action\\\":\\\"$connect\\\"}")) },
    { STR("{\"action\":\"$disconnect\"}"), 4, STR(MESSAGE("$default", "{\\\"action\\\":\\\"$disconnect\\\"}")) },
    { STR("{\"action\":\"$default\"}"), 4, STR(MESSAGE("$default", "{\\\"action\\\":\\\"$default\\\"}")) },
    { STR("\xC3\xA9\0\xFF/"), 4, STR(MESSAGE("$default", "\xC3\xA9\\u0000\xEF\xBF\xBD/")) },
  };
  (void)state;
  struct model *model = model_with(ROUTES_ALL);
  struct model_step step = { 0 };
  model_open(model);
  for (size_t i = 0; i < COUNT(cases); i++) {
    model_say(model, cases[i].text, &step);
    assert_int_equal(step.action, MODEL_INVOKE);
    assert_int_equal(step.call.kind, MODEL_MESSAGE);
    assert_int_equal(step.call.route->function, cases[i].function);
    expect_json(cases[i].text.ptr, buf_str(&step.bytes));
    expect_bytes(cases[i].text.ptr, buf_str(&step.bytes), cases[i].want);
  }
  model_step_free(&step);
  model_delete(model);
}

/* What is shown of a message for an app, which has one route of the API's. */
static void actions(void **state) {
#define LONG "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  static const struct {
    struct str text;
    const char *action;
  } cases[] = {
    { STR("{\"action\":\"say\"}"), "say" },
    { STR(" {\"a\":[],\"action\":\"\\u0073ay\"}"), "say" },
    { STR("{\"action\":\"$connect\"}"), "$connect" },
    { STR("{\"action\":\"" LONG "\"}"), LONG },
    { STR("{\"action\":\"" LONG "x\"}"), "" },
    { STR("{\"action\":\"chat\"}"), "" }, /* a route of the API's own */
    { STR("{\"action\":\"a\\u0000b\"}"), "" },
    { STR("{\"action\":\"\"}"), "" },
    { STR("{\"action\":1}"), "" },
    { STR("[\"action\"]"), "" },
    { STR("\"action\""), "" },
    { STR("{\"action\":\"say\""), "" },
    { STR(""), "" },
  };
  (void)state;
  struct model *model = model_with(ROUTES_ALL);
  struct model_step step = { 0 };
  model_open(model);
  for (size_t i = 0; i < COUNT(cases); i++) {
    model_say(model, cases[i].text, &step);
    assert_int_equal(step.action, MODEL_INVOKE);
    assert_string_equal(step.call.action, cases[i].action);
    assert_string_equal(model_connection(model, STR(CONNECTION_ID))->last_action, cases[i].action);
  }
  model_step_free(&step);
  model_delete(model);
}

#define DISCONNECT(code, reason)                                                                                       \
  "{\"headers\":{\"Host\":\"" DOMAIN "\",\"x-api-key\":\"\",\"X-Forwarded-For\":\"\",\"x-restapi\":\"\"},"             \
  "\"multiValueHeaders\":{\"Host\":[\"" DOMAIN                                                                         \
  "\"],\"x-api-key\":[\"\"],\"X-Forwarded-For\":[\"\"],\"x-restapi\":[\"\"]},"                                         \
  "\"requestContext\":{\"routeKey\":\"$disconnect\",\"disconnectStatusCode\":" code                                    \
  ",\"eventType\":\"DISCONNECT\",\"extendedRequestId\":\"" REQUEST_ID                                                  \
  "\",\"requestTime\":\"11/Nov/2024:13:45:46 +0000\",\"messageDirection\":\"IN\",\"disconnectReason\":\"" reason       \
  "\",\"stage\":\"dev\",\"connectedAt\":1731332735513,\"requestTimeEpoch\":1731332746514,\"identity\":{\"userAgent\":" \
  "\"wscat\",\"sourceIp\":\"192.0.2.1\"},\"requestId\":\"" REQUEST_ID "\",\"domainName\":\"" DOMAIN                    \
  "\",\"connectionId\":\"" CONNECTION_ID "\",\"apiId\":\"abcd123456\"},\"isBase64Encoded\":false}"

static void disconnect_events(void **state) {
  static const struct {
    int code;
    struct str reason, want;
  } cases[] = {
    { 1005, STR(""), STR(DISCONNECT("1005", "Client-side close frame status not set")) },
    { 1000, STR(""), STR(DISCONNECT("1000", "Connection Closed Normally")) },
    { 1000, STR("bye"), STR(DISCONNECT("1000", "bye")) },
    { 1001, STR(""), STR(DISCONNECT("1001", "Going away")) },
    { 4321, STR("\xFF\""), STR(DISCONNECT("4321", "\xEF\xBF\xBD\\\"")) },
    { 4321, STR(""), STR(DISCONNECT("4321", "")) },
  };
  static const struct field headers[] = { FIELD("user-agent", "wscat") };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct model *model = model_with(ROUTE_DISCONNECT);
    struct model_step step = { 0 };
    struct model_moment at = model_at(CONNECTED_MS), end = model_at(MESSAGE_MS);
    struct model_request request = { STR("/"), STR(""), { headers, 1 }, STR("192.0.2.1") };
    model_connect(model, &request, &at, &step);
    assert_int_equal(step.action, MODEL_ACCEPT);
    model_closed(model, STR(CONNECTION_ID), cases[i].code, cases[i].reason, &end, &step);
    assert_int_equal(step.action, MODEL_INVOKE);
    assert_int_equal(step.call.kind, MODEL_DISCONNECT);
    expect_json("disconnect", buf_str(&step.bytes));
    expect_bytes("disconnect", buf_str(&step.bytes), cases[i].want);
    model_step_free(&step);
    model_delete(model);
  }
}

/* As many as a client may like to send. */
static void many_headers_and_parameters(void **state) {
  enum { MANY = 20000 };
  struct field *headers = malloc(MANY * sizeof *headers);
  char(*names)[8] = malloc(MANY * sizeof *names);
  struct model *model = model_with(ROUTES_ALL);
  struct model_step step = { 0 };
  struct model_moment at = model_at(CONNECTED_MS);
  (void)state;
  assert_true(headers && names);
  for (int i = 0; i < MANY; i++) {
    snprintf(names[i], sizeof names[i], "h%d", i % (MANY / 2));
    headers[i] = (struct field){ str_from(names[i]), STR("v") };
  }
  struct model_request request = { STR("/dev"), STR(""), { headers, MANY }, STR("192.0.2.1") };
  model_connect(model, &request, &at, &step);
  assert_int_equal(step.action, MODEL_INVOKE);
  expect_json("many", buf_str(&step.bytes));
  assert_true(str_find(buf_str(&step.bytes), STR("\"h9999\":[\"v\",\"v\"]"), 0) != SIZE_MAX);
  model_step_free(&step);
  model_delete(model);
  free(names);
  free(headers);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(connect_events),
    cmocka_unit_test(actions),
    cmocka_unit_test(message_events),
    cmocka_unit_test(disconnect_events),
    cmocka_unit_test(many_headers_and_parameters),
  };
  return cmocka_run_group_tests_name("model_event", tests, NULL, NULL);
}
