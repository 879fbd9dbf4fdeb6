/* jwt.h -- verifies JSON Web Tokens: who signed, for whom, until when (RFC 7519, with the advice of RFC 8725).
 * Pure: token, keys and time are inputs. The order is that of trust: size and shape, the algorithm, the key, the
 * signature; the payload is decoded when the signature is good, and not before.
 *
 *   jwt_token      the three parts of a token and its header
 *   jwk, jwk_set   keys, and what each may verify
 *   jwt_signature  the arithmetic, which is OpenSSL's
 *   jwt_claims     exp, nbf, iat, iss, aud
 */
#ifndef MOONWIRE_JWT_H
#define MOONWIRE_JWT_H

#include <stddef.h>

#include "arena.h"
#include "err.h"
#include "json.h"
#include "jwa.h"
#include "jwk_set.h"
#include "jwt_claims.h"
#include "jwt_code.h"
#include "str.h"

enum {
  JWT_TOKEN_MAX = 8 * 1024,        /* bytes of a token: default; API Gateway takes 10 KB of headers in all */
  JWT_TOKEN_MAX_MOST = 128 * 1024, /* what a caller may raise it to: API Gateway's largest message */
  JWT_SECRET_MIN = 32              /* bytes of a secret: the hash's size (RFC 7518, section 3.2) */
};

/* Either keys or a secret: a set of public keys never verifies HS256, where the "secret" would be public. */
struct jwt_rules {
  const struct jwk_set *keys; /* NULL: the secret counts */
  struct str secret;          /* at least JWT_SECRET_MIN bytes; verifies HS256 and nothing else */
  jwa_set algorithms;         /* what the caller allows; keys narrow it further */
  size_t token_max;           /* bytes */
  struct jwt_claims_rules claims;
};

/* Verifies. JWT_OK: *header and *claims are in the arena. Anything else: both are NULL, and err is one sentence that
 * holds nothing of the token. */
enum jwt_code jwt_verify(struct str token, const struct jwt_rules *rules, struct arena *memory,
                         const struct json **header, const struct json **claims, char err[ERR_LEN]);

#endif
