/* The examples of the RFCs: keys and signatures that others have made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "encoding.h"
#include "jwt.h"
#include "jwt_signature.h"

#include <cmocka.h> /* last: its fail() is a macro */

#define JOE "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
#define FRODO                                                                                                          \
  "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5"    \
  "kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4"

static const struct {
  const char *name;
  enum jwa algorithm;
  const char *key; /* members */
  struct str text;
  const char *signature;
} examples[] = {
  { "RFC 7515, A.2", JWA_RS256,
    "\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-"
    "4qPCJrcS2"
    "mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUs"
    "LA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2"
    "ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\"",
    STR("eyJhbGciOiJSUzI1NiJ9." JOE),
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
    "O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZ"
    "cAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--"
    "xi12jzDwusC-e"
    "OkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw" },
  { "RFC 7515, A.3", JWA_ES256,
    "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"",
    STR("eyJhbGciOiJFUzI1NiJ9." JOE),
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q" },
  { "RFC 7520, 4.1", JWA_RS256,
    "\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-"
    "XV2jRojdNhxJWTDvNd7nqQ0VEiZ"
    "QHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-"
    "OfVfHd1E6cS6M1FZcD"
    "1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__"
    "kRhu"
    "axwUkRz5iaiQkqgc5gHdrNP5zw\"",
    STR("eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9." FRODO),
    "MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-"
    "BDkoBwA7818"
    "5hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_"
    "qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_"
    "de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg" },
  { "RFC 8037, A.4", JWA_EDDSA,
    "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"",
    STR("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"),
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg" },
};

static void examples_of_the_rfcs_verify(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    char document[2048], err[ERR_LEN];
    struct jwk_set set;
    struct buf signature;
    snprintf(document, sizeof document, "{\"keys\":[{%s}]}", examples[i].key);
    assert_true(jwk_set_read(&set, str_from(document), err));
    assert_int_equal(set.count, 1);
    buf_init(&signature, 1000);
    assert_true(base64url_decode(&signature, str_from(examples[i].signature)));
    enum jwt_code code =
        jwt_signature_check(set.keys[0].key, examples[i].algorithm, examples[i].text, buf_str(&signature), err);
    if (code != JWT_OK) fail_msg("%s: %s", examples[i].name, err);
    signature.ptr[5] ^= 1;
    code = jwt_signature_check(set.keys[0].key, examples[i].algorithm, examples[i].text, buf_str(&signature), err);
    assert_int_equal(code, JWT_SIGNATURE);
    buf_free(&signature);
    jwk_set_free(&set);
  }
}

/* RFC 7515, A.1: a whole token, with line breaks in its header. */
static void the_example_of_hs256_verifies(void **state) {
  (void)state;
  struct buf secret;
  struct arena memory = { 0 };
  const struct json *header, *claims;
  char err[ERR_LEN];
  buf_init(&secret, 100);
  assert_true(base64url_decode(
      &secret, STR("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")));
  struct jwt_rules rules = { .secret = buf_str(&secret),
                             .algorithms = ~0u,
                             .token_max = JWT_TOKEN_MAX,
                             .claims = { .now_s = 1300819379, .issuer = STR("joe") } };
  struct str token =
      STR("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." JOE ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  assert_int_equal(jwt_verify(token, &rules, &memory, &header, &claims, err), JWT_OK);
  assert_true(str_equal(json_member_text(header, STR("typ")), STR("JWT")));
  rules.claims.now_s++;
  assert_int_equal(jwt_verify(token, &rules, &memory, &header, &claims, err), JWT_EXPIRED);
  arena_free(&memory);
  buf_free(&secret);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(examples_of_the_rfcs_verify),
    cmocka_unit_test(the_example_of_hs256_verifies),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
