/* The verifier of @connections: what the signer signs is accepted, and nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "signature.h"

#include <cmocka.h> /* last: its fail() is a macro */

#define NOW 1795293192 /* 2026-11-21T20:33:12Z */
#define PATH "/dev/@connections/BFaT_fALIAMCKug%3D"
#define BODY_HASH "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" /* of "hello" */
#define EMPTY_HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const struct credentials keys = { STR("local"), STR("secret-of-the-test"), STR("") };
static const struct credentials other_secret = { STR("local"), STR("another-secret"), STR("") };
static const struct credentials other_key = { STR("AKIAIOSFODNN7EXAMPLE"), STR("secret-of-the-test"), STR("") };

enum { HEADERS = 16 };

/* A request as its client signs it and as it arrives. */
struct sent {
  struct arena memory;
  struct field list[HEADERS];
  struct signed_request request;
};

static struct sigv4_input plain(void) {
  return (struct sigv4_input){ .method = STR("POST"),
                               .host = STR("127.0.0.1:3001"),
                               .path = STR(PATH),
                               .body = STR("hello"),
                               .service = STR("execute-api"),
                               .region = STR("us-east-1"),
                               .credentials = &keys,
                               .time_s = NOW };
}

static void add(struct sent *s, struct str name, struct str value) {
  s->list[s->request.headers.count++] = (struct field){ name, value };
}

static void sent_sign(struct sent *s, const struct sigv4_input *in) {
  struct sigv4_result result;
  char err[ERR_LEN];
  *s = (struct sent){ 0 };
  if (!sigv4_sign(in, NULL, &s->memory, &result, err)) fail_msg("%s", err);
  add(s, STR("Host"), in->host);
  for (size_t i = 0; i < in->header_count; i++) add(s, in->headers[i].name, in->headers[i].value);
  for (size_t i = 0; i < result.header_count; i++) add(s, result.headers[i].name, result.headers[i].value);
  s->request.method = in->method;
  s->request.path = in->path;
  s->request.query = in->query;
  s->request.body = in->body;
  s->request.headers.list = s->list;
}

static struct str *value_of(struct sent *s, const char *name) {
  for (size_t i = 0; i < s->request.headers.count; i++)
    if (str_equal_nocase(s->list[i].name, str_from(name))) return &s->list[i].value;
  fail_msg("no header %s", name);
  return NULL;
}

/* Replaces the first `from` of the Authorization header. */
static void edit(struct sent *s, const char *from, const char *to) {
  struct str *value = value_of(s, "Authorization");
  struct buf b;
  buf_init(&b, 1024 * 1024);
  size_t at = str_find(*value, str_from(from), 0);
  if (at == SIZE_MAX) fail_msg("no %s in %.*s", from, STR_ARG(*value));
  buf_add(&b, str_slice(*value, 0, at));
  buf_add(&b, str_from(to));
  buf_add(&b, str_slice(*value, at + strlen(from), value->len));
  *value = arena_copy(&s->memory, buf_str(&b));
  buf_free(&b);
}

static void forget_header(struct sent *s, const char *name) {
  struct str *value = value_of(s, name);
  struct field *field = (struct field *)((char *)value - offsetof(struct field, value));
  *field = s->list[--s->request.headers.count];
}

static bool verify(struct sent *s, int64_t now_s, struct signature_refusal *refusal) {
  static struct sigv4_key_cache cache;
  struct signature_rules rules = { &keys, STR("us-east-1"), STR("execute-api"), now_s };
  bool ok = signature_verify(&s->request, &rules, &cache, &s->memory, refusal);
  struct str message = buf_str(&refusal->message);
  assert_int_equal(str_find(message, keys.secret_access_key, 0), SIZE_MAX);
  assert_false(refusal->message.failed);
  assert_true(ok == (refusal->error_type == NULL) && ok == (message.len == 0));
  return ok;
}

