/* jwa.h -- the signature algorithms of tokens: names and sets (RFC 7518, section 3.1; RFC 8037, section 3.1).
 * Those that identity providers use. Left out: ES512, PS384, PS512, HS384, HS512, which hardly anybody has, and "none".
 */
#ifndef MOONWIRE_JWA_H
#define MOONWIRE_JWA_H

#include <stdbool.h>

#include "str.h"

enum jwa {
  JWA_RS256, /* RSASSA-PKCS1-v1_5 */
  JWA_RS384,
  JWA_RS512,
  JWA_PS256, /* RSASSA-PSS */
  JWA_ES256, /* ECDSA on P-256 */
  JWA_ES384, /* ECDSA on P-384 */
  JWA_EDDSA, /* Ed25519 */
  JWA_HS256, /* HMAC: whoever can verify can sign */
  JWA_COUNT
};

/* One bit for each algorithm. */
typedef unsigned jwa_set;

static inline jwa_set jwa_bit(enum jwa algorithm) {
  return 1u << algorithm;
}

/* All that verify with a public key: all but HS256. */
enum { JWA_PUBLIC = (1u << JWA_HS256) - 1 };

/* The algorithm of this name, letter case included ("ES256"); false when it is none of the above. */
bool jwa_named(struct str name, enum jwa *algorithm);

#endif
