/* redact, secret: documents in, documents without secrets out. Whatever is a secret in these tables is called hush. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "json_check.h"
#include "redact.h"
#include "secret.h"
#include "utf8.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define GONE "\"(redacted)\""

static void test_names(void **state) {
  (void)state;
  static const struct {
    const char *name;
    bool secret;
  } cases[] = {
    { "authorization", true },
    { "Proxy-Authorization", true },
    { "cookie", true },
    { "Set-Cookie", true },
    { "cookies", true },
    { "x-api-key", true },
    { "apiKey", true },
    { "API_KEYS", true },
    { "Sec-WebSocket-Protocol", true },
    { "token", true },
    { "access_token", true },
    { "refreshToken", true },
    { "authorizationToken", true },
    { "X-Amz-Security-Token", true },
    { "PASSWORD", true },
    { "new password", true },
    { "passwd", true },
    { "secret", true },
    { "client_secret", true },
    { "aws-secret-access-key", true },
    { "credential", true },
    { "Credentials", true },
    { "X-Amz-Credential", true },
    { "signature", true },
    { "X-Amz-Signature", true },
    { "session", true },
    { "SESSION_ID", true },
    { "t-o-k-e-n", true },
    { "", false },
    { "s", false },
    { "body", false },
    { "connectionId", false },
    { "requestId", false },
    { "sourceIp", false },
    { "authorizer", false },
    { "Sec-WebSocket-Key", false },
    { "Sec-WebSocket-Version", false },
    { "tokenizer", false },
    { "stage", false },
    { "apiKeyId", false },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (secret_is_name(str_from(cases[i].name)) != cases[i].secret) fail_msg("%s", cases[i].name);
  char large[1000];
  memset(large, 'a', sizeof large);
  assert_true(secret_is_name(str_of(large, sizeof large))); /* not looked through: covered */
}

static const struct {
  const char *text, *want;
} texts[] = {
  { "", "" },
  { "hello, what is my password?", "hello, what is my password?" },
  { "password=hush", "password=(redacted)" },
  { "user=me&password=hush&x=1", "user=me&password=(redacted)&x=1" },
  { "user%5Bpassword%5D=hush&x=1", "user%5Bpassword%5D=(redacted)&x=1" },
  { "user[password]=hush;x=1", "user[password]=(redacted);x=1" },
  { "https://h/p?X-Amz-Credential=hush/1&X-Amz-Signature=hush",
    "https://h/p?X-Amz-Credential=(redacted)&X-Amz-Signature=(redacted)" },
  { "Authorization: Basic hush hush\r\nHost: h", "Authorization: (redacted)\r\nHost: h" },
  { "Cookie: a=hush; b=hush\nHost: h", "Cookie: (redacted)\nHost: h" },
  { "got 'password': 'hu sh', 'a': 1", "got 'password': '(redacted)', 'a': 1" },
  { "got \\\"token\\\":\\\"hush\\\"", "got \\\"token\\\":\\\"(redacted)\"" },
  { "token =  \"hu&sh\" x", "token =  \"(redacted)\" x" },
  { "Bearer hush", "Bearer (redacted)" },
  { "use bearer  hush.hush-hush now", "use bearer  (redacted) now" },
  { "a bearer", "a bearer" },
  { "Bearer", "Bearer" },
  { "bearers of hope", "bearers of hope" },
  { "password=", "password=" },
  { "password", "password" },
  { "token: ", "token: " },
  { "token=Bearer hush", "token=(redacted) hush" }, /* a form has no blanks */
};

static void test_texts(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct buf out;
    buf_init(&out, 4096);
    secret_cover(&out, str_from(texts[i].text));
    if (!str_equal(buf_str(&out), str_from(texts[i].want))) fail_msg("%s: %.*s", texts[i].text, STR_ARG(buf_str(&out)));
    buf_free(&out);
  }
}

