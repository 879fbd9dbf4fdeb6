/* event: kinds, null members, headers in any case, payloads that are no JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "event.h"
#include "invocation.h"
#include "log.h"
#include "vm_fixture.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define CONTEXT(type) "\"requestContext\":{\"connectionId\":\"id=\",\"eventType\":\"" type "\"}"

/* Pushes the event of a payload. */
static bool push(struct str payload, const char *content_type, enum event_kind *kind, char err[ERR_LEN]) {
  struct invocation inv;
  int top = lua_gettop(L);
  invocation_init(&inv);
  inv.payload = payload;
  inv.content_type = str_from(content_type);
  bool ok = event_push(L, &inv, kind, NULL, err);
  assert_int_equal(lua_gettop(L), top + (ok ? 1 : 0));
  invocation_free(&inv); /* the value keeps nothing of it */
  return ok;
}

static void test_kinds(void **state) {
  (void)state;
  static const struct {
    const char *payload;
    enum event_kind kind;
  } cases[] = {
    { "{" CONTEXT("CONNECT") "}", EVENT_CONNECT },
    { "{" CONTEXT("MESSAGE") "}", EVENT_MESSAGE },
    { "{" CONTEXT("DISCONNECT") "}", EVENT_DISCONNECT },
    { "{" CONTEXT("connect") "}", EVENT_OTHER },
    { "{" CONTEXT("") "}", EVENT_OTHER },
    { "{\"requestContext\":{\"eventType\":\"CONNECT\"}}", EVENT_OTHER },
    { "{\"requestContext\":{\"eventType\":\"CONNECT\",\"connectionId\":\"\"}}", EVENT_OTHER },
    { "{\"requestContext\":{\"eventType\":\"CONNECT\",\"connectionId\":5}}", EVENT_OTHER },
    { "{\"requestContext\":{\"EventType\":\"CONNECT\",\"ConnectionId\":\"id\"}}", EVENT_OTHER },
    { "{\"requestContext\":\"CONNECT\"}", EVENT_OTHER },
    { "{\"requestContext\":null}", EVENT_OTHER },
    { "{\"type\":\"REQUEST\",\"methodArn\":\"arn\"," CONTEXT("CONNECT") "}", EVENT_AUTHORIZER },
    { "{\"type\":\"REQUEST\",\"methodArn\":\"arn\"}", EVENT_AUTHORIZER },
    { "{\"type\":\"REQUEST\"," CONTEXT("CONNECT") "}", EVENT_CONNECT },
    { "{\"type\":\"TOKEN\",\"methodArn\":\"arn\"}", EVENT_OTHER },
    { "{\"version\":\"2.0\",\"requestContext\":{\"http\":{\"method\":\"GET\"}}}", EVENT_HTTP },
    { "{\"version\":\"2.0\",\"type\":\"REQUEST\",\"routeArn\":\"arn\",\"requestContext\":{\"http\":{}}}", EVENT_OTHER },
    { "{\"version\":\"1.0\",\"requestContext\":{\"http\":{}}}", EVENT_OTHER },
    { "{\"version\":\"2.0\",\"requestContext\":{\"http\":\"GET\"}}", EVENT_OTHER },
    { "{\"version\":\"2.0\",\"requestContext\":{}}", EVENT_OTHER },
    { "{\"version\":\"2.0\"}", EVENT_OTHER },
    { "{\"requestContext\":{\"http\":{}}}", EVENT_OTHER },
    { "{\"Records\":[]}", EVENT_OTHER },
    { "[{" CONTEXT("CONNECT") "}]", EVENT_OTHER },
    { "{}", EVENT_OTHER },
    { "null", EVENT_OTHER },
    { "\"CONNECT\"", EVENT_OTHER },
    { "42", EVENT_OTHER },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    enum event_kind kind = EVENT_AUTHORIZER;
    char err[ERR_LEN] = "";
    if (!push(str_from(cases[i].payload), "application/json", &kind, err)) fail_msg("%s: %s", cases[i].payload, err);
    if (kind != cases[i].kind) fail_msg("%s: kind %d", cases[i].payload, (int)kind);
    lua_settop(L, 0);
  }
}

