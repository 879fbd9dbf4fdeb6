/* http_api: the events that functions get, byte for byte, and requests that are answered without one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http_api_event.h"
#include "http_api_fixture.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define FIELD(name, value)                                                                                             \
  { STR(name), STR(value) }

#define HOST "\"host\":\"" DOMAIN "\","
#define TRACE "\"x-amzn-trace-id\":\"Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700\","
#define FORWARDED "\"x-forwarded-for\":\"192.0.2.1\",\"x-forwarded-port\":\"443\",\"x-forwarded-proto\":\"https\"},"
#define BEGIN(key, path, query)                                                                                        \
  "{\"version\":\"2.0\",\"routeKey\":\"" key "\",\"rawPath\":\"" path "\",\"rawQueryString\":\"" query "\","
#define CONTEXT(method, path, agent, key)                                                                              \
  "\"requestContext\":{\"accountId\":\"123456789012\",\"apiId\":\"abcd123456\",\"domainName\":\"" DOMAIN               \
  "\",\"domainPrefix\":\"abcd123456\",\"http\":{\"method\":\"" method "\",\"path\":\"" path                            \
  "\",\"protocol\":\"HTTP/1.1\",\"sourceIp\":\"192.0.2.1\",\"userAgent\":\"" agent "\"},\"requestId\":\"" REQUEST_ID   \
  "\",\"routeKey\":\"" key "\",\"stage\":\"$default\",\"time\":\"11/Nov/2024:13:45:35 +0000\",\"timeEpoch\":"          \
  "1731332735513}"
#define PUT_X BEGIN("ANY /{proxy+}", "/x", "")
#define END_X(rest)                                                                                                    \
  HOST TRACE FORWARDED CONTEXT("PUT", "/x", "", "ANY /{proxy+}") ",\"pathParameters\":{\"proxy\":\"x\"}" rest "}"

static const struct {
  const char *name, *method;
  struct str path, query;
  struct field headers[HTTP_HEADERS_MAX];
  struct str body;
  size_t function;
  struct str want;
} events[] = {
  { "the plainest one",
    "GET",
    STR("/"),
    STR(""),
    { { { NULL, 0 }, { NULL, 0 } } },
    STR(""),
    6,
    STR(BEGIN("GET /", "/", "") "\"headers\":{\"content-length\":\"0\"," HOST TRACE FORWARDED CONTEXT(
        "GET", "/", "", "GET /") ",\"isBase64Encoded\":false}") },
  { "a variable, a query, cookies",
    "GET",
    STR("/pets/dog/a%20b"),
    STR("r=one&r=two&u=https%3A%2F%2Fa&literalPlus=a+b&encodedPlus=a%2Bb&empty=&none"),
    { FIELD("User-Agent", "curl/8"), FIELD("Cookie", "session=abc123; theme=dark"), FIELD("X-B", "first"),
      FIELD("accept", "*/*"), FIELD("x-b", "second"), FIELD("cookie", "; last=1;") },
    STR(""),
    3,
    STR(BEGIN(
        "GET /pets/dog/{id}", "/pets/dog/a b",
        "r=one&r=two&u=https%3A%2F%2Fa&literalPlus=a+b&encodedPlus=a%2Bb&empty=&none") "\"cookies\":[\"session="
                                                                                       "abc123\",\"theme=dark\",\"last="
                                                                                       "1\"],\"headers\":{\"accept\":"
                                                                                       "\"*/*\",\"content-length\":"
                                                                                       "\"0\"," HOST "\"user-agent\":"
                                                                                       "\"curl/8\"," TRACE
                                                                                       "\"x-b\":\"first,"
                                                                                       "second\"," FORWARDED
                                                                                       "\"queryStringParameters\":{"
                                                                                       "\"empty\":\"\",\"encodedPlus\":"
                                                                                       "\"a+b\",\"literalPlus\":\"a "
                                                                                       "b\",\"none\":\"\",\"r\":"
                                                                                       "\"one,two\",\"u\":\"https://"
                                                                                       "a\"}," CONTEXT(
                                                                                           "GET", "/pets/dog/a b",
                                                                                           "curl/8",
                                                                                           "GET /pets/dog/{id}") ",\"pa"
                                                                                                                 "thPar"
                                                                                                                 "amete"
                                                                                                                 "rs\":"
                                                                                                                 "{\"id"
                                                                                                                 "\":"
                                                                                                                 "\"a "
                                                                                                                 "b\"},"
                                                                                                                 "\"isB"
                                                                                                                 "ase64"
                                                                                                                 "Encod"
                                                                                                                 "ed\":"
                                                                                                                 "false"
                                                                                                                 "}") },
  { "two variables, a body of text",
    "POST",
    STR("/pets/cat/7"),
    STR(""),
    { FIELD("Content-Type", "application/json; charset=utf-8"), FIELD("Content-Length", "9"), FIELD("Host", "x") },
    STR("{\"a\":\"\xCE\xBB\"}"),
    7,
    STR(BEGIN("POST /pets/{kind}/{id}", "/pets/cat/7",
              "") "\"headers\":{\"content-length\":\"10\",\"content-type\":\"application/json; charset=utf-8\"," HOST
            TRACE FORWARDED CONTEXT("POST", "/pets/cat/7", "",
                                    "POST /pets/{kind}/{id}") ",\"pathParameters\":{\"kind\":\"cat\",\"id\":\"7\"},"
                                                              "\"body\":\"{\\\"a\\\":\\\"\xCE\xBB\\\"}\","
                                                              "\"isBase64Encoded\":false}") },
  { "what concerns the connection, or is the gateway's; bytes",
    "PUT",
    STR("/x"),
    STR(""),
    { FIELD("Connection", "keep-alive"), FIELD("Keep-Alive", "1"), FIELD("TE", "trailers"), FIELD("Upgrade", "h2c"),
      FIELD("X-Forwarded-Proto", "http"), FIELD("X-Amzn-Trace-Id", "mine"), FIELD("Transfer-Encoding", "chunked") },
    { "\x00\xFF\x10", 3 },
    1,
    STR(PUT_X "\"headers\":{\"content-length\":\"3\"," END_X(",\"body\":\"AP8Q\",\"isBase64Encoded\":true")) },
  { "text that is not UTF-8",
    "PUT",
    STR("/x"),
    STR(""),
    { FIELD("content-type", "TEXT/plain") },
    STR("a\xFF"),
    1,
    STR(PUT_X "\"headers\":{\"content-length\":\"2\",\"content-type\":\"TEXT/plain\"," END_X(
        ",\"body\":\"a\xEF\xBF\xBD\",\"isBase64Encoded\":false")) },
  { "$default has no variables",
    "GET",
    STR("*"),
    STR("&"),
    { { { NULL, 0 }, { NULL, 0 } } },
    STR(""),
    0,
    STR(BEGIN("$default", "*", "&") "\"headers\":{\"content-length\":\"0\"," HOST TRACE FORWARDED CONTEXT(
        "GET", "*", "", "$default") ",\"isBase64Encoded\":false}") },
};