static const struct {
  const char *json, *want;
} documents[] = {
  { "null", "null" },
  { "[]", "[]" },
  { "{}", "{}" },
  { "[1,-0.5,true,false,null,\"a\",[],{}]", "[1,-0.5,true,false,null,\"a\",[],{}]" },
  { "\"Bearer hush\"", "\"Bearer (redacted)\"" },
  /* by name, in any case, at any depth, whatever the value is */
  { "{\"headers\":{\"Authorization\":\"hush\",\"Host\":\"h\"}}",
    "{\"headers\":{\"Authorization\":" GONE ",\"Host\":\"h\"}}" },
  { "{\"multiValueHeaders\":{\"COOKIE\":[\"hush\",\"hush\"]}}", "{\"multiValueHeaders\":{\"COOKIE\":" GONE "}}" },
  { "{\"queryStringParameters\":{\"token\":\"hush\"}}", "{\"queryStringParameters\":{\"token\":" GONE "}}" },
  { "{\"requestContext\":{\"authorizer\":{\"claims\":{\"session\":{\"a\":\"hush\"},\"sub\":\"me\"}}}}",
    "{\"requestContext\":{\"authorizer\":{\"claims\":{\"session\":" GONE ",\"sub\":\"me\"}}}}" },
  { "{\"stageVariables\":{\"db_password\":\"hush\"}}", "{\"stageVariables\":{\"db_password\":" GONE "}}" },
  { "{\"pin_token\":4711,\"secret\":null,\"password\":true}",
    "{\"pin_token\":" GONE ",\"secret\":" GONE ",\"password\":" GONE "}" },
  { "[[[{\"a\":[{\"passwd\":\"hush\"}]}]]]", "[[[{\"a\":[{\"passwd\":" GONE "}]}]]]" },
  { "[{\"name\":\"Authorization\",\"value\":\"hush\"},{\"key\":\"Host\",\"value\":\"h\"}]",
    "[{\"name\":\"Authorization\",\"value\":" GONE "},{\"key\":\"Host\",\"value\":\"h\"}]" },
  /* names in disguise, and twice */
  { "{\"pass\\u0077ord\":\"hush\"}", "{\"password\":" GONE "}" },
  { "{\"pass\\u0000word\":\"hush\"}", "{\"pass\\u0000word\":" GONE "}" },
  { "{\"token\":\"hush\",\"token\":\"hush\",\"a\":1,\"a\":2}",
    "{\"token\":" GONE ",\"token\":" GONE ",\"a\":1,\"a\":2}" },
  /* JSON in strings */
  { "{\"body\":\"{\\\"password\\\":\\\"hush\\\",\\\"a\\\":1}\"}",
    "{\"body\":\"{\\\"password\\\":\\\"(redacted)\\\",\\\"a\\\":1}\"}" },
  { "{\"body\":\" [ {\\\"tok\\\\u0065n\\\":\\\"hush\\\"} ]\"}", "{\"body\":\"[{\\\"token\\\":\\\"(redacted)\\\"}]\"}" },
  { "{\"Message\":\"{\\\"body\\\":\\\"{\\\\\\\"token\\\\\\\":\\\\\\\"hush\\\\\\\"}\\\"}\"}",
    "{\"Message\":\"{\\\"body\\\":\\\"{\\\\\\\"token\\\\\\\":\\\\\\\"(redacted)\\\\\\\"}\\\"}\"}" },
  { "{\"body\":\"\\\"{\\\\\\\"token\\\\\\\":\\\\\\\"hush\\\\\\\"}\\\"\"}",
    "{\"body\":\"\\\"{\\\\\\\"token\\\\\\\":\\\\\\\"(redacted)\\\\\\\"}\\\"\"}" },
  { "{\"body\":\"{\\\"password\\\":\\\"hush\"}", "{\"body\":" GONE "}" },         /* torn off */
  { "{\"body\":\"{\\\"pass\\\\u0077ord\\\":\\\"hush\"}", "{\"body\":" GONE "}" }, /* the same, disguised */
  { "{\"body\":\"{broken, but nothing to hide\"}", "{\"body\":\"{broken, but nothing to hide\"}" },
  { "{\"body\":\"{smile} Bearer hush\"}", "{\"body\":\"{smile} Bearer (redacted)\"}" },
  { "{\"body\":\"user=me&password=hush\"}", "{\"body\":\"user=me&password=(redacted)\"}" },
  { "{\"rawQueryString\":\"token=hush&a=1\"}", "{\"rawQueryString\":\"token=(redacted)&a=1\"}" },
  { "{\"body\":\"aHVzaA==\",\"isBase64Encoded\":true}", "{\"body\":\"(base64, not shown)\",\"isBase64Encoded\":true}" },
  { "{\"body\":\"aHVzaA==\",\"isBase64Encoded\":false}", "{\"body\":\"aHVzaA==\",\"isBase64Encoded\":false}" },
  /* bytes */
  { "[\"a\\u0000b\xFF\",\"\\ud800\"]", "[\"a\\u0000b\xEF\xBF\xBD\",\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"]" },
};

