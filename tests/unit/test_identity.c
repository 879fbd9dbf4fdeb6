/* The issuer of the local gateway: what it publishes, which claims it signs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "identity.h"
#include "jwt.h"

#include <cmocka.h> /* last: its fail() is a macro */

enum { NOW_S = 1000000000 };

#define URL "http://127.0.0.1:3002/_identity"

static struct identity identity;
static struct jwk_set keys;
static struct arena memory;

static int begin(void **state) {
  struct buf document;
  char err[ERR_LEN];
  (void)state;
  if (!identity_init(&identity, URL, STR("chat"), err)) return -1;
  buf_init(&document, 4096);
  identity_add_keys(&identity, &document);
  bool ok = jwk_set_read(&keys, buf_str(&document), err) && keys.count == 1;
  buf_free(&document);
  return ok ? 0 : -1;
}

static int end(void **state) {
  (void)state;
  jwk_set_free(&keys);
  identity_free(&identity);
  identity_free(&identity); /* twice is fine */
  arena_free(&memory);
  return 0;
}

/* The claims of a token that is good for an audience; NULL when it is refused, with the code. */
static const struct json *verify(struct str token, struct str audience, enum jwt_code *code) {
  const struct json *header, *claims;
  char err[ERR_LEN];
  struct jwt_rules rules = { .keys = &keys,
                             .algorithms = JWA_PUBLIC,
                             .token_max = JWT_TOKEN_MAX_MOST,
                             .claims = {
                                 .now_s = NOW_S, .issuer = STR(URL), .audiences = &audience, .audience_count = 1 } };
  arena_reset(&memory);
  *code = jwt_verify(token, &rules, &memory, &header, &claims, err);
  return claims;
}

static const struct {
  const char *claims;
  int64_t expires_s;
  const char *audience;
  enum jwt_code code;
} signed_claims[] = {
  { "{\"sub\":\"ann\"}", 60, "chat", JWT_OK },
  { " \r\n\t{ \"sub\" : \"ann\" }\n ", 60, "chat", JWT_OK },
  { "\xEF\xBB\xBF{\"sub\":\"ann\"}", 60, "chat", JWT_OK },
  { "{\"sub\":\"ann\",\"a\":{\"b\":[1,{}]},\"c\":\"}{\"}", 60, "chat", JWT_OK },
  { "{\"sub\":\"ann\",\"aud\":\"shop\"}", 60, "shop", JWT_OK },
  { "{\"aud\":[\"a\",\"shop\"],\"sub\":\"ann\"}", 60, "shop", JWT_OK },
  { "{\"sub\":\"ann\",\"aud\":\"shop\"}", 60, "chat", JWT_AUDIENCE },
  { "{\"sub\":\"ann\"}", -1, "chat", JWT_EXPIRED },
  { "{\"sub\":\"ann\",\"nbf\":1000000030}", 60, "chat", JWT_NOT_YET_VALID },
};

static void tokens_are_good_for_whom_they_are(void **state) {
  (void)state;
  struct buf token;
  char err[ERR_LEN];
  for (size_t i = 0; i < sizeof signed_claims / sizeof *signed_claims; i++) {
    struct identity_request request = { str_from(signed_claims[i].claims), NOW_S, signed_claims[i].expires_s };
    enum jwt_code code;
    buf_init(&token, IDENTITY_TOKEN_MAX);
    if (!identity_add_token(&identity, &request, &token, err)) fail_msg("%s: %s", signed_claims[i].claims, err);
    const struct json *claims = verify(buf_str(&token), str_from(signed_claims[i].audience), &code);
    if (code != signed_claims[i].code) fail_msg("%s: %s", signed_claims[i].claims, jwt_code_name(code));
    if (claims) assert_true(str_equal(json_member_text(claims, STR("sub")), STR("ann")));
    buf_free(&token);
  }
}