static void must_pass(struct sent *s, const char *what) {
  struct signature_refusal refusal;
  if (!verify(s, NOW, &refusal)) fail_msg("%s: %s", what, buf_text(&refusal.message));
  buf_free(&refusal.message);
  arena_free(&s->memory);
}

static void must_refuse(struct sent *s, int64_t now_s, const char *what, const char *type, const char *message) {
  struct signature_refusal refusal;
  if (verify(s, now_s, &refusal)) fail_msg("%s: accepted", what);
  if (strcmp(refusal.error_type, type) != 0 || !str_starts(buf_str(&refusal.message), str_from(message)))
    fail_msg("%s: %s: %s", what, refusal.error_type, buf_text(&refusal.message));
  buf_free(&refusal.message);
  arena_free(&s->memory);
}

#define MISMATCH "The request signature we calculated does not match the signature you provided. "

static void signed_requests_pass(void **state) {
  (void)state;
  static const struct sigv4_header hash[] = { { STR("x-amz-content-sha256"), STR(BODY_HASH) } };
  static const struct sigv4_header none[] = { { STR("X-Amz-Content-SHA256"), STR("UNSIGNED-PAYLOAD") } };
  static const struct sigv4_header more[] = { { STR("Content-Type"), STR("text/plain") },
                                              { STR("X-Amz-Security-Token"), STR("of nobody") },
                                              { STR("X-Twice"), STR(" a  b ") },
                                              { STR("x-twice"), STR("") },
                                              { STR("User-Agent"), STR("not signed") } };
  static const struct {
    const char *name;
    struct str method, path, query, body;
    const struct sigv4_header *headers;
    size_t header_count;
  } cases[] = {
    { "post", STR("POST"), STR(PATH), STR(""), STR("hello"), NULL, 0 },
    { "nothing to say", STR("POST"), STR(PATH), STR(""), STR(""), NULL, 0 },
    { "any bytes", STR("POST"), STR(PATH), STR(""), STR("\0\xff\n"), NULL, 0 },
    { "get", STR("GET"), STR(PATH), STR(""), STR(""), NULL, 0 },
    { "delete", STR("DELETE"), STR(PATH), STR(""), STR(""), NULL, 0 },
    { "raw =", STR("POST"), STR("/dev/@connections/BFaT_fALIAMCKug="), STR(""), STR("hello"), NULL, 0 },
    { "%40", STR("POST"), STR("/dev/%40connections/BFaT_fALIAMCKug%3D"), STR(""), STR("hello"), NULL, 0 },
    { "$default", STR("POST"), STR("/$default/@connections/a%3D"), STR(""), STR("hello"), NULL, 0 },
    { "query", STR("GET"), STR(PATH), STR("b=2&a=1&a&%7e=%41"), STR(""), NULL, 0 },
    { "hash of the body", STR("POST"), STR(PATH), STR(""), STR("hello"), hash, 1 },
    { "unsigned payload", STR("POST"), STR(PATH), STR(""), STR("hello"), none, 1 },
    { "headers", STR("POST"), STR(PATH), STR(""), STR("hello"), more, 5 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sent s;
    struct sigv4_input in = plain();
    in.method = cases[i].method;
    in.path = cases[i].path;
    in.query = cases[i].query;
    in.body = cases[i].body;
    in.headers = cases[i].headers;
    in.header_count = cases[i].header_count;
    in.no_normalize = true;
    sent_sign(&s, &in);
    must_pass(&s, cases[i].name);
  }
}

static void windows_are_five_minutes(void **state) {
  (void)state;
  static const struct {
    int64_t later_s;
    const char *message; /* NULL: accepted */
  } cases[] = {
    { 0, NULL },
    { 300, NULL },
    { -300, NULL },
    { 301, "Signature expired: 20261121T203312Z is now earlier than 20261121T203313Z (20261121T203813Z - 5 min.)" },
    { -301, "Signature not yet current: 20261121T203312Z is still later than 20261121T203311Z (20261121T202811Z + 5 "
            "min.)" },
    { 86400, "Signature expired: " },
    { -86400, "Signature not yet current: " },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sent s;
    struct signature_refusal refusal;
    struct sigv4_input in = plain();
    sent_sign(&s, &in);
    bool ok = verify(&s, NOW + cases[i].later_s, &refusal);
    buf_free(&refusal.message);
    assert_true(ok == (cases[i].message == NULL));
    if (ok)
      arena_free(&s.memory);
    else
      must_refuse(&s, NOW + cases[i].later_s, "window", "InvalidSignatureException", cases[i].message);
  }
}

/* Signed as plain(), then one thing of the request is another. */
static void changed_requests_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *name;
    struct str method, path, query, body;
  } cases[] = {
    { "method", STR("DELETE"), STR(PATH), STR(""), STR("hello") },
    { "another connection", STR("POST"), STR("/dev/@connections/BFaT_fALIAMCKuh%3D"), STR(""), STR("hello") },
    { "another stage", STR("POST"), STR("/prod/@connections/BFaT_fALIAMCKug%3D"), STR(""), STR("hello") },
    { "= for %3D", STR("POST"), STR("/dev/@connections/BFaT_fALIAMCKug="), STR(""), STR("hello") },
    { "%3d for %3D", STR("POST"), STR("/dev/@connections/BFaT_fALIAMCKug%3d"), STR(""), STR("hello") },
    { "%40 for @", STR("POST"), STR("/dev/%40connections/BFaT_fALIAMCKug%3D"), STR(""), STR("hello") },
    { "//", STR("POST"), STR("/dev//@connections/BFaT_fALIAMCKug%3D"), STR(""), STR("hello") },
    { ".", STR("POST"), STR("/dev/./@connections/BFaT_fALIAMCKug%3D"), STR(""), STR("hello") },
    { "..", STR("POST"), STR("/a/../dev/@connections/BFaT_fALIAMCKug%3D"), STR(""), STR("hello") },
    { "slash behind", STR("POST"), STR(PATH "/"), STR(""), STR("hello") },
    { "query", STR("POST"), STR(PATH), STR("a=1"), STR("hello") },
    { "body", STR("POST"), STR(PATH), STR(""), STR("hellp") },
    { "no body", STR("POST"), STR(PATH), STR(""), STR("") },
    { "longer body", STR("POST"), STR(PATH), STR(""), STR("hello\0") },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sent s;
    struct sigv4_input in = plain();
    sent_sign(&s, &in);
    s.request.method = cases[i].method;
    s.request.path = cases[i].path;
    s.request.query = cases[i].query;
    s.request.body = cases[i].body;
    must_refuse(&s, NOW, cases[i].name, "InvalidSignatureException", MISMATCH);
  }
}

