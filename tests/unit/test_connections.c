/* test_connections.c -- where connections are, what their URLs look like, what API Gateway's answers mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "arena.h"
#include "client.h"
#include "connections.h"

#include <cmocka.h> /* after ours: it makes a macro of fail */

/* Endpoints: every field that is not named is empty */

#define S(literal)                                                                                                     \
  { literal, sizeof(literal) - 1 }
#define EVENT .api_id = S("abcd123456"), .stage = S("prod"), .domain_name = S("ws.example.com")
#define EVENT_URL "https://abcd123456.execute-api.eu-central-1.amazonaws.com/prod"
#define VARIABLES .management_url = S("http://127.0.0.1:3001/dev"), .endpoint_url = S("http://localhost:4566")
#define REGION .default_region = S("eu-central-1")

static const struct {
  const char *name;
  struct connections_place place;
  const char *want;  /* the URL, or NULL */
  const char *error; /* part of the message when want is NULL */
} endpoints[] = {
  { "given", { .endpoint = S("https://x.example/live"), REGION }, "https://x.example/live", NULL },
  { "given comes first",
    { .endpoint = S("https://x.example/live"), VARIABLES, EVENT, REGION },
    "https://x.example/live",
    NULL },
  { "given without a stage", { .endpoint = S("https://x.example") }, "https://x.example", NULL },
  { "given with slashes at its end", { .endpoint = S("https://x.example/live//") }, "https://x.example/live", NULL },
  { "given is http", { .endpoint = S("HTTP://[::1]:80/live") }, "HTTP://[::1]:80/live", NULL },
  { "management variable", { VARIABLES, EVENT, REGION }, "http://127.0.0.1:3001/dev", NULL },
  { "management variable without an event", { VARIABLES }, "http://127.0.0.1:3001/dev", NULL },
  { "management variable with a slash", { .management_url = S("http://h/dev/") }, "http://h/dev", NULL },
  { "endpoint variable and stage",
    { .endpoint_url = S("http://localhost:4566"), EVENT },
    "http://localhost:4566/prod",
    NULL },
  { "endpoint variable with a path and slash", { .endpoint_url = S("http://h/a/"), EVENT }, "http://h/a/prod", NULL },
  { "endpoint variable without an event", { .endpoint_url = S("http://h") }, NULL, "no endpoint" },
  { "variables ignored", { .ignore_urls = true, VARIABLES, EVENT, REGION }, EVENT_URL, NULL },
  { "variables ignored, no event", { .ignore_urls = true, VARIABLES, REGION }, NULL, "no endpoint" },
  { "event", { EVENT, REGION }, EVENT_URL, NULL },
  { "event and given Region",
    { EVENT, REGION, .region = S("us-west-2") },
    "https://abcd123456.execute-api.us-west-2.amazonaws.com/prod",
    NULL },
  { "event in China",
    { EVENT, .region = S("cn-north-1") },
    "https://abcd123456.execute-api.cn-north-1.amazonaws.com.cn/prod",
    NULL },
  { "event in GovCloud",
    { EVENT, .region = S("us-gov-west-1") },
    "https://abcd123456.execute-api.us-gov-west-1.amazonaws.com/prod",
    NULL },
  { "event with a stage to encode",
    { .api_id = S("a1"), .stage = S("$default"), REGION },
    "https://a1.execute-api.eu-central-1.amazonaws.com/%24default",
    NULL },
  { "event without a Region", { EVENT }, NULL, "AWS_REGION" },
  { "event with a forged API id", { .api_id = S("evil.example/"), .stage = S("prod"), REGION }, NULL, "apiId" },
  { "event with a forged Region", { EVENT, .region = S("x.evil.example/") }, NULL, "region" },
  { "event without a stage", { .api_id = S("a1"), REGION }, NULL, "no endpoint" },
  { "given is the event's domain", { .endpoint = S("https://ws.example.com/prod"), EVENT, REGION }, EVENT_URL, NULL },
  { "given is the event's domain, variable",
    { .endpoint = S("https://WS.example.com:443/prod/"), VARIABLES, EVENT, REGION },
    "http://127.0.0.1:3001/dev",
    NULL },
  { "given is the event's domain, event incomplete",
    { .endpoint = S("https://h.example/x"), .domain_name = S("h.example"), REGION },
    "https://h.example/x",
    NULL },
  { "given is a base path of the event's domain",
    { .endpoint = S("https://ws.example.com/v1"), VARIABLES, EVENT, REGION },
    "https://ws.example.com/v1",
    NULL },
  { "given is the event's domain without a stage",
    { .endpoint = S("https://ws.example.com/"), EVENT, REGION },
    EVENT_URL,
    NULL },
  { "known", { .known = S("https://k.example/prod"), REGION }, "https://k.example/prod", NULL },
  { "known, variable", { .known = S("https://k/p"), .management_url = S("http://h/d") }, "http://h/d", NULL },
  { "known comes behind the event", { .known = S("https://k.example/prod"), EVENT, REGION }, EVENT_URL, NULL },
  { "known, and given", { .endpoint = S("https://x/live"), .known = S("https://k/prod") }, "https://x/live", NULL },
  { "known is no URL", { .known = S("k.example") }, NULL, "the connection's endpoint: url" },
  { "given has another port",
    { .endpoint = S("https://ws.example.com:8443/prod"), EVENT, REGION },
    "https://ws.example.com:8443/prod",
    NULL },
  { "given only begins like the domain",
    { .endpoint = S("https://ws.example.com.evil.example/prod"), EVENT, REGION },
    "https://ws.example.com.evil.example/prod",
    NULL },
  { "nothing", { .ignore_urls = false }, NULL, "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI" },
  { "given is wss", { .endpoint = S("wss://x.example/live") }, NULL, "endpoint: url must start with http" },
  { "given has no scheme", { .endpoint = S("x.example/live") }, NULL, "endpoint: url must start with http" },
  { "given has no host", { .endpoint = S("https:///live") }, NULL, "no host" },
  { "given has a query", { .endpoint = S("https://x.example/live?a=b") }, NULL, "no query" },
  { "given has a fragment", { .endpoint = S("https://x.example/#a") }, NULL, "no query" },
  { "given has a line break", { .endpoint = S("https://x.example/\r\nX: y") }, NULL, "endpoint" },
  { "a variable is no URL",
    { .management_url = S("localhost:3001"), EVENT, REGION },
    NULL,
    "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: url" },
  { "the other variable is no URL", { .endpoint_url = S("localhost"), EVENT, REGION }, NULL, "AWS_ENDPOINT_URL: url" },
};