static const struct {
  const char *claims, *err;
} refused_claims[] = {
  { "", "the claims are no JSON: line 1, column 1 (byte 0): expected a value, found the end" },
  { "{", "the claims are no JSON: " },
  { "{\"sub\":\"ann\",\"name\":\"\xff\"}", "the claims are not UTF-8" },
  { "[]", "the claims must be a JSON object" },
  { "\"{}\"", "the claims must be a JSON object" },
  { "{}", "the claim sub must be a string that is not empty" },
  { "{\"sub\":\"\"}", "the claim sub must be a string that is not empty" },
  { "{\"sub\":7}", "the claim sub must be a string that is not empty" },
  { "{\"sub\":\"ann\",\"iss\":\"https://issuer.example\"}", "the claim iss is set by the issuer" },
  { "{\"sub\":\"ann\",\"\\u0069ss\":\"https://issuer.example\"}", "the claim iss is set by the issuer" },
  { "{\"sub\":\"ann\",\"iat\":1}", "the claim iat is set by the issuer" },
  { "{\"sub\":\"ann\",\"exp\":1}", "the claim exp is set by the issuer" },
  { "{\"sub\":\"ann\",\"aud\":7}", "" },
  { "{\"sub\":\"ann\",\"aud\":[7]}", "" },
  { "{\"sub\":\"ann\",\"jti\":7}", "" },
  { "{\"sub\":\"ann\",\"nbf\":\"x\"}", "" },
  { "{\"sub\":\"ann\",\"sub\":\"eve\"}", "" },
};

static void claims_that_no_verifier_takes_are_not_signed(void **state) {
  (void)state;
  struct buf token;
  for (size_t i = 0; i < sizeof refused_claims / sizeof *refused_claims; i++) {
    struct identity_request request = { str_from(refused_claims[i].claims), NOW_S, 60 };
    char err[ERR_LEN] = "";
    buf_init(&token, IDENTITY_TOKEN_MAX);
    if (identity_add_token(&identity, &request, &token, err)) fail_msg("%s", refused_claims[i].claims);
    assert_int_equal(token.len, 0);
    if (!str_starts(str_from(err), str_from(refused_claims[i].err)) || !err[0]) fail_msg("%zu: %s", i, err);
    buf_free(&token);
  }
}

static void long_claims_are_refused(void **state) {
  (void)state;
  struct buf claims, token;
  char err[ERR_LEN];
  buf_init(&claims, 2 * IDENTITY_CLAIMS_MAX);
  buf_init(&token, IDENTITY_TOKEN_MAX);
  buf_add(&claims, STR("{\"sub\":\"ann\",\"x\":\""));
  memset(buf_reserve(&claims, IDENTITY_CLAIMS_MAX), 'x', IDENTITY_CLAIMS_MAX);
  buf_grew(&claims, IDENTITY_CLAIMS_MAX);
  buf_add(&claims, STR("\"}"));
  struct identity_request request = { buf_str(&claims), NOW_S, 60 };
  assert_false(identity_add_token(&identity, &request, &token, err));
  assert_string_equal(err, "the claims are longer than 92160 bytes");
  buf_free(&claims);
  buf_free(&token);
}

static void the_configuration_names_the_keys(void **state) {
  (void)state;
  struct buf document;
  const struct json *root;
  char err[ERR_LEN];
  buf_init(&document, 4096);
  identity_add_configuration(&identity, &document);
  arena_reset(&memory);
  assert_true(json_parse(&memory, buf_str(&document), &root, err));
  assert_true(str_equal(json_member_text(root, STR("issuer")), STR(URL)));
  assert_true(str_equal(json_member_text(root, STR("jwks_uri")), STR(URL "/.well-known/jwks.json")));
  buf_free(&document);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(tokens_are_good_for_whom_they_are),
    cmocka_unit_test(claims_that_no_verifier_takes_are_not_signed),
    cmocka_unit_test(long_claims_are_refused),
    cmocka_unit_test(the_configuration_names_the_keys),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
