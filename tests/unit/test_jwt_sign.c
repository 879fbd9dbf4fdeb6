/* Tokens that we sign, verified as any other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "jwt.h"
#include "jwt_sign.h"

#include <cmocka.h> /* last: its fail() is a macro */

enum { NOW_S = 1000000000, ROUNDS = 300 /* of numbers one in 256 begins with a zero byte */ };

#define CLAIMS "{\"sub\":\"ann\",\"exp\":1000000060,\"n\":1}"

static struct arena memory;

static void make_signer(struct jwt_signer *signer) {
  char err[ERR_LEN];
  if (!jwt_signer_init(signer, err)) fail_msg("%s", err);
}

static void read_own_set(const struct jwt_signer *signer, struct jwk_set *set) {
  struct buf document;
  char err[ERR_LEN];
  buf_init(&document, 4096);
  buf_add(&document, STR("{\"keys\":["));
  jwt_signer_add_key(signer, &document);
  buf_add(&document, STR("]}"));
  if (!jwk_set_read(set, buf_str(&document), err)) fail_msg("%s", err);
  assert_int_equal(set->count, 1);
  buf_free(&document);
}

static enum jwt_code verify(struct str token, const struct jwk_set *set) {
  const struct json *header, *claims;
  char err[ERR_LEN];
  struct jwt_rules rules = { .keys = set,
                             .algorithms = jwa_bit(JWA_ES256),
                             .token_max = JWT_TOKEN_MAX,
                             .claims = { .now_s = NOW_S, .issuer = { NULL, 0 } } };
  arena_reset(&memory);
  enum jwt_code code = jwt_verify(token, &rules, &memory, &header, &claims, err);
  if (code == JWT_OK) assert_string_equal(json_member_text(claims, STR("sub")).ptr, "ann");
  return code;
}

static void a_signer_s_tokens_are_good(void **state) {
  (void)state;
  struct jwt_signer signer;
  struct jwk_set set;
  struct buf token;
  char err[ERR_LEN];
  make_signer(&signer);
  read_own_set(&signer, &set);
  assert_true(str_equal(set.keys[0].kid, str_from(signer.kid)));
  assert_int_equal(set.keys[0].algorithms, jwa_bit(JWA_ES256));
  buf_init(&token, JWT_TOKEN_MAX);
  for (int i = 0; i < ROUNDS; i++) {
    buf_clear(&token);
    if (!jwt_sign(&signer, STR(CLAIMS), &token, err)) fail_msg("%s", err);
    assert_int_equal(verify(buf_str(&token), &set), JWT_OK);
  }
  buf_free(&token);
  jwk_set_free(&set);
  jwt_signer_free(&signer);
}

/* A coordinate that begins with a zero byte has to keep it. */
static void every_key_can_be_read(void **state) {
  (void)state;
  for (int i = 0; i < ROUNDS; i++) {
    struct jwt_signer signer;
    struct jwk_set set;
    make_signer(&signer);
    assert_int_equal(strlen(signer.x), JWT_SIGN_TEXT - 1);
    assert_int_equal(strlen(signer.y), JWT_SIGN_TEXT - 1);
    assert_int_equal(strlen(signer.kid), JWT_SIGN_TEXT - 1);
    read_own_set(&signer, &set);
    jwk_set_free(&set);
    jwt_signer_free(&signer);
  }
}

static void another_signer_s_tokens_are_not(void **state) {
  (void)state;
  struct jwt_signer ours, theirs;
  struct jwk_set set;
  struct buf token;
  char err[ERR_LEN];
  make_signer(&ours);
  make_signer(&theirs);
  assert_string_not_equal(ours.kid, theirs.kid);
  read_own_set(&ours, &set);
  buf_init(&token, JWT_TOKEN_MAX);
  assert_true(jwt_sign(&theirs, STR(CLAIMS), &token, err));
  assert_int_equal(verify(buf_str(&token), &set), JWT_UNKNOWN_KEY);
  buf_clear(&token);
  memcpy(theirs.kid, ours.kid, sizeof theirs.kid); /* it says that it is ours */
  assert_true(jwt_sign(&theirs, STR(CLAIMS), &token, err));
  assert_int_equal(verify(buf_str(&token), &set), JWT_SIGNATURE);
  buf_free(&token);
  jwk_set_free(&set);
  jwt_signer_free(&ours);
  jwt_signer_free(&theirs);
}

static void the_private_key_is_not_published(void **state) {
  (void)state;
  struct jwt_signer signer;
  struct buf key;
  const struct json *root;
  char err[ERR_LEN];
  make_signer(&signer);
  buf_init(&key, 4096);
  jwt_signer_add_key(&signer, &key);
  arena_reset(&memory);
  assert_true(json_parse(&memory, buf_str(&key), &root, err));
  assert_null(json_member(root, STR("d")));
  assert_int_equal(json_count(root), 7); /* crv kty x y kid alg use */
  buf_free(&key);
  jwt_signer_free(&signer);
}

static void a_full_buffer_is_a_failure(void **state) {
  (void)state;
  struct jwt_signer signer;
  struct buf token;
  char err[ERR_LEN];
  make_signer(&signer);
  buf_init(&token, JWT_TOKEN_MAX);
  assert_true(jwt_sign(&signer, STR(CLAIMS), &token, err));
  size_t len = token.len;
  buf_free(&token);
  for (size_t ceiling = 0; ceiling < len; ceiling++) {
    buf_init(&token, ceiling);
    assert_false(jwt_sign(&signer, STR(CLAIMS), &token, err));
    assert_string_equal(err, "the token is too long");
    buf_free(&token);
  }
  jwt_signer_free(&signer);
  jwt_signer_free(&signer); /* twice is fine */
}

static int free_memory(void **state) {
  (void)state;
  arena_free(&memory);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_signer_s_tokens_are_good),      cmocka_unit_test(every_key_can_be_read),
    cmocka_unit_test(another_signer_s_tokens_are_not), cmocka_unit_test(the_private_key_is_not_published),
    cmocka_unit_test(a_full_buffer_is_a_failure),
  };
  return cmocka_run_group_tests(tests, NULL, free_memory);
}
