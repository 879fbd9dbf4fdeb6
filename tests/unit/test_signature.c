/* The verifier of @connections: what the signer signs is accepted, and nothing else is. The headers that carry the
 * signature: test_signature_header.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "signature_fixture.h"

#include <cmocka.h> /* last: its fail() is a macro */

static const struct credentials other_secret = { STR("local"), STR("another-secret"), STR("") };
static const struct credentials other_key = { STR("AKIAIOSFODNN7EXAMPLE"), STR("secret-of-the-test"), STR("") };

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
    struct sigv4_input in = sent_plain();
    in.method = cases[i].method;
    in.path = cases[i].path;
    in.query = cases[i].query;
    in.body = cases[i].body;
    in.headers = cases[i].headers;
    in.header_count = cases[i].header_count;
    in.no_normalize = true;
    sent_sign(&s, &in);
    sent_pass(&s, cases[i].name);
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
    struct sigv4_input in = sent_plain();
    sent_sign(&s, &in);
    bool ok = sent_verify(&s, NOW + cases[i].later_s, &refusal);
    buf_free(&refusal.message);
    assert_true(ok == (cases[i].message == NULL));
    if (ok)
      arena_free(&s.memory);
    else
      sent_refuse(&s, NOW + cases[i].later_s, "window", "InvalidSignatureException", cases[i].message);
  }
}

/* Signed as sent_plain(), then one thing of the request is another. */
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
    struct sigv4_input in = sent_plain();
    sent_sign(&s, &in);
    s.request.method = cases[i].method;
    s.request.path = cases[i].path;
    s.request.query = cases[i].query;
    s.request.body = cases[i].body;
    sent_refuse(&s, NOW, cases[i].name, "InvalidSignatureException", MISMATCH);
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
    struct sigv4_input in = sent_plain();
    in.headers = hash;
    in.header_count = 1;
    sent_sign(&s, &in);
    *sent_value(&s, cases[i].header) = str_from(cases[i].value);
    sent_refuse(&s, NOW, cases[i].header, "InvalidSignatureException", cases[i].message);
  }
}

/* The hash that is signed is the body's, but the header announces another one. */
static void hashes_that_are_not_the_body_s_are_refused(void **state) {
  (void)state;
  static const struct sigv4_header wrong[] = { { STR("X-Amz-Content-Sha256"), STR(EMPTY_HASH) } };
  static const struct str hashes[] = { STR(EMPTY_HASH), STR(BODY_HASH) };
  for (size_t i = 0; i < 2; i++) {
    struct sent s;
    struct sigv4_input in = sent_plain();
    in.headers = wrong;
    in.header_count = 1;
    in.payload_hash = hashes[i];
    sent_sign(&s, &in);
    sent_refuse(&s, NOW, "hash", "InvalidSignatureException", MISMATCH);
  }
}

static void signatures_of_other_keys_are_refused(void **state) {
  (void)state;
  struct sent s;
  struct sigv4_input in = sent_plain();
  in.credentials = &other_secret;
  sent_sign(&s, &in);
  sent_refuse(&s, NOW, "secret", "InvalidSignatureException", MISMATCH);
  in.credentials = &other_key;
  sent_sign(&s, &in);
  sent_refuse(&s, NOW, "key", "UnrecognizedClientException", "The security token");
}

static void signatures_in_the_query_are_refused(void **state) {
  (void)state;
  static const struct str cases[] = { STR("X-Amz-Signature=00"), STR("a=1&x-amz-signature"),
                                      STR("X%2DAmz%2dSignature=0"),
                                      STR("%58%2d%41%6d%7a%2d%53%69%67%6e%61%74%75%72%65=") };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sent s;
    struct sigv4_input in = sent_plain();
    sent_sign(&s, &in);
    s.request.query = cases[i];
    if (i % 2) s.request.headers.count = 1;
    sent_refuse(&s, NOW, "query", "IncompleteSignatureException", "A signature in the query is not known here");
  }
}

/* A client sees what it should have signed, as with AWS. */
static void mismatches_show_the_canonical_request(void **state) {
  (void)state;
  struct sent s;
  struct sigv4_input in = sent_plain();
  sent_sign(&s, &in);
  s.request.path = STR("/dev/@connections/X=");
  sent_refuse(&s, NOW, "mismatch", "InvalidSignatureException",
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
    cmocka_unit_test(signatures_of_other_keys_are_refused),
    cmocka_unit_test(signatures_in_the_query_are_refused),
    cmocka_unit_test(mismatches_show_the_canonical_request),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