/* What must hold of the global `event`. */
static const struct {
  const char *payload, *holds;
} values[] = {
  /* null members, at every depth, of WebSocket and authorizer events only */
  { "", "type(event) == 'table' and next(event) == nil" }, /* no payload is an empty one */
  { "{" CONTEXT("MESSAGE") ",\"body\":null,\"a\":{\"b\":null,\"c\":1},\"l\":[null,{\"d\":null}]}",
    "event.body == nil and event.a.b == nil and event.a.c == 1 and #event.l == 2 and event.l[1] == json.null and "
    "next(event.l[2]) == nil" },
  { "{\"type\":\"REQUEST\",\"methodArn\":\"arn\",\"headers\":null}", "event.headers == nil" },
  { "{\"version\":\"2.0\",\"requestContext\":{\"http\":{}},\"a\":null}", "event.a == json.null" },
  { "{\"a\":null,\"l\":[null]}", "event.a == json.null and event.l[1] == json.null" },
  { "null", "event == json.null" },
  /* headers */
  { "{" CONTEXT("CONNECT") ",\"headers\":{\"Host\":\"h\",\"x-Token\":\"t\"}}",
    "event.headers.Host == 'h' and event.headers.host == 'h' and event.headers.HOST == 'h' and "
    "event.headers['X-TOKEN'] == 't' and event.headers.none == nil and event.headers[1] == nil and "
    "event.headers[{}] == nil" },
  { "{" CONTEXT("CONNECT") ",\"headers\":{\"a\":\"1\",\"A\":\"2\"}}",
    "event.headers.a == '1' and event.headers.A == '2'" },
  { "{" CONTEXT("CONNECT") ",\"multiValueHeaders\":{\"Cookie\":[\"a\",\"b\"]}}",
    "event.multiValueHeaders.cookie[2] == 'b' and event.multiValueHeaders.COOKIE[1] == 'a'" },
  { "{\"headers\":{\"Host\":\"h\"}}", "event.headers.host == 'h'" }, /* an HTTP event: the same comfort */
  { "{" CONTEXT("CONNECT") ",\"headers\":{}}", "next(event.headers) == nil and event.headers.host == nil" },
  { "{" CONTEXT("CONNECT") ",\"headers\":\"none\"}", "event.headers == 'none'" },
  { "{\"headers\":null}", "event.headers == json.null" },
  { "{" CONTEXT("CONNECT") ",\"queryStringParameters\":{\"Token\":\"t\"}}",
    "event.queryStringParameters.Token == 't' and event.queryStringParameters.token == nil" },
  { "{\"headers\":{\"A\":\"b\"}}", "json.encode(event) == '{\"headers\":{\"A\":\"b\"}}'" },
  /* values survive whole */
  { "{" CONTEXT("MESSAGE") ",\"body\":\"a\\u0000b\"}", "event.body == 'a\\0b'" },
  { "[]", "json.encode(event) == '[]'" },
  { "[1,\"a\"]", "event[1] == 1 and event[2] == 'a'" },
  { "9007199254740992", "event == 2^53" },
  { "\xEF\xBB\xBF{\"a\":1}", "event.a == 1" },
};

static void test_values(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    enum event_kind kind;
    char err[ERR_LEN] = "", code[1024];
    if (!push(str_from(values[i].payload), "", &kind, err)) fail_msg("%s: %s", values[i].payload, err);
    lua_setglobal(L, "event");
    snprintf(code, sizeof code, "return %s", values[i].holds);
    lua_fixture_run(code);
    if (!lua_toboolean(L, -1)) fail_msg("%s: not true: %s", values[i].payload, values[i].holds);
    lua_settop(L, 0);
  }
}

static void test_content_types(void **state) {
  (void)state;
  static const struct {
    const char *type;
    bool json;
  } cases[] = {
    { "", true },
    { "application/json", true },
    { "APPLICATION/JSON", true },
    { " application/json ; charset=utf-8", true },
    { ";", true },
    { "text/plain", false },
    { "application/jsonx", false },
    { "application/octet-stream", false },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    enum event_kind kind = EVENT_CONNECT;
    char err[ERR_LEN] = "";
    assert_true(push(STR("{" CONTEXT("MESSAGE") "}"), cases[i].type, &kind, err));
    if (lua_istable(L, -1) != cases[i].json) fail_msg("%s: %s", cases[i].type, luaL_typename(L, -1));
    assert_int_equal(kind, cases[i].json ? EVENT_MESSAGE : EVENT_OTHER);
    lua_settop(L, 0);
  }
}