static void changed_headers_are_refused(void **state) {
  (void)state;
  static const struct sigv4_header hash[] = { { STR("X-Amz-Content-Sha256"), STR(BODY_HASH) } };
  static const struct {
    const char *header, *value, *message;
  } cases[] = {
    { "Host", "127.0.0.1:3002", MISMATCH },
    { "X-Amz-Date", "20261121T203313Z", MISMATCH },
    { "X-Amz-Content-Sha256", EMPTY_HASH, MISMATCH },
    { "X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD", MISMATCH },
    { "X-Amz-Content-Sha256", "", MISMATCH },
    { "X-Amz-Content-Sha256", "a\nb", MISMATCH },
    { "Host", "", "'Host' must be a 'SignedHeader'" },
    { "Host", "a@b", "The request has no signature that could be checked: host must" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sent s;
    struct sigv4_input in = plain();
    in.headers = hash;
    in.header_count = 1;
    sent_sign(&s, &in);
    *value_of(&s, cases[i].header) = str_from(cases[i].value);
    must_refuse(&s, NOW, cases[i].header, "InvalidSignatureException", cases[i].message);
  }
}

/* The hash that is signed is the body's, but the header announces another one. */
static void hashes_that_are_not_the_body_s_are_refused(void **state) {
  (void)state;
  static const struct sigv4_header wrong[] = { { STR("X-Amz-Content-Sha256"), STR(EMPTY_HASH) } };
  static const struct str hashes[] = { STR(EMPTY_HASH), STR(BODY_HASH) };
  for (size_t i = 0; i < 2; i++) {
    struct sent s;
    struct sigv4_input in = plain();
    in.headers = wrong;
    in.header_count = 1;
    in.payload_hash = hashes[i];
    sent_sign(&s, &in);
    must_refuse(&s, NOW, "hash", "InvalidSignatureException", MISMATCH);
  }
}

static void changed_authorizations_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *from, *to, *type, *message;
  } cases[] = {
    { "AWS4-HMAC-SHA256 ", "Bearer ", "IncompleteSignatureException", "Authorization header requires the algorithm" },
    { "AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256", "IncompleteSignatureException", "Authorization header requires the" },
    { "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512", "IncompleteSignatureException", "Authorization header requires the" },
    { "Credential=", "", "IncompleteSignatureException", "Authorization header has a part that is no key=value" },
    { "Credential=", "credential=", "IncompleteSignatureException",
      "Authorization header requires 'Credential' parameter." },
    { "Signature=", "Sig=", "IncompleteSignatureException", "Authorization header requires 'Signature' parameter." },
    { "SignedHeaders=", "Signed=", "IncompleteSignatureException",
      "Authorization header requires 'SignedHeaders' parameter." },
    { " SignedHeaders=", " Signature=x, SignedHeaders=", "IncompleteSignatureException",
      "Authorization header has more than one 'Signature' parameter." },
    { "/aws4_request", "", "IncompleteSignatureException", "Credential must have exactly 5" },
    { "/aws4_request", "/aws4_request/", "IncompleteSignatureException", "Credential must have exactly 5" },
    { "local/", "nobody/", "UnrecognizedClientException", "The security token included in the request is invalid." },
    { "local/", "/", "UnrecognizedClientException", "The security token included in the request is invalid." },
    { "us-east-1", "eu-west-1", "InvalidSignatureException",
      "Credential should be scoped to a valid region: 'us-east-1', not 'eu-west-1'." },
    { "us-east-1", "\x1b[31m", "InvalidSignatureException",
      "Credential should be scoped to a valid region: 'us-east-1', not '...'." },
    { "execute-api", "lambda", "InvalidSignatureException",
      "Credential should be scoped to correct service: 'execute-api'." },
    { "aws4_request", "aws5_request", "InvalidSignatureException",
      "Credential should be scoped with a valid terminator: 'aws4_request'." },
    { "20261121", "20261122", "InvalidSignatureException",
      "Date in Credential scope does not match YYYYMMDD of X-Amz-Date: '20261122' != '20261121'." },
    { "host;x-amz-date", "x-amz-date", "InvalidSignatureException", "'Host' must be a 'SignedHeader'" },
    { "host;x-amz-date", "host", "InvalidSignatureException", "'X-Amz-Date' must be a 'SignedHeader'" },
    { "host;x-amz-date", "Host;X-Amz-Date", "InvalidSignatureException", "'Host' must be" },
    { "host;x-amz-date", "x-amz-date;host", "InvalidSignatureException", MISMATCH },
    { "host;x-amz-date", "host;host;x-amz-date", "InvalidSignatureException", MISMATCH },
    { "host;x-amz-date", "host;;x-amz-date", "InvalidSignatureException", MISMATCH },
    { "host;x-amz-date", "host;x-absent;x-amz-date", "InvalidSignatureException", MISMATCH },
    { "Signature=", "Signature=0", "InvalidSignatureException", MISMATCH },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sent s;
    struct sigv4_input in = plain();
    sent_sign(&s, &in);
    edit(&s, cases[i].from, cases[i].to);
    must_refuse(&s, NOW, cases[i].to, cases[i].type, cases[i].message);
  }
}