/* The document, redacted. */
static bool redact(struct buf *out, struct str json, struct redact_limits limits) {
  struct arena memory;
  const struct json *root;
  char err[ERR_LEN];
  arena_init(&memory);
  if (!json_parse(&memory, json, &root, err)) fail_msg("%.*s: %s", STR_ARG(json), err);
  bool cut = redact_write(out, root, limits, &memory);
  arena_free(&memory);
  return cut;
}

static const struct redact_limits no_limits = { SIZE_MAX, SIZE_MAX };

static void test_documents(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
    struct buf out;
    buf_init(&out, 4096);
    assert_false(redact(&out, str_from(documents[i].json), no_limits));
    if (!str_equal(buf_str(&out), str_from(documents[i].want)))
      fail_msg("%s: %.*s", documents[i].json, STR_ARG(buf_str(&out)));
    buf_free(&out);
  }
}

/* As deep as JSON may be, in itself and in strings: redacted at the bottom, or not shown. */
static void test_depth(void **state) {
  (void)state;
  struct buf json, out;
  char err[ERR_LEN];
  bool cover;
  buf_init(&json, 1 << 20);
  buf_init(&out, 1 << 20);
  for (int i = 0; i < JSON_DEPTH - 1; i++) buf_add_char(&json, '[');
  buf_add(&json, STR("{\"token\":\"hush\"}"));
  for (int i = 0; i < JSON_DEPTH - 1; i++) buf_add_char(&json, ']');
  redact(&out, buf_str(&json), no_limits);
  assert_true(json_check(buf_str(&out), &cover, err));
  assert_int_equal(str_find(buf_str(&out), STR("hush"), 0), SIZE_MAX);
  buf_clear(&json);
  buf_add(&json, STR("{\"a\":\"hush\",\"token\":\"hush\"}"));
  for (int i = 0; i < 12; i++) {
    struct buf next;
    buf_init(&next, 1 << 20);
    buf_add(&next, STR("{\"body\":"));
    json_write_string(&next, buf_str(&json));
    buf_add_char(&next, '}');
    buf_free(&json);
    json = next;
  }
  buf_clear(&out);
  redact(&out, buf_str(&json), no_limits);
  assert_true(json_check(buf_str(&out), &cover, err));
  assert_int_equal(str_find(buf_str(&out), STR("hush"), 0), SIZE_MAX); /* too deep to look: nothing of it */
  buf_free(&json);
  buf_free(&out);
}

static void test_limits(void **state) {
  (void)state;
  static const struct redact_limits limits = { 4, 6 };
  struct buf out;
  buf_init(&out, 4096);
  assert_true(redact(&out, STR("{\"body\":\"abc\xC3\xBC\",\"a\":\"abcdef\",\"b\":\"abcdefg\",\"token\":\"hush hush\"}"),
                     limits));
  assert_true(
      str_equal(buf_str(&out), STR("{\"body\":\"abc... (truncated)\",\"a\":\"abcdef\",\"b\":\"abcdef... (truncated)\","
                                   "\"token\":" GONE "}")));
  buf_clear(&out);
  assert_false(redact(&out, STR("{\"body\":\"abcd\",\"a\":{\"body\":1}}"), limits));
  buf_free(&out);
  buf_init(&out, 8); /* what does not fit marks the buffer */
  redact(&out, STR("{\"a\":\"abcdefghijkl\"}"), no_limits);
  assert_true(out.failed);
  buf_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_names), cmocka_unit_test(test_texts),  cmocka_unit_test(test_documents),
    cmocka_unit_test(test_depth), cmocka_unit_test(test_limits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