static void events_are_those_of_format_2(void **state) {
  (void)state;
  struct http_api api = http_api_fixture(NULL);
  for (size_t i = 0; i < COUNT(events); i++) {
    struct model_moment at = model_at(CONNECTED_MS);
    struct http_api_step step = { .route = NULL };
    struct arena memory = { 0 };
    struct http_api_request request =
        http_api_ask(events[i].method, events[i].path, events[i].query, events[i].headers);
    request.body = events[i].body;
    http_api_request(&api, &request, &at, &memory, &step);
    assert_non_null(step.route);
    assert_int_equal(step.route->function, events[i].function);
    assert_string_equal(step.note, "");
    expect_json(events[i].name, buf_str(&step.event));
    expect_bytes(events[i].name, buf_str(&step.event), events[i].want);
    buf_free(&step.event);
    arena_free(&memory);
  }
}

/* All but those with "?" were recorded. */
static void types_of_bodies(void **state) {
  (void)state;
  static const struct {
    const char *type;
    bool is_text;
  } types[] = {
    { "text/plain", true },
    { "text/html; charset=utf-8", true },
    { "text/csv", true },
    { "application/json", true },
    { "application/xml", true },
    { "application/javascript", true },
    { "application/x-www-form-urlencoded", false },
    { "application/octet-stream", false },
    { "multipart/form-data; boundary=text/plain", false },
    { "image/png", false },
    { "", false },
    { " Application/JSON ;a", true }, /* ? */
    { "application/jsonp", false },   /* ? */
    { "text/", false },               /* ? */
    { "text", false },                /* ? */
  };
  for (size_t i = 0; i < COUNT(types); i++)
    if (http_api_event_is_text(str_from(types[i].type)) != types[i].is_text) fail_msg("%s", types[i].type);
}