static void test_bytes(void **state) {
  (void)state;
  static const struct str payloads[] = { STR(""), STR("a\0b\xFF"), { NULL, 0 } };
  for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
    enum event_kind kind;
    char err[ERR_LEN] = "";
    size_t len;
    assert_true(push(payloads[i], "application/octet-stream", &kind, err));
    const char *got = lua_tolstring(L, -1, &len);
    assert_true(str_equal(str_of(got, len), payloads[i]));
    lua_settop(L, 0);
  }
}

static void test_malformed(void **state) {
  (void)state;
  static const struct {
    const char *payload, *message;
  } cases[] = {
    { " ", "the event is not JSON: line 1, column 2 (byte 1)" },
    { "{\"a\":", "the event is not JSON: line 1, column 6 (byte 5)" },
    { "hello", "the event is not JSON: line 1, column 1" },
    { "{} {}", "the event is not JSON: line 1, column 4" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    enum event_kind kind = EVENT_CONNECT;
    char err[ERR_LEN] = "";
    assert_false(push(str_from(cases[i].payload), "application/json", &kind, err));
    if (strstr(err, cases[i].message) != err) fail_msg("%s: %s", cases[i].payload, err);
    assert_int_equal(kind, EVENT_OTHER);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, vm_fixture_open, vm_fixture_close)

/* What names the event in log records: of WebSocket events only. */
static void test_log_context(void **state) {
  (void)state;
#define NAMES "\"connectionId\":\"c=\",\"routeKey\":\"join\",\"requestId\":\"api-1\""
  static const struct {
    const char *payload, *want; /* connection, route, request id */
  } cases[] = {
    { "{\"requestContext\":{\"eventType\":\"CONNECT\"," NAMES "}}", "c= join api-1" },
    { "{\"requestContext\":{" NAMES ",\"eventType\":\"MESSAGE\"}}", "c= join api-1" },
    { "{\"requestContext\":{\"eventType\":\"DISCONNECT\",\"connectionId\":\"c=\"}}", "c=  " },
    { "{\"requestContext\":{\"eventType\":\"MESSAGE\"," NAMES ",\"routeKey\":\"last\"}}", "c= last api-1" },
    { "{\"requestContext\":{\"eventType\":\"MESSAGE\"," NAMES ",\"routeKey\":5}}", "c=  api-1" },
    { "{\"type\":\"REQUEST\",\"methodArn\":\"a\",\"requestContext\":{" NAMES "}}", "c= join api-1" },
    { "{\"type\":\"REQUEST\",\"methodArn\":\"a\",\"requestContext\":{\"requestId\":\"api-1\"}}", "old old old" },
    { "{\"requestContext\":{" NAMES "}}", "old old old" },
    { "{\"requestContext\":{\"eventType\":\"MESSAGE\",\"routeKey\":\"join\"}}", "old old old" },
    { "{\"requestContext\":[\"connectionId\"]}", "old old old" },
    { "{" NAMES "}", "old old old" },
    { "7", "old old old" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct log_context log = { .connection_id = STR("old"), .route_key = STR("old"), .api_request_id = STR("old") };
    struct invocation inv;
    enum event_kind kind;
    char err[ERR_LEN] = "", got[64];
    invocation_init(&inv);
    inv.payload = str_from(cases[i].payload);
    assert_true(event_push(L, &inv, &kind, &log, err));
    snprintf(got, sizeof got, "%.*s %.*s %.*s", STR_ARG(log.connection_id), STR_ARG(log.route_key),
             STR_ARG(log.api_request_id));
    assert_string_equal(got, cases[i].want);
    invocation_free(&inv);
    lua_settop(L, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_kinds), TEST(test_values),    TEST(test_content_types),
    TEST(test_bytes), TEST(test_malformed), TEST(test_log_context),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
