/* http_api: what clients are answered: results of functions, failures, CORS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http_api_fixture.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define ID "Apigw-Requestid: " REQUEST_ID "\n\n"
#define JSON_TYPE "Content-Type: application/json\n"
#define TEXT_TYPE "Content-Type: text/plain; charset=utf-8\n"
#define INTERNAL HTTP_ANSWER("500", "Internal Server Error")
#define FAULT(why) INTERNAL, "the client got 500: " why

#define NULL_NOTE                                                                                                      \
  "the result is null, which is what a function without `return` gives: the client gets 200 with the body null; "      \
  "return "                                                                                                            \
  "{ statusCode = 204 } for no body"

static const struct {
  struct str payload;
  const char *want, *note;
} results[] = {
  /* Without a statusCode the result is the body: "Lambda function response for format 2.0". */
  { STR("\"Hello from Lambda!\""), "200\n" JSON_TYPE ID "Hello from Lambda!", "" },
  { STR("{ \"message\": \"Hello from Lambda!\" }"), "200\n" JSON_TYPE ID "{ \"message\": \"Hello from Lambda!\" }",
    "" },
  { STR("[1,2]"), "200\n" JSON_TYPE ID "[1,2]", "" },
  { STR("null"), "200\n" JSON_TYPE ID "null", NULL_NOTE },
  { STR("true"), "200\n" JSON_TYPE ID "true", "" },
  { STR("1.5"), "200\n" JSON_TYPE ID "1.5", "" },
  { STR("\"\""), "200\n" JSON_TYPE ID, "" },
  { STR("{}"), "200\n" JSON_TYPE ID "{}", "" },
  { STR("{\"body\":\"x\",\"headers\":{\"Content-Type\":\"text/html\"}}"),
    "200\n" JSON_TYPE ID "{\"body\":\"x\",\"headers\":{\"Content-Type\":\"text/html\"}}", "" },
  { STR("{\"statusCode\":null}"), "200\n" JSON_TYPE ID "{\"statusCode\":null}", "" },
  /* With one it is a response. */
  { STR("{\"statusCode\":200}"), "200\n" TEXT_TYPE ID, "" },
  { STR("{\"statusCode\":201,\"body\":\"made\"}"), "201\n" TEXT_TYPE ID "made", "" },
  { STR("{\"statusCode\":\"404\",\"body\":\"\"}"), "404\n" TEXT_TYPE ID, "" },
  { STR("{\"statusCode\":200,\"headers\":{\"content-type\":\"text/"
        "html\",\"X-A\":\"1,2\",\"x-n\":5,\"x-t\":true,\"x-0\":"
        "null},\"body\":\"<p>\"}"),
    "200\ncontent-type: text/html\nX-A: 1,2\nx-n: 5\nx-t: true\n" ID "<p>", "" },
  { STR("{\"statusCode\":302,\"headers\":{\"Location\":\"/a\",\"Set-Cookie\":\"c=3\"},\"cookies\":[\"a=1; Secure\","
        "\"b=2\"]}"),
    "302\nLocation: /a\nSet-Cookie: c=3\nSet-Cookie: a=1; Secure\nSet-Cookie: b=2\n" TEXT_TYPE ID, "" },
  { STR("{\"statusCode\":200,\"isBase64Encoded\":true,\"body\":\"aGk=\"}"), "200\n" TEXT_TYPE ID "hi", "" },
  { STR("{\"statusCode\":200,\"isBase64Encoded\":false,\"body\":\"aGk=\"}"), "200\n" TEXT_TYPE ID "aGk=", "" },
  { STR("{\"statusCode\":200,\"headers\":null,\"cookies\":null,\"body\":null,\"isBase64Encoded\":null}"),
    "200\n" TEXT_TYPE ID, "" },
  { STR("{\"statusCode\":204,\"body\":\"dropped\"}"), "204\n" ID, "" },
  { STR("{\"statusCode\":304,\"headers\":{\"ETag\":\"x\"},\"body\":\"dropped\"}"), "304\nETag: x\n" ID, "" },
  /* What concerns the connection is the sender's. */
  { STR("{\"statusCode\":200,\"headers\":{\"Content-Length\":\"99\",\"connection\":\"close\",\"Transfer-Encoding\":"
        "\"chunked\",\"apigw-requestid\":\"mine\",\"Upgrade\":\"h2c\"}}"),
    "200\n" TEXT_TYPE ID, "" },
  { STR("{\"statusCode\":200,\"multiValueHeaders\":{\"a\":[\"b\"]}}"), "200\n" TEXT_TYPE ID,
    "the result's member \"multiValueHeaders\" is ignored: the format 2.0 has statusCode, headers, cookies, body and "
    "isBase64Encoded" },
  { STR("{\"headers\":{\"a\":\"1\"},\"headers\":{\"b\":\"2\"},\"statusCode\":200}"), "200\na: 1\nb: 2\n" TEXT_TYPE ID,
    "" },
  /* Malformed */
  { STR(""), FAULT("the function returned nothing") },
  { STR("{"),
    FAULT("the result is not JSON: line 1, column 2 (byte 1): expected a name in quotes, found the end of the text") },
  { STR("{\"statusCode\":\"ok\"}"), FAULT("statusCode must be a whole number from 200 to 599") },
  { STR("{\"statusCode\":199}"), FAULT("statusCode must be a whole number from 200 to 599") },
  { STR("{\"statusCode\":101}"), FAULT("statusCode must be a whole number from 200 to 599") },
  { STR("{\"statusCode\":600}"), FAULT("statusCode must be a whole number from 200 to 599") },
  { STR("{\"statusCode\":200.5}"), FAULT("statusCode must be a whole number from 200 to 599") },
  { STR("{\"statusCode\":[]}"), FAULT("statusCode must be a whole number from 200 to 599") },
  { STR("{\"statusCode\":200,\"body\":{}}"), FAULT("body must be a string") },
  { STR("{\"statusCode\":200,\"body\":1}"), FAULT("body must be a string") },
  { STR("{\"statusCode\":200,\"headers\":[]}"), FAULT("headers must be an object of names and values") },
  { STR("{\"statusCode\":200,\"headers\":{\"a\":[\"b\"]}}"), FAULT("the header a must be a string") },
  { STR("{\"statusCode\":200,\"headers\":{\"a b\":\"c\"}}"), FAULT("\"a b\" is no name of a header") },
  { STR("{\"statusCode\":200,\"headers\":{\"\":\"c\"}}"), FAULT("\"\" is no name of a header") },
  { STR("{\"statusCode\":200,\"headers\":{\"a\":\"b\\r\\nSet-Cookie: c\"}}"),
    FAULT("the header a has control characters") },
  { STR("{\"statusCode\":200,\"headers\":{\"a\":\"b\\u0000\"}}"), FAULT("the header a has control characters") },
  { STR("{\"statusCode\":200,\"cookies\":\"a=1\"}"), FAULT("cookies must be an array of strings") },
  { STR("{\"statusCode\":200,\"cookies\":[1]}"), FAULT("cookies must be an array of strings") },
  { STR("{\"statusCode\":200,\"cookies\":[\"a\\n\"]}"), FAULT("a cookie has control characters") },
  { STR("{\"statusCode\":200,\"isBase64Encoded\":\"true\"}"), FAULT("isBase64Encoded must be true or false") },
  { STR("{\"statusCode\":200,\"isBase64Encoded\":true,\"body\":\"a?\"}"),
    FAULT("isBase64Encoded is true, but body is not base64") },
};

