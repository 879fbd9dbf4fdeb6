/* Tokens as a whole: each algorithm good and bad, and who may verify what. */
#define _GNU_SOURCE /* memrchr */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "digest.h"
#include "encoding.h"
#include "jwt.h"
#include "jwt_fixture.h"
#include "jwt_signature.h"

#include <cmocka.h> /* last: its fail() is a macro */

#define SECRET "0123456789abcdef0123456789abcdef"

static struct arena memory;

static void read_set(struct jwk_set *set, const char *document) {
  char err[ERR_LEN];
  if (!jwk_set_read(set, str_from(document), err)) fail_msg("%s", err);
}

/* What a verifier for the fixture's tokens goes by. */
static struct jwt_rules rules_for(const struct jwk_set *keys) {
  static const struct str audience = { "chat", 4 };
  return (struct jwt_rules){ .keys = keys,
                             .secret = keys ? STR("") : STR(SECRET),
                             .algorithms = ~0u,
                             .token_max = JWT_TOKEN_MAX,
                             .claims = { .now_s = ISSUED_AT,
                                         .leeway_s = 0,
                                         .issuer = STR("https://issuer.example"),
                                         .audiences = &audience,
                                         .audience_count = 1 } };
}

static enum jwt_code verify(struct str token, const struct jwt_rules *rules) {
  const struct json *header, *claims;
  char err[ERR_LEN] = "";
  arena_reset(&memory);
  enum jwt_code code = jwt_verify(token, rules, &memory, &header, &claims, err);
  assert_int_equal(code == JWT_OK, claims != NULL);
  assert_int_equal(code == JWT_OK, header != NULL);
  assert_int_equal(code == JWT_OK, err[0] == '\0');
  if (code == JWT_OK && rules->keys) assert_true(str_equal(json_member_text(claims, STR("sub")), STR("ann")));
  return code;
}

static const struct {
  enum jwa algorithm;
  struct str token;
} good[] = {
  { JWA_RS256, STR(TOKEN_RS256) }, { JWA_RS384, STR(TOKEN_RS384) }, { JWA_RS512, STR(TOKEN_RS512) },
  { JWA_PS256, STR(TOKEN_PS256) }, { JWA_ES256, STR(TOKEN_ES256) }, { JWA_ES384, STR(TOKEN_ES384) },
  { JWA_EDDSA, STR(TOKEN_EDDSA) },
};
enum { GOOD = sizeof good / sizeof *good };

static void good_tokens_are_accepted(void **state) {
  (void)state;
  struct jwk_set set;
  read_set(&set, KEY_SET);
  struct jwt_rules rules = rules_for(&set);
  for (size_t i = 0; i < GOOD; i++) {
    assert_int_equal(verify(good[i].token, &rules), JWT_OK);
    rules.algorithms = jwa_bit(good[i].algorithm);
    assert_int_equal(verify(good[i].token, &rules), JWT_OK);
    rules.algorithms = ~jwa_bit(good[i].algorithm);
    assert_int_equal(verify(good[i].token, &rules), JWT_ALGORITHM);
    rules.algorithms = ~0u;
  }
  jwk_set_free(&set);
}

/* No bit of a token may change: whatever comes of it is refused. */
static void every_character_counts(void **state) {
  (void)state;
  struct jwk_set set;
  read_set(&set, KEY_SET);
  struct jwt_rules rules = rules_for(&set);
  for (size_t i = 0; i < GOOD; i++) {
    char copy[2048];
    size_t len = good[i].token.len;
    for (size_t at = 0; at < len; at++) {
      memcpy(copy, good[i].token.ptr, len);
      copy[at] = copy[at] == 'A' ? 'Q' : 'A';
      assert_int_not_equal(verify(str_of(copy, len), &rules), JWT_OK);
      if (at % 16 == 0) assert_int_not_equal(verify(str_of(good[i].token.ptr, at), &rules), JWT_OK);
    }
  }
  jwk_set_free(&set);
}