static const struct {
  const char *method, *path;
  struct field headers[HTTP_HEADERS_MAX];
  const char *want, *note;
} refusals[] = {
  { "GET",
    "/closed",
    { { { NULL, 0 }, { NULL, 0 } } },
    HTTP_ANSWER("500", "Internal Server Error"),
    "GET /closed: 500 Internal Server Error: it has an authorizer" },
  { "GET",
    "/%zz",
    { { { NULL, 0 }, { NULL, 0 } } },
    HTTP_ANSWER("400", "Bad Request"),
    "GET /%zz: 400 Bad Request: the path has a broken %" },
};

static void refusals_need_no_function(void **state) {
  (void)state;
  struct http_api api = http_api_fixture(NULL);
  for (size_t i = 0; i < COUNT(refusals); i++) {
    struct model_moment at = model_at(CONNECTED_MS);
    struct http_api_step step = { .route = NULL };
    struct arena memory = { 0 };
    struct buf got;
    buf_init(&got, 10000);
    struct http_api_request request =
        http_api_ask(refusals[i].method, str_from(refusals[i].path), STR(""), refusals[i].headers);
    http_api_request(&api, &request, &at, &memory, &step);
    assert_null(step.route);
    http_api_describe(&got, &step.answer);
    assert_string_equal(buf_text(&got), refusals[i].want);
    assert_string_equal(step.note, refusals[i].note);
    buf_free(&got);
    buf_free(&step.event);
    arena_free(&memory);
  }
}

static void what_no_route_takes(void **state) {
  (void)state;
  struct http_api_route routes[] = { { STR("GET /a"), 0, STR("") } };
  struct http_api api = { .routes = routes, .route_count = 1 };
  struct model_moment at = model_at(CONNECTED_MS);
  struct http_api_step step = { .route = NULL };
  struct arena memory = { 0 };
  struct buf got;
  buf_init(&got, 10000);
  struct http_api_request request = http_api_ask("GET", STR("/b"), STR(""), NULL);
  http_api_request(&api, &request, &at, &memory, &step);
  assert_null(step.route);
  http_api_describe(&got, &step.answer);
  assert_string_equal(buf_text(&got), HTTP_ANSWER("404", "Not Found"));
  assert_string_equal(step.note, "GET /b: 404 Not Found: no HTTP route takes it");
  buf_free(&got);
  buf_free(&step.event);
  arena_free(&memory);
}

/* As base64 a body grows by a third: the event can be too long for Lambda although the request is not for API Gateway. */
static void an_event_has_its_limit(void **state) {
  (void)state;
  struct http_api api = http_api_fixture(NULL);
  static const size_t sizes[] = { HTTP_API_EVENT_MAX / 4 * 3 - 1000, HTTP_API_EVENT_MAX / 4 * 3, HTTP_API_BODY_MAX };
  char *bytes = calloc(1, HTTP_API_BODY_MAX);
  assert_non_null(bytes);
  for (size_t i = 0; i < COUNT(sizes); i++) {
    struct model_moment at = model_at(CONNECTED_MS);
    struct http_api_step step = { .route = NULL };
    struct arena memory = { 0 };
    struct http_api_request request = http_api_ask("POST", STR("/x"), STR(""), NULL);
    request.body = str_of(bytes, sizes[i]);
    http_api_request(&api, &request, &at, &memory, &step);
    assert_int_equal(step.route != NULL, i == 0);
    if (i > 0) assert_int_equal(step.answer.status, 413);
    if (i > 0) expect_bytes("413", step.answer.body, STR("{\"message\":\"Request Entity Too Large\"}"));
    buf_free(&step.event);
    arena_free(&memory);
  }
  free(bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(events_are_those_of_format_2), cmocka_unit_test(types_of_bodies),
    cmocka_unit_test(refusals_need_no_function),    cmocka_unit_test(what_no_route_takes),
    cmocka_unit_test(an_event_has_its_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