static void test_endpoints(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++) {
    struct buf url;
    char err[ERR_LEN] = "";
    buf_init(&url, CONNECTIONS_URL_MAX);
    bool ok = connections_endpoint(&endpoints[i].place, &url, err);
    if (ok != !!endpoints[i].want || (ok && strcmp(buf_text(&url), endpoints[i].want) != 0))
      fail_msg("%s: \"%s\" (%s)", endpoints[i].name, buf_text(&url), err);
    if (!ok && !strstr(err, endpoints[i].error)) fail_msg("%s: message \"%s\"", endpoints[i].name, err);
    buf_free(&url);
  }
}

static void test_region(void **state) {
  (void)state;
  static const struct {
    struct str given, standard;
    const char *want;
  } cases[] = {
    { S("us-east-1"), S("eu-west-1"), "us-east-1" },
    { S(""), S("eu-west-1"), "eu-west-1" },
    { S(""), S(""), NULL },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct connections_place place = { .region = cases[i].given, .default_region = cases[i].standard };
    struct str region;
    char err[ERR_LEN] = "";
    bool ok = connections_region(&place, &region, err);
    assert_int_equal(ok, cases[i].want != NULL);
    if (ok) assert_true(str_equal(region, str_from(cases[i].want)));
    if (!ok) assert_non_null(strstr(err, "AWS_REGION"));
  }
}