static void answer_as(const struct http_api_call *call, enum model_outcome outcome, struct str payload,
                      const char *want, const char *want_note) {
  struct http_api_answer answer;
  struct arena memory = { 0 };
  struct buf got;
  char note[ERR_LEN];
  buf_init(&got, 20000);
  http_api_answered(call, outcome, payload, &memory, &answer, note);
  http_api_describe(&got, &answer);
  expect_bytes(payload.ptr, buf_str(&got), str_from(want));
  expect_bytes(payload.ptr, str_from(note), str_from(want_note));
  buf_free(&got);
  arena_free(&memory);
}

static void results_become_responses(void **state) {
  (void)state;
  struct http_api api = http_api_fixture(NULL);
  struct http_api_call call = { &api, STR("https://app.example"), STR(REQUEST_ID) };
  for (size_t i = 0; i < COUNT(results); i++)
    answer_as(&call, MODEL_RESULT, results[i].payload, results[i].want, results[i].note);
}

/* The headers of a result, Content-Type included, are this many bytes on their lines. */
static void headers_have_a_limit(void **state) {
  (void)state;
  enum { AROUND = sizeof "Content-Type: text/plain; charset=utf-8\r\nx: \r\n" - 1, BYTES = 10240 - AROUND };
  struct http_api api = http_api_fixture(NULL);
  struct http_api_call call = { &api, STR(""), STR(REQUEST_ID) };
  for (int more = 0; more <= 1; more++) {
    struct buf payload, want;
    buf_init(&payload, 20000);
    buf_init(&want, 20000);
    buf_addf(&payload, "{\"statusCode\":200,\"headers\":{\"x\":\"%0*d\"}}", BYTES + more, 0);
    buf_addf(&want, "200\nx: %0*d\n" TEXT_TYPE ID, BYTES, 0);
    if (more)
      answer_as(&call, MODEL_RESULT, buf_str(&payload), FAULT("headers and cookies have 10241 bytes, more than 10240"));
    else
      answer_as(&call, MODEL_RESULT, buf_str(&payload), buf_text(&want), "");
    buf_free(&payload);
    buf_free(&want);
  }
}

