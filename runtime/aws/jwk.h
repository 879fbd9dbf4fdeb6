/* jwk.h -- a public key that verifies signatures, out of its JSON form (RFC 7517).
 * A key decides which algorithms it verifies: the one that its "alg" names, else those of its kind. What a token says
 * about itself never widens that (RFC 8725, section 3.1).
 *
 *   kty  crv      without "alg"               members
 *   RSA           RS256, RS384, RS512, PS256  n of 2048 to 8192 bits, odd; e odd, from 3, at most 32 bits
 *   EC   P-256    ES256                       x and y of 32 bytes, a point of the curve
 *   EC   P-384    ES384                       x and y of 48 bytes, a point of the curve
 *   OKP  Ed25519  EdDSA                       x of 32 bytes
 *
 * 2048 bits are what RFC 7518 demands (section 3.3). The upper limits bound the time that one signature can take.
 */
#ifndef MOONWIRE_JWK_H
#define MOONWIRE_JWK_H

#include <stdbool.h>

#include "json.h"
#include "jwa.h"
#include "str.h"

struct evp_pkey_st; /* OpenSSL's EVP_PKEY */

struct jwk {
  struct str kid; /* borrowed from the document; ptr is NULL when the key has none */
  jwa_set algorithms;
  struct evp_pkey_st *key; /* owned */
};

/* Reads one key. False, and nothing to free, for whatever cannot be used here: other kinds ("oct" among them: a secret
 * has no place in a published set), curves and algorithms; keys for something else than signatures ("use", "key_ops");
 * members that are missing or wrong. Sets hold such keys, and RFC 7517 (section 5) wants them ignored. */
bool jwk_read(const struct json *node, struct jwk *out);

/* Safe on a zeroed jwk. */
void jwk_free(struct jwk *jwk);

#endif