static void every_digit_of_the_signature_counts(void **state) {
  (void)state;
  for (size_t i = 1; i <= 64; i++) {
    struct sent s;
    struct sigv4_input in = plain();
    sent_sign(&s, &in);
    struct str *value = value_of(&s, "Authorization");
    *value = arena_copy(&s.memory, *value);
    char *digit = (char *)value->ptr + value->len - i;
    *digit = *digit == '0' ? '1' : '0';
    must_refuse(&s, NOW, "digit", "InvalidSignatureException", MISMATCH);
  }
}

static void signatures_of_other_keys_are_refused(void **state) {
  (void)state;
  struct sent s;
  struct sigv4_input in = plain();
  in.credentials = &other_secret;
  sent_sign(&s, &in);
  must_refuse(&s, NOW, "secret", "InvalidSignatureException", MISMATCH);
  in.credentials = &other_key;
  sent_sign(&s, &in);
  must_refuse(&s, NOW, "key", "UnrecognizedClientException", "The security token");
}

static void missing_headers_are_named(void **state) {
  (void)state;
  static const struct {
    const char *header, *type, *message;
  } cases[] = {
    { "Authorization", "MissingAuthenticationTokenException", "Missing Authentication Token" },
    { "Host", "InvalidSignatureException", "'Host' must be" },
    { "X-Amz-Date", "IncompleteSignatureException",
      "Authorization header requires existence of a 'X-Amz-Date' header." },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sent s;
    struct sigv4_input in = plain();
    sent_sign(&s, &in);
    forget_header(&s, cases[i].header);
    must_refuse(&s, NOW, cases[i].header, cases[i].type, cases[i].message);
  }
}