/* The signature of one token under the header of another; a key of the same kind; a key that allows another algorithm. */
static void signatures_belong_to_key_and_algorithm(void **state) {
  (void)state;
  struct jwk_set set, only;
  read_set(&set, KEY_SET);
  struct jwt_rules rules = rules_for(&set);
  for (size_t i = 0; i < GOOD * GOOD; i++) {
    struct str head = good[i / GOOD].token, tail = good[i % GOOD].token;
    char mixed[2048];
    size_t cut = (size_t)((char *)memrchr(head.ptr, '.', head.len) - head.ptr);
    size_t from = (size_t)((char *)memrchr(tail.ptr, '.', tail.len) - tail.ptr);
    memcpy(mixed, head.ptr, cut);
    memcpy(mixed + cut, tail.ptr + from, tail.len - from);
    assert_int_equal(verify(str_of(mixed, cut + tail.len - from), &rules),
                     i / GOOD == i % GOOD ? JWT_OK : JWT_SIGNATURE);
  }
  read_set(&only, "{\"keys\":[" NAMED("rsa", RSA_MEMBERS ",\"alg\":\"RS256\"") "]}");
  rules.keys = &only;
  for (size_t i = 0; i < 4; i++) assert_int_equal(verify(good[i].token, &rules), i == 0 ? JWT_OK : JWT_ALGORITHM);
  for (size_t i = 4; i < GOOD; i++) assert_int_equal(verify(good[i].token, &rules), JWT_UNKNOWN_KEY);
  jwk_set_free(&only);
  jwk_set_free(&set);
}

static void claims_are_checked_last(void **state) {
  (void)state;
  struct jwk_set set;
  read_set(&set, KEY_SET);
  struct jwt_rules rules = rules_for(&set);
  rules.claims.now_s = ISSUED_AT + 3600;
  assert_int_equal(verify(STR(TOKEN_ES256), &rules), JWT_EXPIRED);
  assert_int_equal(verify(STR(TOKEN_ES256 "AAAA"), &rules), JWT_SIGNATURE);
  rules.claims.now_s = ISSUED_AT - 1;
  assert_int_equal(verify(STR(TOKEN_ES256), &rules), JWT_NOT_YET_VALID);
  rules = rules_for(&set);
  rules.claims.issuer = STR("https://issuer.example/");
  assert_int_equal(verify(STR(TOKEN_ES256), &rules), JWT_ISSUER);
  rules = rules_for(&set);
  rules.token_max = sizeof TOKEN_ES256 - 2;
  assert_int_equal(verify(STR(TOKEN_ES256), &rules), JWT_TOO_LARGE);
  jwk_set_free(&set);
}

/* ECDSA: zero, the order, and the lengths that DER would forgive. */
static void strange_signatures_are_refused(void **state) {
  (void)state;
  static const char order[] = "\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"
                              "\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51";
  char zeros[128] = { 0 }, orders[64];
  memcpy(orders, order, 32);
  memcpy(orders + 32, order, 32);
  const struct str signatures[] = { STR(""),           str_of(zeros, 64),  str_of(orders, 64), str_of(zeros, 63),
                                    str_of(zeros, 65), str_of(zeros, 128), str_of(zeros, 1),   str_of(zeros, 96) };
  struct jwk_set set;
  char err[ERR_LEN];
  read_set(&set, KEY_SET);
  for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++)
    for (size_t k = 0; k < set.count; k++)
      for (enum jwa a = JWA_RS256; a < JWA_HS256; a++)
        if (set.keys[k].algorithms & jwa_bit(a))
          assert_int_equal(jwt_signature_check(set.keys[k].key, a, STR("text"), signatures[i], err), JWT_SIGNATURE);
  jwk_set_free(&set);
}

/* A token signed with the secret. */
static void sign(struct buf *token, struct str header, struct str payload, struct str secret) {
  struct sha256_value mac;
  char err[ERR_LEN];
  buf_init(token, 1 << 20);
  base64url_encode(token, header);
  buf_add_char(token, '.');
  base64url_encode(token, payload);
  assert_true(digest_hmac_sha256(secret, buf_str(token), &mac, err));
  buf_add_char(token, '.');
  base64url_encode(token, sha256_str(&mac));
}

#define CLAIMS "{\"iss\":\"https://issuer.example\",\"aud\":\"chat\",\"sub\":\"ann\",\"exp\":1000000001}"