static void failures_have_their_status(void **state) {
  (void)state;
  struct http_api api = http_api_fixture(NULL);
  struct http_api_call call = { &api, STR(""), STR(REQUEST_ID) };
  struct str report = STR("{\"errorMessage\":\"secret\"}");
  answer_as(&call, MODEL_FAILED, report, INTERNAL, "");
  answer_as(&call, MODEL_TIMED_OUT, STR(""), HTTP_ANSWER("503", "Service Unavailable"), "");
  answer_as(&call, MODEL_THROTTLED, report, HTTP_ANSWER("503", "Service Unavailable"), "");
}

/* CORS */

static const struct http_api_cors all = {
  .origins = STR("*"), .methods = STR("OPTIONS,GET"), .headers = STR("X-A"), .max_age_s = -1
};
static const struct http_api_cors some = { .origins = STR("https://app.example,http://*"),
                                           .methods = STR("GET"),
                                           .exposed = STR("Date,X-Id"),
                                           .credentials = true,
                                           .max_age_s = 300 };

#define CORS_RESULT                                                                                                    \
  "{\"statusCode\":200,\"headers\":{\"Access-Control-Allow-Origin\":\"https://"                                        \
  "mine\",\"access-control-max-age\":\"1\","                                                                           \
  "\"Vary\":\"x\"}}"

static const struct {
  const struct http_api_cors *cors;
  const char *origin, *want;
} shared[] = {
  { NULL, "https://app.example",
    "200\nAccess-Control-Allow-Origin: https://mine\naccess-control-max-age: 1\nVary: x\n" TEXT_TYPE ID },
  { &all, "", "200\nVary: x\n" TEXT_TYPE ID },
  { &all, "https://a", "200\nVary: x\n" TEXT_TYPE "Access-Control-Allow-Origin: *\n" ID },
  { &some, "https://app.example",
    "200\nVary: x\n" TEXT_TYPE "Access-Control-Allow-Origin: https://app.example\nAccess-Control-Allow-Credentials: "
    "true\nAccess-Control-Expose-Headers: Date,X-Id\n" ID },
  { &some, "http://localhost:5173",
    "200\nVary: x\n" TEXT_TYPE "Access-Control-Allow-Origin: http://localhost:5173\nAccess-Control-Allow-Credentials: "
    "true\nAccess-Control-Expose-Headers: Date,X-Id\n" ID },
  { &some, "https://app.example.evil", "200\nVary: x\n" TEXT_TYPE ID },
  { &some, "https://ap", "200\nVary: x\n" TEXT_TYPE ID },
  { &some, "null", "200\nVary: x\n" TEXT_TYPE ID },
};

