/* What a reply of the container's endpoint means, what of a failure is told, and until when keys are used. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "container_keys.h"
#include "container_reply.h"

#include <cmocka.h> /* last: its fail() is a macro */

#define NOW INT64_C(1559089303000) /* 2019-05-29T00:21:43Z */
#define MIN INT64_C(60000)
#define KEYS "\"AccessKeyId\":\"AKID\",\"SecretAccessKey\":\"hidden/secret+\""
#define WITHOUT(name) "http://h answered without a usable " name
#define NO_DATE "http://h answered with an Expiration that is no date of ISO 8601"
#define EXPIRED "http://h answered with keys that have expired"
#define NO_JSON "http://h answered with what is no JSON"

static struct container_reply read_reply(struct http_response response, struct arena *memory) {
  struct container_reply reply;
  if (!response.message) response.message = "";
  container_reply_read(&response, STR("http://h"), STR("secretTokenOfLetters"), NOW, memory, &reply);
  assert_null(strstr(reply.message, "hidden"));
  assert_true((reply.code == CLIENT_OK) == (reply.message[0] == '\0'));
  return reply;
}

static void keys_are_read(void **state) {
  (void)state;
  static const struct {
    const char *body, *token;
    int64_t expires_ms;
  } cases[] = {
    { "{" KEYS ",\"Token\":\"hidden=\",\"Expiration\":\"2019-05-29T06:21:43Z\"}", "hidden=", NOW + 360 * MIN },
    { "{" KEYS ",\"Token\":\"t\",\"Expiration\":\"2019-05-29T00:21:43.001Z\",\"RoleArn\":\"arn:aws\"}", "t", NOW + 1 },
    { "{\"Code\":\"Success\"," KEYS ",\"Expiration\":\"2019-05-29T03:21:43+02:00\"}", "", NOW + 60 * MIN },
    { "{" KEYS "}", "", INT64_MAX },
    { "{" KEYS ",\"Token\":null,\"Expiration\":null}", "", INT64_MAX },
    { " {" KEYS ",\"Token\":\"\",\"Expiration\":\"\"}\n", "", INT64_MAX },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct arena memory = { 0 };
    struct container_reply reply =
        read_reply((struct http_response){ .status = 200, .body = str_from(cases[i].body) }, &memory);
    if (reply.code != CLIENT_OK) fail_msg("case %zu: %s", i, reply.message);
    assert_true(str_equal(reply.keys.access_key_id, STR("AKID")));
    assert_true(str_equal(reply.keys.secret_access_key, STR("hidden/secret+")));
    assert_true(str_equal(reply.keys.session_token, str_from(cases[i].token)));
    assert_true(reply.expires_ms == cases[i].expires_ms);
    arena_free(&memory);
  }
}