static void doubled_headers_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *name, *message;
  } cases[] = {
    { "AUTHORIZATION", "The request has more than one 'authorization' header." },
    { "x-amz-date", "The request has more than one 'x-amz-date' header." },
    { "host", "The request has more than one 'host' header." },
    { "x-amz-content-sha256", "The request has more than one 'x-amz-content-sha256' header." },
  };
  static const struct sigv4_header hash[] = { { STR("X-Amz-Content-Sha256"), STR(BODY_HASH) } };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sent s;
    struct sigv4_input in = plain();
    in.headers = hash;
    in.header_count = 1;
    sent_sign(&s, &in);
    add(&s, str_from(cases[i].name), *value_of(&s, cases[i].name));
    must_refuse(&s, NOW, cases[i].name, "IncompleteSignatureException", cases[i].message);
  }
}

static void dates_that_are_none_are_refused(void **state) {
  (void)state;
  static const char *const cases[] = {
    "",
    "20261121T203312",
    "20261121T203312Z ",
    "20261121t203312z",
    "2026-11-21T20:33:12Z",
    "20261131T203312Z",
    "20261121T243312Z",
    "20261121T203360Z",
    "19691121T203312Z",
    "+2261121T203312Z",
    "\xff\xff\xff\xff\xff\xff\xff\xffT203312Z",
    "Sat, 21 Nov 2026 20:33:12 GMT",
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sent s;
    struct sigv4_input in = plain();
    sent_sign(&s, &in);
    *value_of(&s, "X-Amz-Date") = str_from(cases[i]);
    if (str_ends(str_from(cases[i]), STR(" ")))
      must_pass(&s, "blank behind the date");
    else
      must_refuse(&s, NOW, cases[i], "IncompleteSignatureException", "Date must be in ISO-8601 'basic format'");
  }
}

static void signatures_in_the_query_are_refused(void **state) {
  (void)state;
  static const struct str cases[] = { STR("X-Amz-Signature=00"), STR("a=1&x-amz-signature"),
                                      STR("X%2DAmz%2dSignature=0"),
                                      STR("%58%2d%41%6d%7a%2d%53%69%67%6e%61%74%75%72%65=") };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sent s;
    struct sigv4_input in = plain();
    sent_sign(&s, &in);
    s.request.query = cases[i];
    if (i % 2) s.request.headers.count = 1;
    must_refuse(&s, NOW, "query", "IncompleteSignatureException", "A signature in the query is not known here");
  }
}

