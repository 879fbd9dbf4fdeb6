/* What the signer refuses, and that its messages name the field and hold no secret. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "sigv4.h"

#include <cmocka.h> /* last: its fail() is a macro */

static const struct credentials keys = { STR("AKIDEXAMPLE"), STR("secret-of-the-test"), STR("") };

static struct sigv4_input plain(void) {
  return (struct sigv4_input){ .method = STR("GET"),
                               .url = STR("https://example.com/"),
                               .service = STR("execute-api"),
                               .region = STR("eu-central-1"),
                               .credentials = &keys,
                               .time_s = 1795293192 };
}

static void check_refusal(const struct sigv4_input *in, const char *start) {
  struct arena memory = { 0 };
  struct sigv4_result result;
  char err[ERR_LEN] = "";
  bool ok = sigv4_sign(in, NULL, &memory, &result, err);
  if (ok || !str_starts(str_from(err), str_from(start))) fail_msg("%s: %s", start, ok ? "signed" : err);
  assert_null(strstr(err, "of-the-test"));
  assert_int_equal(result.header_count, 0);
  assert_int_equal(result.signature.len, 0);
  assert_int_equal(result.authorization.len, 0);
  arena_free(&memory);
}

static void plain_input_is_signed(void **state) {
  (void)state;
  struct arena memory = { 0 };
  struct sigv4_result result;
  struct sigv4_input in = plain();
  char err[ERR_LEN];
  assert_true(sigv4_sign(&in, NULL, &memory, &result, err));
  arena_free(&memory);
}

static void unfit_names_are_refused(void **state) {
  (void)state;
  static const struct {
    struct str method, service, region;
    const char *start;
  } cases[] = {
    { STR(""), STR("s"), STR("r"), "method must" },       { STR("GET /\n"), STR("s"), STR("r"), "method must" },
    { STR("G\0T"), STR("s"), STR("r"), "method must" },   { STR("GET"), STR(""), STR("r"), "service must" },
    { STR("GET"), STR("a/b"), STR("r"), "service must" }, { STR("GET"), STR("s"), STR(""), "region must" },
    { STR("GET"), STR("s"), STR("a b"), "region must" },  { STR("GET"), STR("s"), STR("a,b"), "region must" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sigv4_input in = plain();
    in.method = cases[i].method;
    in.service = cases[i].service;
    in.region = cases[i].region;
    check_refusal(&in, cases[i].start);
  }
}

static void unfit_credentials_are_refused(void **state) {
  (void)state;
  char endless[1000];
  memset(endless, 'x', sizeof endless);
  const struct {
    struct credentials credentials;
    const char *start;
  } cases[] = {
    { { STR(""), STR("secret-of-the-test"), STR("") }, "credentials.access_key_id must" },
    { { STR("AK/ID"), STR("secret-of-the-test"), STR("") }, "credentials.access_key_id must" },
    { { STR("AKID\r\nX: y"), STR("secret-of-the-test"), STR("") }, "credentials.access_key_id must" },
    { { STR("AKID"), STR(""), STR("") }, "credentials.secret_access_key must" },
    { { STR("AKID"), STR("secret-of-the-test\n"), STR("") }, "credentials.secret_access_key must" },
    { { STR("AKID"), str_of(endless, sizeof endless), STR("") }, "credentials.secret_access_key must" },
    { { STR("AKID"), STR("secret-of-the-test"), STR("token-of-the-test\r\n") }, "credentials.session_token must" },
  };
  struct sigv4_input in = plain();
  in.credentials = NULL;
  check_refusal(&in, "credentials must");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    in.credentials = &cases[i].credentials;
    check_refusal(&in, cases[i].start);
  }
}

static void unfit_times_are_refused(void **state) {
  (void)state;
  static const struct {
    int64_t time_s, expires_s;
    bool presign;
    const char *start;
  } cases[] = {
    { -1, 0, false, "time must" },
    { 253402300800, 0, false, "time must" },
    { 1, 0, true, "expires must" },
    { 1, -1, true, "expires must" },
    { 1, SIGV4_EXPIRES_MAX + 1, true, "expires must" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sigv4_input in = plain();
    in.time_s = cases[i].time_s;
    in.expires_s = cases[i].expires_s;
    in.presign = cases[i].presign;
    check_refusal(&in, cases[i].start);
  }
}

static void unfit_headers_are_refused(void **state) {
  (void)state;
  static const struct sigv4_header cases[] = {
    { STR("a b"), STR("") }, { STR(""), STR("") },          { STR("a:"), STR("") },
    { STR("a\n"), STR("") }, { STR("b\xc3\xbc"), STR("") }, { STR("X-Amz-Content-Sha256"), STR("a\nb") },
  };
  struct sigv4_input in = plain();
  in.header_count = 1;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    in.headers = &cases[i];
    check_refusal(&in, "headers must");
  }
  in = plain();
  in.payload_hash = STR("a\nb");
  check_refusal(&in, "payload_hash must");
}

static void unfit_urls_are_refused(void **state) {
  (void)state;
  static const struct str cases[] = {
    STR("example.com/"),           STR("/path"),
    STR("ftp://example.com/"),     STR("https://"),
    STR("https:///path"),          STR("https://:443/path"),
    STR("https://me@example.com"), STR("https://exa mple.com/"),
    STR("https://e.com/\n"),       STR("https://b\xc3\xbc.example/"),
    STR("https://e.com/?a\rb"),    STR("https://e.com/a\0b"),
  };
  struct sigv4_input in = plain();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    in.url = cases[i];
    check_refusal(&in, "url must");
  }
}

static void unfit_parts_are_refused(void **state) {
  (void)state;
  static const struct {
    struct str host, path, query;
    const char *start;
  } cases[] = {
    { STR(""), STR("/"), STR(""), "host must" },      { STR("a/b"), STR("/"), STR(""), "host must" },
    { STR("me@a"), STR("/"), STR(""), "host must" },  { STR("a\r\nb: c"), STR("/"), STR(""), "host must" },
    { STR("a"), STR("b"), STR(""), "path must" },     { STR("a"), STR("/b?c"), STR(""), "path must" },
    { STR("a"), STR("/b\r"), STR(""), "path must" },  { STR("a"), STR("/"), STR("b#c"), "query must" },
    { STR("a"), STR("/"), STR("b\n"), "query must" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sigv4_input in = plain();
    in.url = STR("");
    in.host = cases[i].host;
    in.path = cases[i].path;
    in.query = cases[i].query;
    check_refusal(&in, cases[i].start);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(plain_input_is_signed),         cmocka_unit_test(unfit_names_are_refused),
    cmocka_unit_test(unfit_credentials_are_refused), cmocka_unit_test(unfit_times_are_refused),
    cmocka_unit_test(unfit_headers_are_refused),     cmocka_unit_test(unfit_urls_are_refused),
    cmocka_unit_test(unfit_parts_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
