/* The headers that carry a signature: missing, doubled, malformed, hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "signature_fixture.h"

#include <cmocka.h> /* last: its fail() is a macro */

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
    struct sigv4_input in = sent_plain();
    sent_sign(&s, &in);
    sent_edit(&s, cases[i].from, cases[i].to);
    sent_refuse(&s, NOW, cases[i].to, cases[i].type, cases[i].message);
  }
}

static void every_digit_of_the_signature_counts(void **state) {
  (void)state;
  for (size_t i = 1; i <= 64; i++) {
    struct sent s;
    struct sigv4_input in = sent_plain();
    sent_sign(&s, &in);
    struct str *value = sent_value(&s, "Authorization");
    *value = arena_copy(&s.memory, *value);
    char *digit = (char *)value->ptr + value->len - i;
    *digit = *digit == '0' ? '1' : '0';
    sent_refuse(&s, NOW, "digit", "InvalidSignatureException", MISMATCH);
  }
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
    struct sigv4_input in = sent_plain();
    sent_sign(&s, &in);
    sent_forget(&s, cases[i].header);
    sent_refuse(&s, NOW, cases[i].header, cases[i].type, cases[i].message);
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
    struct sigv4_input in = sent_plain();
    in.headers = hash;
    in.header_count = 1;
    sent_sign(&s, &in);
    sent_add(&s, str_from(cases[i].name), *sent_value(&s, cases[i].name));
    sent_refuse(&s, NOW, cases[i].name, "IncompleteSignatureException", cases[i].message);
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
    struct sigv4_input in = sent_plain();
    sent_sign(&s, &in);
    *sent_value(&s, "X-Amz-Date") = str_from(cases[i]);
    if (str_ends(str_from(cases[i]), STR(" ")))
      sent_pass(&s, "blank behind the date");
    else
      sent_refuse(&s, NOW, cases[i], "IncompleteSignatureException", "Date must be in ISO-8601 'basic format'");
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
    struct sigv4_input in = sent_plain();
    sent_sign(&s, &in);
    *sent_value(&s, "Authorization") = cases[i].value;
    sent_refuse(&s, NOW, cases[i].name, "IncompleteSignatureException", cases[i].message);
  }
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(changed_authorizations_are_refused), cmocka_unit_test(every_digit_of_the_signature_counts),
    cmocka_unit_test(missing_headers_are_named),          cmocka_unit_test(doubled_headers_are_refused),
    cmocka_unit_test(dates_that_are_none_are_refused),    cmocka_unit_test(hostile_authorizations_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