static void responses_are_shared_as_configured(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(shared); i++) {
    struct http_api api = http_api_fixture(shared[i].cors);
    struct http_api_call call = { &api, str_from(shared[i].origin), STR(REQUEST_ID) };
    answer_as(&call, MODEL_RESULT, STR(CORS_RESULT), shared[i].want, "");
  }
  struct http_api api = http_api_fixture(&all);
  struct http_api_call call = { &api, STR("https://a"), STR(REQUEST_ID) };
  answer_as(&call, MODEL_FAILED, STR("{}"),
            "500\n" JSON_TYPE "Access-Control-Allow-Origin: *\n" ID "{\"message\":\"Internal Server Error\"}", "");
}

#define ORIGIN(text)                                                                                                   \
  { STR("Origin"), STR(text) }
#define ASKS                                                                                                           \
  { STR("access-control-request-method"), STR("PUT") }

static const struct {
  const struct http_api_cors *cors;
  const char *method, *path;
  struct field headers[HTTP_HEADERS_MAX];
  const char *want; /* NULL: a function is invoked */
} preflights[] = {
  { &all,
    "OPTIONS",
    "/nowhere",
    { ORIGIN("https://a"), ASKS },
    "204\nAccess-Control-Allow-Origin: *\nAccess-Control-Allow-Methods: OPTIONS,GET\nAccess-Control-Allow-Headers: "
    "X-A\n" ID },
  { &all,
    "OPTIONS",
    "/closed",
    { ORIGIN("https://a"), ASKS },
    "204\nAccess-Control-Allow-Origin: *\nAccess-Control-Allow-Methods: OPTIONS,GET\nAccess-Control-Allow-Headers: "
    "X-A\n" ID },
  { &some,
    "OPTIONS",
    "/",
    { ORIGIN("https://app.example"), ASKS },
    "204\nAccess-Control-Allow-Origin: https://app.example\nAccess-Control-Allow-Credentials: "
    "true\nAccess-Control-Allow-Methods: GET\nAccess-Control-Max-Age: 300\n" ID },
  { &some, "OPTIONS", "/", { ORIGIN("https://other"), ASKS }, "204\n" ID },
  { &all, "OPTIONS", "/x", { ORIGIN("https://a") }, NULL },
  { &all, "OPTIONS", "/x", { ASKS }, NULL },
  { &all, "GET", "/x", { ORIGIN("https://a"), ASKS }, NULL },
  { NULL, "OPTIONS", "/x", { ORIGIN("https://a"), ASKS }, NULL },
};

static void preflights_need_no_function(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(preflights); i++) {
    struct http_api api = http_api_fixture(preflights[i].cors);
    struct model_moment at = model_at(CONNECTED_MS);
    struct http_api_step step = { .route = NULL };
    struct arena memory = { 0 };
    struct buf got;
    buf_init(&got, 10000);
    struct http_api_request request =
        http_api_ask(preflights[i].method, str_from(preflights[i].path), STR(""), preflights[i].headers);
    http_api_request(&api, &request, &at, &memory, &step);
    assert_int_equal(step.route != NULL, preflights[i].want == NULL);
    if (!step.route) http_api_describe(&got, &step.answer);
    if (!step.route) assert_string_equal(buf_text(&got), preflights[i].want);
    buf_free(&got);
    buf_free(&step.event);
    arena_free(&memory);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(results_become_responses),    cmocka_unit_test(headers_have_a_limit),
    cmocka_unit_test(failures_have_their_status),  cmocka_unit_test(responses_are_shared_as_configured),
    cmocka_unit_test(preflights_need_no_function),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