static void test_paths(void **state) {
  (void)state;
  static const struct {
    struct str id;
    const char *want;
  } cases[] = {
    { S("BFaT_fALIAMCKug="), "/@connections/BFaT_fALIAMCKug%3D" },
    { S("a-b.c~d_0"), "/@connections/a-b.c~d_0" },
    { S("../x?y#z"), "/@connections/..%2Fx%3Fy%23z" },
    { S("a\r\n\0b"), "/@connections/a%0D%0A%00b" },
    { S("@%41 \xc3\xa9+"), "/@connections/%40%2541%20%C3%A9%2B" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buf path;
    buf_init(&path, CONNECTIONS_URL_MAX);
    connections_path(&path, cases[i].id);
    assert_string_equal(buf_text(&path), cases[i].want);
    buf_free(&path);
  }
}

/* Answers */

#define TYPE(name)                                                                                                     \
  { S("x-amzn-ErrorType"), S(name) }
#define MISMATCH "The request signature we calculated does not match the signature you provided. Check your key."

static const struct credentials keys = { S("AKIDEXAMPLE"), S("sEcReTsEcReT"), S("tOkEntOkEn") };

static const struct {
  const char *name;
  int status;
  struct http_header header;
  const char *body;
  const char *code, *type, *message;
} answers[] = {
  { "sent", 200, TYPE(""), "", "", "", "" },
  { "deleted", 204, TYPE(""), "", "", "", "" },
  { "gone, as API Gateway says it: nothing in the body", 410, TYPE("GoneException"), "", "gone", "GoneException",
    "GoneException (HTTP 410)" },
  { "gone without a type", 410, TYPE(""), "", "gone", "", "https://h answered HTTP 410" },
  { "bad id", 400, TYPE("BadRequestException"), "{\"message\":\"Invalid connectionId: x=test\"}", "bad_request",
    "BadRequestException", "BadRequestException: Invalid connectionId: x=test (HTTP 400)" },
  { "a type with an address behind it", 403, TYPE("ForbiddenException:http://internal.amazon.com/coral/"),
    "{\"Message\":\"Forbidden\"}", "forbidden", "ForbiddenException", "ForbiddenException: Forbidden (HTTP 403)" },
  { "unsigned", 403, TYPE("MissingAuthenticationTokenException"), "{\"message\":\"Missing Authentication Token\"}",
    "forbidden", "MissingAuthenticationTokenException",
    "MissingAuthenticationTokenException: Missing Authentication Token (HTTP 403)" },
  { "wrong signature: the request behind the first line holds the token", 403, TYPE("InvalidSignatureException"),
    "{\"message\":\"" MISMATCH
    "\\n\\nThe Canonical String for this request should have been\\n'POST\\nx-amz-security-token:tOkEntOkEn\"}",
    "forbidden", "InvalidSignatureException", "InvalidSignatureException: " MISMATCH " (HTTP 403)" },
  { "a message with the token", 403, TYPE("X"), "{\"message\":\"your token tOkEntOkEn is bad\"}", "forbidden", "X",
    "X (HTTP 403)" },
  { "a message with the secret", 400, TYPE(""), "{\"message\":\"sEcReTsEcReT\"}", "bad_request", "",
    "https://h answered HTTP 400" },
  { "not authenticated", 401, TYPE(""), "", "forbidden", "", "https://h answered HTTP 401" },
  { "no such path", 404, TYPE(""), "<html>", "bad_request", "", "https://h answered HTTP 404" },
  { "moved", 301, TYPE(""), "", "bad_request", "", "https://h answered HTTP 301" },
  { "too large", 413, TYPE("PayloadTooLargeException"), "", "too_large", "PayloadTooLargeException",
    "PayloadTooLargeException (HTTP 413)" },
  { "throttled", 429, TYPE("LimitExceededException"), "", "throttled", "LimitExceededException",
    "LimitExceededException (HTTP 429)" },
  { "failed", 500, TYPE(""), "{\"message\":\"Internal server error\"}", "server", "",
    "Internal server error (HTTP 500)" },
  { "unavailable", 503, TYPE(""), "{\"message\":7}", "server", "", "https://h answered HTTP 503" },
  { "a type in the body", 400, TYPE(""), "{\"__type\":\"com.amazonaws.x#ThrottlingException\",\"message\":\"slow\"}",
    "bad_request", "ThrottlingException", "ThrottlingException: slow (HTTP 400)" },
  { "a type under its other name", 400, TYPE(""), "{\"code\":\"SlowDown:http://x/\"}", "bad_request", "SlowDown",
    "SlowDown (HTTP 400)" },
  { "the header's type wins", 400, TYPE("A"), "{\"__type\":\"B\",\"code\":\"C\"}", "bad_request", "A", "A (HTTP 400)" },
  { "a type that is none", 400, TYPE(""), "{\"__type\":7}", "bad_request", "", "https://h answered HTTP 400" },
  { "a body that is JSON but no object", 500, TYPE(""), "[1]", "server", "", "https://h answered HTTP 500" },
  { "a body that is cut", 500, TYPE(""), "{\"message\":\"In", "server", "", "https://h answered HTTP 500" },
};

static void test_answers(void **state) {
  (void)state;
  struct arena memory;
  arena_init(&memory);
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    struct http_response response = { .status = answers[i].status,
                                      .message = "",
                                      .origin = STR("https://h"),
                                      .headers = &answers[i].header,
                                      .header_count = 1,
                                      .body = str_from(answers[i].body) };
    struct client_result result;
    char message[ERR_LEN];
    arena_reset(&memory);
    client_classify(&response, &keys, &memory, message, &result);
    if (strcmp(client_code_name(result.code), answers[i].code) != 0 || strcmp(result.message, answers[i].message) != 0)
      fail_msg("%s: %s \"%s\"", answers[i].name, client_code_name(result.code), result.message);
    assert_true(str_equal(result.type, str_from(answers[i].type)));
    assert_int_equal(result.status, answers[i].status);
  }
  arena_free(&memory);
}

