/* jwk_set.h -- a set of public keys as an issuer publishes it (RFC 7517, section 5): { "keys": [ ... ] }. */
#ifndef MOONWIRE_JWK_SET_H
#define MOONWIRE_JWK_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "err.h"
#include "jwk.h"
#include "jwt_code.h"

enum {
  JWK_SET_BYTES = 64 * 1024, /* of the document */
  JWK_SET_KEYS = 64          /* in the document; issuers have two to five */
};

struct jwk_set {
  struct arena memory; /* what the keys borrow */
  struct jwk keys[JWK_SET_KEYS];
  size_t count; /* keys that can be used */
  size_t found; /* keys in the document */
};

/* Reads a document; keys that cannot be used here are left out (jwk.h), and none at all may remain. On failure (it is too
 * large, no JSON, no set of keys) returns false, writes err and leaves *set zeroed. */
bool jwk_set_read(struct jwk_set *set, struct str document, char err[ERR_LEN]);

/* The one key that is to verify a token: it has the token's kid, if the token has one (kid.ptr is not NULL), and may verify
 * by the algorithm. JWT_UNKNOWN_KEY, with err, when the set has no such key, or several; JWT_ALGORITHM when the key of that
 * kid does not verify by this algorithm. *key is borrowed. */
enum jwt_code jwk_set_find(const struct jwk_set *set, struct str kid, enum jwa algorithm, const struct jwk **key,
                           char err[ERR_LEN]);

/* Frees the keys and zeroes *set. Safe on a zeroed set. */
void jwk_set_free(struct jwk_set *set);

#endif
