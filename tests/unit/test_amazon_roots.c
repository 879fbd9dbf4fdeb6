/* The roots that are linked in are those that Amazon Trust Services publishes, whole, each once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include "amazon_roots.h"
#include "digest.h"
#include "encoding.h"

#include <cmocka.h> /* last: its fail() is a macro */

/* SHA-256 of the certificates, from the repository of Amazon Trust Services. */
static const char *const fingerprints[AMAZON_ROOTS] = {
  "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e", /* Amazon Root CA 1 */
  "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4", /* Amazon Root CA 2 */
  "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4", /* Amazon Root CA 3 */
  "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092", /* Amazon Root CA 4 */
  "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5", /* Starfield Services Root Certificate Authority - G2 */
};

static struct str der_of(const struct amazon_root *root) {
  return str_of((const char *)root->der, root->size);
}

static void fingerprints_are_amazons(void **state) {
  (void)state;
  for (size_t i = 0; i < AMAZON_ROOTS; i++) {
    struct sha256_value value;
    struct buf hex;
    buf_init(&hex, 2 * SHA256_SIZE);
    assert_true(digest_sha256(der_of(&amazon_roots[i]), &value, NULL));
    hex_encode(&hex, sha256_str(&value));
    assert_string_equal(buf_text(&hex), fingerprints[i]);
    buf_free(&hex);
  }
}

/* A certificate is a SEQUENCE whose length has two bytes (X.690, sections 8.1.3 and 8.9). */
static void length_is_that_of_the_certificate(void **state) {
  (void)state;
  for (size_t i = 0; i < AMAZON_ROOTS; i++) {
    const struct amazon_root *root = &amazon_roots[i];
    assert_true(root->size > 4);
    assert_int_equal(root->der[0], 0x30);
    assert_int_equal(root->der[1], 0x82);
    assert_int_equal(root->der[2] << 8 | root->der[3], root->size - 4);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(fingerprints_are_amazons),
    cmocka_unit_test(length_is_that_of_the_certificate),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