static void hostile_authorizations_are_refused(void **state) {
  (void)state;
  enum { LONG = 100 * 1024 };
  char *text = malloc(LONG);
  assert_non_null(text);
  memset(text, ';', LONG);
  const struct {
    const char *name;
    struct str value;
    const char *message;
  } cases[] = {
    { "100 KB", str_of(text, LONG), "Authorization header is longer than 8192 bytes." },
    { "8 KB", str_of(text, 8192), "Authorization header requires the algorithm" },
    { "empty", STR(""), "Authorization header requires the algorithm" },
    { "blanks", STR("   "), "Authorization header requires the algorithm" },
    { "only the algorithm", STR("AWS4-HMAC-SHA256"),
      "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. "
      "Authorization header requires 'SignedHeaders' parameter." },
    { "commas", STR("AWS4-HMAC-SHA256 ,,,, ,"), "Authorization header requires 'Credential' parameter." },
    { "no =", STR("AWS4-HMAC-SHA256 hello"), "Authorization header has a part that is no key=value pair" },
    { "only =", STR("AWS4-HMAC-SHA256 =,=,="), "Authorization header requires 'Credential' parameter." },
    { "empty parts", STR("AWS4-HMAC-SHA256 Credential=,SignedHeaders=,Signature="),
      "Authorization header requires 'Credential' parameter." },
    { "NUL", STR("AWS4-HMAC-SHA256\0Credential=a"), "Authorization header requires the algorithm" },
    { "slashes", STR("AWS4-HMAC-SHA256 Credential=////////,SignedHeaders=host,Signature=0"), "Credential must have" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sent s;
    struct sigv4_input in = plain();
    sent_sign(&s, &in);
    *value_of(&s, "Authorization") = cases[i].value;
    must_refuse(&s, NOW, cases[i].name, "IncompleteSignatureException", cases[i].message);
  }
  free(text);
}

/* A client sees what it should have signed, as with AWS. */
static void mismatches_show_the_canonical_request(void **state) {
  (void)state;
  struct sent s;
  struct sigv4_input in = plain();
  sent_sign(&s, &in);
  s.request.path = STR("/dev/@connections/X=");
  must_refuse(&s, NOW, "mismatch", "InvalidSignatureException",
              MISMATCH "Check your AWS Secret Access Key and signing method. Consult the service documentation for "
                       "details.\n\nThe Canonical String for this request should have been\n"
                       "'POST\n/dev/%40connections/X%3D\n\nhost:127.0.0.1:3001\nx-amz-date:20261121T203312Z\n\n"
                       "host;x-amz-date\n" BODY_HASH "'\n\nThe String-to-Sign should have been\n"
                       "'AWS4-HMAC-SHA256\n20261121T203312Z\n20261121/us-east-1/execute-api/aws4_request\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(signed_requests_pass),
    cmocka_unit_test(windows_are_five_minutes),
    cmocka_unit_test(changed_requests_are_refused),
    cmocka_unit_test(changed_headers_are_refused),
    cmocka_unit_test(hashes_that_are_not_the_body_s_are_refused),
    cmocka_unit_test(changed_authorizations_are_refused),
    cmocka_unit_test(every_digit_of_the_signature_counts),
    cmocka_unit_test(signatures_of_other_keys_are_refused),
    cmocka_unit_test(missing_headers_are_named),
    cmocka_unit_test(doubled_headers_are_refused),
    cmocka_unit_test(dates_that_are_none_are_refused),
    cmocka_unit_test(signatures_in_the_query_are_refused),
    cmocka_unit_test(hostile_authorizations_are_refused),
    cmocka_unit_test(mismatches_show_the_canonical_request),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
