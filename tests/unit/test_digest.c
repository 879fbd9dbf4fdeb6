/* Hashes against the values of FIPS 180-4 and RFC 4231; random bytes, comparison. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "encoding.h"

#include <cmocka.h> /* last: its fail() is a macro */

static void assert_hex(const struct sha256_value *value, const char *want) {
  struct buf hex;
  buf_init(&hex, 2 * SHA256_SIZE);
  hex_encode(&hex, sha256_str(value));
  assert_string_equal(buf_text(&hex), want);
  buf_free(&hex);
}

/* `times` copies of text; to be freed by the caller. */
static struct str repeat(const char *text, size_t times) {
  size_t length = strlen(text);
  char *bytes = malloc(length * times + 1);
  assert_non_null(bytes);
  for (size_t i = 0; i < times; i++) memcpy(bytes + i * length, text, length);
  return str_of(bytes, length * times);
}

static const struct {
  const char *text;
  size_t times;
  const char *want;
} hashes[] = {
  { "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
  { "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
  { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
  { "a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
};

static void sha256_is_right(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
    struct str text = repeat(hashes[i].text, hashes[i].times);
    struct sha256_value got;
    char err[ERR_LEN];
    assert_true(digest_sha256(text, &got, err));
    assert_hex(&got, hashes[i].want);
    free((char *)text.ptr);
  }
}

static void hmac_is_right(void **state) {
  (void)state;
  static const struct {
    const char *key;
    size_t key_times;
    const char *data;
    size_t data_times;
    const char *want;
  } cases[] = { /* RFC 4231, test cases 1, 2, 3, 6, 7; then keys at the edge of the block, and nothing at all */
                { "\x0b", 20, "Hi There", 1, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
                { "Jefe", 1, "what do ya want for nothing?", 1,
                  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
                { "\xaa", 20, "\xdd", 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
                { "\xaa", 131, "Test Using Larger Than Block-Size Key - Hash Key First", 1,
                  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
                { "\xaa", 131,
                  "This is a test using a larger than block-size key and a larger than block-size data. The key needs "
                  "to be hashed before being used by the HMAC algorithm.",
                  1, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
                { "k", 64, "x", 1, "f91c4c403625fb06910ef93999265bbd2d62baeaec6ff36455498cc124fe3e66" },
                { "k", 65, "x", 1, "75092ca3ee2b307470c227697b42b3e65376aa3bae98fb5a1f7b7536daa9588a" },
                { "", 1, "", 1, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" }
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct str key = repeat(cases[i].key, cases[i].key_times), data = repeat(cases[i].data, cases[i].data_times);
    struct sha256_value got;
    char err[ERR_LEN];
    assert_true(digest_hmac_sha256(key, data, &got, err));
    assert_hex(&got, cases[i].want);
    free((char *)key.ptr);
    free((char *)data.ptr);
  }
}

/* A key may lie in the value that is written: the chain of SigV4 does that. */
static void hmac_may_overwrite_its_key(void **state) {
  (void)state;
  struct sha256_value key, apart;
  char err[ERR_LEN];
  assert_true(digest_sha256(STR("key"), &key, err));
  assert_true(digest_hmac_sha256(sha256_str(&key), STR("data"), &apart, err));
  assert_true(digest_hmac_sha256(sha256_str(&key), STR("data"), &key, err));
  assert_memory_equal(key.bytes, apart.bytes, SHA256_SIZE);
}

static void random_bytes_differ(void **state) {
  (void)state;
  unsigned char a[4096] = { 0 }, b[4096] = { 0 };
  char err[ERR_LEN];
  bool seen[256] = { false };
  assert_true(digest_random(a, sizeof a, err));
  assert_true(digest_random(b, sizeof b, err));
  assert_true(digest_random(NULL, 0, err));
  assert_memory_not_equal(a, b, sizeof a);
  size_t kinds = 0;
  for (size_t i = 0; i < sizeof a; i++) {
    kinds += !seen[a[i]];
    seen[a[i]] = true;
  }
  assert_true(kinds > 200); /* all 256 but with a chance of 1 in 30,000; fewer than 200 never */
}

static void equal_compares_bytes(void **state) {
  (void)state;
  static const struct {
    struct str a, b;
    bool want;
  } cases[] = {
    { { "", 0 }, { NULL, 0 }, true },   { { "a\0b", 3 }, { "a\0b", 3 }, true }, { { "a\0b", 3 }, { "a\0c", 3 }, false },
    { { "a", 1 }, { "ab", 2 }, false }, { { "", 0 }, { "a", 1 }, false },       { { "b", 1 }, { "a", 1 }, false },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_int_equal(digest_equal(cases[i].a, cases[i].b), cases[i].want);
}

static void wipe_clears(void **state) {
  (void)state;
  char secret[] = "secret", zero[sizeof secret] = { 0 };
  digest_wipe(secret, sizeof secret);
  assert_memory_equal(secret, zero, sizeof secret);
}

/* The examples of FIPS 180, and of RFC 6455, section 1.3. */
static void sha1_is_right(void **state) {
  (void)state;
  static const struct {
    const char *text, *hex;
  } cases[] = {
    { "", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
    { "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
    { "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11", "b37a4f2cc0624f1690f64606cf385945b2bec4ea" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    unsigned char got[SHA1_SIZE];
    char err[ERR_LEN];
    struct buf hex;
    buf_init(&hex, 100);
    assert_true(digest_sha1(str_from(cases[i].text), got, err));
    hex_encode(&hex, str_of((char *)got, SHA1_SIZE));
    assert_string_equal(buf_text(&hex), cases[i].hex);
    buf_free(&hex);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sha256_is_right),     cmocka_unit_test(sha1_is_right),
    cmocka_unit_test(hmac_is_right),       cmocka_unit_test(hmac_may_overwrite_its_key),
    cmocka_unit_test(random_bytes_differ), cmocka_unit_test(equal_compares_bytes),
    cmocka_unit_test(wipe_clears),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