static void test_no_answer(void **state) {
  (void)state;
  static const struct {
    enum http_code code;
    const char *want;
  } cases[] = {
    { HTTP_TIMEOUT, "timeout" },
    { HTTP_NETWORK, "network" },
    { HTTP_TOO_LARGE, "too_large" },
    { HTTP_BAD_REQUEST, "bad_request" },
  };
  struct arena memory;
  arena_init(&memory);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct http_response response = { .code = cases[i].code, .message = "https://h: why" };
    struct client_result result;
    char message[ERR_LEN];
    client_classify(&response, &keys, &memory, message, &result);
    assert_string_equal(client_code_name(result.code), cases[i].want);
    assert_string_equal(result.message, "https://h: why");
    assert_int_equal(result.status, 0);
  }
  arena_free(&memory);
}

static void test_long_messages_are_cut_between_characters(void **state) {
  (void)state;
  struct arena memory;
  struct buf body;
  arena_init(&memory);
  buf_init(&body, 4096);
  buf_add(&body, STR("{\"message\":\"x"));
  for (int i = 0; i < 500; i++) buf_add(&body, STR("\xc3\xa9"));
  buf_add(&body, STR("\"}"));
  struct http_response response = { .status = 500, .message = "", .body = buf_str(&body) };
  struct client_result result;
  char message[ERR_LEN];
  client_classify(&response, &keys, &memory, message, &result);
  const char *end = strstr(result.message, " (HTTP 500)");
  assert_non_null(end);
  assert_int_equal(end - result.message, 299); /* 1 + 149 * 2, of 300 */
  buf_free(&body);
  arena_free(&memory);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_endpoints), cmocka_unit_test(test_region),
    cmocka_unit_test(test_paths),     cmocka_unit_test(test_answers),
    cmocka_unit_test(test_no_answer), cmocka_unit_test(test_long_messages_are_cut_between_characters),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