static void failures_are_told(void **state) {
  (void)state;
  static const struct {
    int status;
    const char *body;
    enum client_code code;
    bool again;
    const char *message;
  } cases[] = {
    { 200, "", CLIENT_SERVER, true, NO_JSON },
    { 200, "<html>hidden</html>", CLIENT_SERVER, true, NO_JSON },
    { 200, "{" KEYS ",\"Tok", CLIENT_SERVER, true, NO_JSON },
    { 200, "[]", CLIENT_SERVER, true, WITHOUT("AccessKeyId") },
    { 200, "\"hidden\"", CLIENT_SERVER, true, WITHOUT("AccessKeyId") },
    { 200, "{}", CLIENT_SERVER, true, WITHOUT("AccessKeyId") },
    { 200, "{\"accesskeyid\":\"AKID\",\"SecretAccessKey\":\"hidden\"}", CLIENT_SERVER, true, WITHOUT("AccessKeyId") },
    { 200, "{\"AccessKeyId\":\"\",\"SecretAccessKey\":\"hidden\"}", CLIENT_SERVER, true, WITHOUT("AccessKeyId") },
    { 200, "{\"AccessKeyId\":7,\"SecretAccessKey\":\"hidden\"}", CLIENT_SERVER, true, WITHOUT("AccessKeyId") },
    { 200, "{\"AccessKeyId\":\"A\\r\\nB\",\"SecretAccessKey\":\"hidden\"}", CLIENT_SERVER, true,
      WITHOUT("AccessKeyId") },
    { 200, "{\"AccessKeyId\":\"A\\u0000\",\"SecretAccessKey\":\"hidden\"}", CLIENT_SERVER, true,
      WITHOUT("AccessKeyId") },
    { 200, "{\"AccessKeyId\":\"AKID\"}", CLIENT_SERVER, true, WITHOUT("SecretAccessKey") },
    { 200, "{" KEYS ",\"Token\":[\"hidden\"]}", CLIENT_SERVER, true, WITHOUT("Token") },
    { 200, "{" KEYS ",\"Token\":\"hidden one\"}", CLIENT_SERVER, true, WITHOUT("Token") },
    { 200, "{" KEYS ",\"Expiration\":1559089303}", CLIENT_SERVER, true, NO_DATE },
    { 200, "{" KEYS ",\"Expiration\":\"hidden\"}", CLIENT_SERVER, true, NO_DATE },
    { 200, "{" KEYS ",\"Expiration\":\"2019-05-29T00:21:43Z\"}", CLIENT_SERVER, true, EXPIRED },
    { 200, "{" KEYS ",\"Expiration\":\"1999-01-01T00:00:00Z\"}", CLIENT_SERVER, true, EXPIRED },
    { 204, "", CLIENT_SERVER, true, "http://h answered HTTP 204" },
    { 302, "{" KEYS "}", CLIENT_SERVER, true, "http://h answered HTTP 302" },
    { 400, "{\"code\":\"InvalidToken\",\"message\":\"hidden\"}", CLIENT_BAD_REQUEST, false,
      "http://h answered HTTP 400 InvalidToken" },
    { 403, "{\"Code\":\"AccessDenied\"}", CLIENT_BAD_REQUEST, false, "http://h answered HTTP 403 AccessDenied" },
    { 404, "not found: hidden", CLIENT_BAD_REQUEST, false, "http://h answered HTTP 404" },
    { 404, "{\"code\":\"hidden/secret+\"}", CLIENT_BAD_REQUEST, false, "http://h answered HTTP 404" },
    { 404, "{\"code\":404}", CLIENT_BAD_REQUEST, false, "http://h answered HTTP 404" },
    { 429, "", CLIENT_SERVER, true, "http://h answered HTTP 429" },
    { 500, "{\"code\":\"InternalError\"}", CLIENT_SERVER, true, "http://h answered HTTP 500 InternalError" },
    { 503, "<html>", CLIENT_SERVER, true, "http://h answered HTTP 503" },
    { 400, "{\"code\":\"secretTokenOfLetters\"}", CLIENT_BAD_REQUEST, false, "http://h answered HTTP 400" },
    { 400, "{\"code\":\"XsecretTokenOf\"}", CLIENT_BAD_REQUEST, false, "http://h answered HTTP 400" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct arena memory = { 0 };
    struct http_response response = { .status = cases[i].status, .body = str_from(cases[i].body) };
    struct container_reply reply = read_reply(response, &memory);
    assert_string_equal(reply.message, cases[i].message);
    assert_int_equal(reply.code, cases[i].code);
    assert_int_equal(reply.again, cases[i].again);
    assert_int_equal(reply.keys.secret_access_key.len, 0);
    arena_free(&memory);
  }
}

static void no_reply_is_told(void **state) {
  (void)state;
  static const struct {
    enum http_code http;
    enum client_code code;
    const char *message;
  } cases[] = {
    { HTTP_TIMEOUT, CLIENT_TIMEOUT, "http://h: no answer" },
    { HTTP_NETWORK, CLIENT_NETWORK, "http://h: no answer" },
    { HTTP_BAD_REQUEST, CLIENT_BAD_REQUEST, "http://h: no answer" },
    { HTTP_TOO_LARGE, CLIENT_SERVER, "http://h answered with more than 10 kB" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct container_reply reply =
        read_reply((struct http_response){ .code = cases[i].http, .message = "http://h: no answer" }, NULL);
    assert_int_equal(reply.code, cases[i].code);
    assert_int_equal(reply.again, cases[i].code != CLIENT_BAD_REQUEST);
    assert_string_equal(reply.message, cases[i].message);
  }
}

static void keys_have_a_state(void **state) {
  (void)state;
  static const struct {
    int64_t expires_ms, asked_ms;
    enum container_state want;
  } cases[] = {
    { INT64_MAX, 0, CONTAINER_FRESH },
    { NOW + 5 * MIN, 0, CONTAINER_FRESH },
    { NOW + 5 * MIN - 1, 0, CONTAINER_STALE },
    { NOW + 1, 0, CONTAINER_STALE },
    { NOW + 1, NOW, CONTAINER_FRESH },
    { NOW + 1, NOW - 4999, CONTAINER_FRESH },
    { NOW + 1, NOW - 5000, CONTAINER_STALE },
    { NOW + 1, NOW + MIN, CONTAINER_STALE }, /* somebody has set the clock back */
    { NOW, NOW, CONTAINER_NONE },
    { NOW - 1, 0, CONTAINER_NONE },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct credentials credentials = { STR("id"), STR("secret"), STR("") };
    struct container_keys *keys = container_keys_new(&credentials, cases[i].expires_ms);
    if (container_keys_state(keys, NOW, cases[i].asked_ms) != cases[i].want) fail_msg("case %zu", i);
    container_keys_release(keys);
  }
  assert_int_equal(container_keys_state(NULL, NOW, 0), CONTAINER_NONE);
}

static void keys_are_copies_with_users(void **state) {
  (void)state;
  char secret[] = "secret";
  struct credentials credentials = { STR("id"), str_of(secret, 6), STR("") };
  struct container_keys *keys = container_keys_new(&credentials, NOW);
  memset(secret, 'x', 6);
  assert_ptr_equal(container_keys_hold(keys), keys);
  container_keys_release(keys);
  assert_true(str_equal(keys->credentials.access_key_id, STR("id")));
  assert_true(str_equal(keys->credentials.secret_access_key, STR("secret")));
  assert_int_equal(keys->credentials.session_token.len, 0);
  container_keys_release(keys);
  container_keys_release(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(keys_are_read),
    cmocka_unit_test(failures_are_told),
    cmocka_unit_test(no_reply_is_told),
    cmocka_unit_test(keys_have_a_state),
    cmocka_unit_test(keys_are_copies_with_users),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