static void secrets_verify_hs256_only(void **state) {
  (void)state;
  static const struct {
    struct str header, payload, secret;
    enum jwt_code want, with_keys;
  } cases[] = {
    { STR("{\"alg\":\"HS256\"}"), STR(CLAIMS), STR(SECRET), JWT_OK, JWT_ALGORITHM },
    { STR("{\"alg\":\"HS256\",\"kid\":\"rsa\"}"), STR(CLAIMS), STR(SECRET), JWT_OK, JWT_ALGORITHM },
    { STR("{\"alg\":\"HS256\"}"), STR(CLAIMS), STR("another secret of 32 bytes......"), JWT_SIGNATURE, JWT_ALGORITHM },
    { STR("{\"alg\":\"HS256\"}"), STR(CLAIMS), STR(RSA_N), JWT_SIGNATURE, JWT_ALGORITHM },
    { STR("{\"alg\":\"hs256\"}"), STR(CLAIMS), STR(SECRET), JWT_ALGORITHM, JWT_ALGORITHM },
    { STR("{\"alg\":\"HS512\"}"), STR(CLAIMS), STR(SECRET), JWT_ALGORITHM, JWT_ALGORITHM },
    { STR("{\"alg\":\"none\"}"), STR(CLAIMS), STR(SECRET), JWT_ALGORITHM, JWT_ALGORITHM },
    { STR("{\"alg\":\"None\"}"), STR(CLAIMS), STR(SECRET), JWT_ALGORITHM, JWT_ALGORITHM },
    { STR("{\"alg\":\"\"}"), STR(CLAIMS), STR(SECRET), JWT_ALGORITHM, JWT_ALGORITHM },
    { STR("{\"alg\":\"HS256\\u0000\"}"), STR(CLAIMS), STR(SECRET), JWT_ALGORITHM, JWT_ALGORITHM },
    { STR("{\"alg\":\"RS256\"}"), STR(CLAIMS), STR(SECRET), JWT_ALGORITHM, JWT_SIGNATURE },
    { STR("{\"alg\":\"ES256\",\"kid\":\"p256\"}"), STR(CLAIMS), STR(SECRET), JWT_ALGORITHM, JWT_SIGNATURE },
    { STR("{\"alg\":\"HS256\"}"), STR("[]"), STR(SECRET), JWT_MALFORMED, JWT_ALGORITHM },
    { STR("{\"alg\":\"HS256\"}"), STR("null"), STR(SECRET), JWT_MALFORMED, JWT_ALGORITHM },
    { STR("{\"alg\":\"HS256\"}"), STR(""), STR(SECRET), JWT_MALFORMED, JWT_ALGORITHM },
    { STR("{\"alg\":\"HS256\"}"), STR("{\"exp\":2e9}x"), STR(SECRET), JWT_MALFORMED, JWT_ALGORITHM },
    { STR("{\"alg\":\"HS256\"}"), STR("{\"exp\":1e999}"), STR(SECRET), JWT_MALFORMED, JWT_ALGORITHM },
    { STR("{\"alg\":\"HS256\"}"), STR("{\"exp\":2e9,\"sub\":\"\xff\"}"), STR(SECRET), JWT_MALFORMED, JWT_ALGORITHM },
    { STR("{\"alg\":\"HS256\"}"), STR("{\"exp\":2e9}"), STR(SECRET), JWT_ISSUER, JWT_ALGORITHM },
  };
  struct jwk_set set;
  read_set(&set, "{\"keys\":[" NAMED("rsa", RSA_MEMBERS) "," NAMED("p256", P256_MEMBERS) "]}");
  struct jwt_rules by_secret = rules_for(NULL), by_keys = rules_for(&set);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buf token;
    sign(&token, cases[i].header, cases[i].payload, cases[i].secret);
    enum jwt_code got = verify(buf_str(&token), &by_secret), other = verify(buf_str(&token), &by_keys);
    if (got != cases[i].want || other != cases[i].with_keys)
      fail_msg("case %zu: %s, %s", i, jwt_code_name(got), jwt_code_name(other));
    buf_free(&token);
  }
  assert_int_equal(verify(STR(TOKEN_RS256), &by_secret), JWT_ALGORITHM);
  by_secret.algorithms = jwa_bit(JWA_RS256);
  assert_int_equal(verify(STR(TOKEN_RS256), &by_secret), JWT_ALGORITHM);
  jwk_set_free(&set);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(good_tokens_are_accepted),
    cmocka_unit_test(every_character_counts),
    cmocka_unit_test(signatures_belong_to_key_and_algorithm),
    cmocka_unit_test(claims_are_checked_last),
    cmocka_unit_test(strange_signatures_are_refused),
    cmocka_unit_test(secrets_verify_hs256_only),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  arena_free(&memory);
  return failed;
}
