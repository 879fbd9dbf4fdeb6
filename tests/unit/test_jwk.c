/* Keys: what each verifies, which are left out, sets of them, and which key a token gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "jwk_set.h"
#include "jwt_fixture.h"

#include <cmocka.h> /* last: its fail() is a macro */

#define RS (1u << JWA_RS256 | 1u << JWA_RS384 | 1u << JWA_RS512 | 1u << JWA_PS256)
#define ES256 (1u << JWA_ES256)
#define ES384 (1u << JWA_ES384)
#define EDDSA (1u << JWA_EDDSA)
#define EC256(x, y) "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" x "\",\"y\":\"" y "\""
#define RSA(n, e) "\"kty\":\"RSA\",\"n\":\"" n "\",\"e\":\"" e "\""

static const struct {
  const char *name, *members;
  jwa_set want; /* 0: left out */
} keys[] = {
  { "RSA", RSA_MEMBERS, RS },
  { "P-256", P256_MEMBERS, ES256 },
  { "P-384", P384_MEMBERS, ES384 },
  { "Ed25519", ED25519_MEMBERS, EDDSA },
  /* alg */
  { "alg narrows", RSA_MEMBERS ",\"alg\":\"RS384\"", 1u << JWA_RS384 },
  { "alg PS256", RSA_MEMBERS ",\"alg\":\"PS256\"", 1u << JWA_PS256 },
  { "alg of the curve", P256_MEMBERS ",\"alg\":\"ES256\"", ES256 },
  { "alg of another curve", P256_MEMBERS ",\"alg\":\"ES384\"", 0 },
  { "alg of another kind", RSA_MEMBERS ",\"alg\":\"ES256\"", 0 },
  { "alg of a secret", RSA_MEMBERS ",\"alg\":\"HS256\"", 0 },
  { "alg none", RSA_MEMBERS ",\"alg\":\"none\"", 0 },
  { "alg for encryption", RSA_MEMBERS ",\"alg\":\"RSA-OAEP\"", 0 },
  { "alg in other letters", RSA_MEMBERS ",\"alg\":\"rs256\"", 0 },
  { "alg that is no string", RSA_MEMBERS ",\"alg\":256", 0 },
  { "alg that is empty", RSA_MEMBERS ",\"alg\":\"\"", 0 },
  /* use and key_ops */
  { "use sig", RSA_MEMBERS ",\"use\":\"sig\"", RS },
  { "use enc", RSA_MEMBERS ",\"use\":\"enc\"", 0 },
  { "use that is no string", RSA_MEMBERS ",\"use\":null", 0 },
  { "key_ops with verify", RSA_MEMBERS ",\"key_ops\":[\"sign\",\"verify\"]", RS },
  { "key_ops without", RSA_MEMBERS ",\"key_ops\":[\"encrypt\"]", 0 },
  { "key_ops that are empty", RSA_MEMBERS ",\"key_ops\":[]", 0 },
  { "key_ops that are no list", RSA_MEMBERS ",\"key_ops\":\"verify\"", 0 },
  { "kid that is no string", RSA_MEMBERS ",\"kid\":1", 0 },
  { "what nobody knows", RSA_MEMBERS ",\"x5c\":[\"...\"],\"d\":\"AQAB\",\"ext\":true", RS },
  /* kinds */
  { "a secret", "\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T\"", 0 },
  { "no kty", "\"n\":\"" RSA_N "\",\"e\":\"AQAB\"", 0 },
  { "kty in other letters", "\"kty\":\"rsa\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\"", 0 },
  { "kty that is no string", "\"kty\":[\"RSA\"],\"n\":\"" RSA_N "\",\"e\":\"AQAB\"", 0 },
  { "P-521", "\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AA\",\"y\":\"AA\"", 0 },
  { "secp256k1", "\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"", 0 },
  { "X25519", "\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" ED25519_X "\"", 0 },
  { "Ed25519 as EC", "\"kty\":\"EC\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\"", 0 },
  /* numbers of RSA */
  { "n missing", "\"kty\":\"RSA\",\"e\":\"AQAB\"", 0 },
  { "e missing", "\"kty\":\"RSA\",\"n\":\"" RSA_N "\"", 0 },
  { "n with padding", RSA(RSA_N "=", "AQAB"), 0 },
  { "n with blanks", RSA(" " RSA_N, "AQAB"), 0 },
  { "n that is no string", "\"kty\":\"RSA\",\"n\":65537,\"e\":\"AQAB\"", 0 },
  { "n that is even", RSA(RSA_N "AA", "AQAB"), 0 },
  { "n of 1024 bits",
    RSA("zO2HvV8pgZdgj69gnVqNEQ6-UBwpYdRuEd1w48vU0o-lDtGoXmKwCnBwRdhOrYFz_Bk5rRA5p4T_qNRKKX_uAowXTGUdVXGUUDZTu164"
        "TDC1bxJDEtddWNm0mKbKaBA0_iAI4q1-AKrSvAmkxg6sfcX3Dc96swP2yQHjNQQlzi0",
        "AQAB"),
    0 },
  { "e of 3", RSA(RSA_N, "Aw"), RS },
  { "e of 1", RSA(RSA_N, "AQ"), 0 },
  { "e of 0", RSA(RSA_N, "AA"), 0 },
  { "e that is even", RSA(RSA_N, "AQAA"), 0 },
  { "e of 32 bits", RSA(RSA_N, "_____w"), RS },
  { "e of 33 bits", RSA(RSA_N, "AQAAAAE"), 0 },
  { "e of 33 bits with a zero in front", RSA(RSA_N, "AAEAAAAB"), 0 },
  { "e with a zero in front", RSA(RSA_N, "AAEAAQ"), RS },
  { "e that is n", RSA(RSA_N, RSA_N), 0 },
  /* points */
  { "x missing", "\"kty\":\"EC\",\"crv\":\"P-256\",\"y\":\"" P256_Y "\"", 0 },
  { "y missing", "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\"", 0 },
  { "x and y exchanged", EC256(P256_Y, P256_X), 0 },
  { "not on the curve", EC256(P256_X, P256_X), 0 },
  { "nowhere", EC256("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), 0 },
  { "beyond the field", EC256("__________________________________________8", P256_Y), 0 },
  { "x too short", EC256("KhkhBpADeOGDhRvW1hFMOPJSZQeDd7F3OLmJKxf1Cw", P256_Y), 0 },
  { "x with a zero in front", EC256("ACoZIQaQA3jhg4Ub1tYRTDjyUmUHg3exdzi5iSsX9Qun", P256_Y), 0 },
  { "a point of P-256 as P-384", "\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"", 0 },
  { "a point of P-384 as P-256", EC256(P384_X, P384_Y), 0 },
  { "Ed25519 of 31 bytes", "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"1p3tc2FOXJJ_cEmfVCowkihUbZ5O_-SPcOkxO3uBbA\"",
    0 },
  { "Ed25519 of 33 bytes", "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "A\"", 0 },
  { "Ed25519 without x", "\"kty\":\"OKP\",\"crv\":\"Ed25519\"", 0 },
};

static void a_key_decides_what_it_verifies(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    char document[8192], err[ERR_LEN];
    struct jwk_set set;
    snprintf(document, sizeof document, "{\"keys\":[{%s}]}", keys[i].members);
    if (!jwk_set_read(&set, str_from(document), err)) fail_msg("%s: %s", keys[i].name, err);
    jwa_set got = set.count == 1 ? set.keys[0].algorithms : 0;
    if (got != keys[i].want || set.found != 1) fail_msg("%s: %x", keys[i].name, got);
    jwk_set_free(&set);
  }
}

static const struct {
  struct str document;
  const char *want; /* part of the message; NULL: it is read */
  size_t count;
} documents[] = {
  { STR(KEY_SET), NULL, 4 },
  { STR("{\"keys\":[]}"), NULL, 0 },
  { STR("{\"keys\":[1,null,\"a\",[],{},true]}"), NULL, 0 },
  { STR("{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}," NAMED("e", ED25519_MEMBERS) "],\"more\":{}}"), NULL, 1 },
  { STR("{\"keys\":[],\"keys\":[{" ED25519_MEMBERS "}]}"), NULL, 1 },
  { STR(""), "it is no JSON: line 1", 0 },
  { STR("<html><body>503</body></html>"), "it is no JSON: line 1, column 1 (byte 0)", 0 },
  { STR("{\"keys\":[{\"kty\":\"RSA\",\"n\":\""), "it is no JSON", 0 },
  { STR("[]"), "no list \"keys\"", 0 },
  { STR("null"), "no list \"keys\"", 0 },
  { STR("{}"), "no list \"keys\"", 0 },
  { STR("{\"keys\":{}}"), "no list \"keys\"", 0 },
  { STR("{\"Keys\":[]}"), "no list \"keys\"", 0 },
  { STR("{" RSA_MEMBERS "}"), "no list \"keys\"", 0 },
};

static void sets_are_read(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
    static const struct jwk_set zero;
    struct jwk_set set;
    char err[ERR_LEN] = "";
    bool ok = jwk_set_read(&set, documents[i].document, err);
    if (ok != !documents[i].want) fail_msg("case %zu: %s", i, err);
    if (!ok) {
      if (!strstr(err, documents[i].want)) fail_msg("case %zu: %s", i, err);
      assert_memory_equal(&set, &zero, sizeof set);
    }
    assert_int_equal(set.count, documents[i].count);
    jwk_set_free(&set);
    jwk_set_free(&set);
  }
}

/* `count` small keys, then blanks up to `size`. */
static void fill_document(struct buf *document, size_t count, size_t size) {
  buf_init(document, 1 << 20);
  buf_add(document, STR("{\"keys\":["));
  for (size_t i = 0; i < count; i++) buf_addf(document, "%s{%s}", i > 0 ? "," : "", ED25519_MEMBERS);
  buf_add(document, STR("]}"));
  while (document->len < size) buf_add_char(document, ' ');
}

static void sets_have_limits(void **state) {
  (void)state;
  static const struct {
    size_t count, size;
    const char *want;
  } cases[] = {
    { 64, 0, NULL },
    { 65, 0, "it has more than 64 keys" },
    { 1, JWK_SET_BYTES, NULL },
    { 1, JWK_SET_BYTES + 1, "it has more than 65536 bytes" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct jwk_set set;
    struct buf document;
    char err[ERR_LEN] = "";
    fill_document(&document, cases[i].count, cases[i].size);
    assert_int_equal(jwk_set_read(&set, buf_str(&document), err), !cases[i].want);
    assert_string_equal(err, cases[i].want ? cases[i].want : "");
    assert_int_equal(set.count, cases[i].want ? 0 : cases[i].count);
    jwk_set_free(&set);
    buf_free(&document);
  }
}

#define SET(keys) "{\"keys\":[" keys "]}"
#define ANONYMOUS(members) "{" members "}"

static void a_token_gets_its_key(void **state) {
  (void)state;
  static const struct {
    const char *set, *kid; /* kid may be NULL */
    enum jwa algorithm;
    enum jwt_code want;
  } cases[] = {
    { KEY_SET, "rsa", JWA_RS256, JWT_OK },
    { KEY_SET, "rsa", JWA_PS256, JWT_OK },
    { KEY_SET, "rsa", JWA_ES256, JWT_ALGORITHM },
    { KEY_SET, "p256", JWA_ES384, JWT_ALGORITHM },
    { KEY_SET, "ed", JWA_RS256, JWT_ALGORITHM },
    { KEY_SET, "RSA", JWA_RS256, JWT_UNKNOWN_KEY },
    { KEY_SET, "", JWA_RS256, JWT_UNKNOWN_KEY },
    { KEY_SET, NULL, JWA_RS256, JWT_OK },
    { KEY_SET, NULL, JWA_EDDSA, JWT_OK },
    { SET(ANONYMOUS(ED25519_MEMBERS)), NULL, JWA_EDDSA, JWT_OK },
    { SET(ANONYMOUS(ED25519_MEMBERS)), NULL, JWA_ES256, JWT_UNKNOWN_KEY },
    { SET(ANONYMOUS(ED25519_MEMBERS)), "ed", JWA_EDDSA, JWT_UNKNOWN_KEY },
    { SET(NAMED("", ED25519_MEMBERS)), "", JWA_EDDSA, JWT_OK },
    { SET(NAMED("a", ED25519_MEMBERS) "," NAMED("b", ED25519_MEMBERS)), NULL, JWA_EDDSA, JWT_UNKNOWN_KEY },
    { SET(NAMED("a", ED25519_MEMBERS) "," NAMED("b", ED25519_MEMBERS)), "b", JWA_EDDSA, JWT_OK },
    { SET(NAMED("a", ED25519_MEMBERS) "," NAMED("a", ED25519_MEMBERS)), "a", JWA_EDDSA, JWT_UNKNOWN_KEY },
    { SET(NAMED("a", ED25519_MEMBERS) "," NAMED("a", P256_MEMBERS)), "a", JWA_ES256, JWT_OK }, /* RFC 7517, 4.5 */
    { SET(ANONYMOUS(RSA_MEMBERS ",\"alg\":\"RS256\"") "," ANONYMOUS(RSA_MEMBERS ",\"alg\":\"PS256\"")), NULL, JWA_PS256,
      JWT_OK },
    { SET(""), NULL, JWA_RS256, JWT_UNKNOWN_KEY },
    { SET(""), "rsa", JWA_RS256, JWT_UNKNOWN_KEY },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct jwk_set set;
    const struct jwk *key = NULL;
    char err[ERR_LEN] = "";
    assert_true(jwk_set_read(&set, str_from(cases[i].set), err));
    enum jwt_code got = jwk_set_find(&set, str_from(cases[i].kid), cases[i].algorithm, &key, err);
    if (got != cases[i].want) fail_msg("case %zu: %s", i, jwt_code_name(got));
    if (got == JWT_OK) assert_true(key->key && key->algorithms & jwa_bit(cases[i].algorithm));
    assert_int_equal(err[0] == '\0', got == JWT_OK);
    jwk_set_free(&set);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_key_decides_what_it_verifies),
    cmocka_unit_test(sets_are_read),
    cmocka_unit_test(sets_have_limits),
    cmocka_unit_test(a_token_gets_its_key),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
