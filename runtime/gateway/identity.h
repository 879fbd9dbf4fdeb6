/* identity.h -- an issuer of tokens for development. It has one key, made when it begins and never written down, so that its
 * tokens are worth nothing to another run, and nothing to a service that trusts somebody else. No sockets, no clock.
 */
#ifndef MOONWIRE_IDENTITY_H
#define MOONWIRE_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "jwt_sign.h"
#include "str.h"

enum {
  IDENTITY_TOKEN_MAX = 128 * 1024,          /* bytes of a token: the most that a verifier takes (jwt.h) */
  IDENTITY_CLAIMS_MAX = 90 * 1024,          /* bytes of what is in it: base64 adds a third */
  IDENTITY_EXPIRES_MAX_S = 10 * 365 * 86400 /* from now, in either direction */
};

struct identity {
  struct jwt_signer signer;
  const char *url;     /* `iss`, borrowed; what it publishes lies below */
  struct str audience; /* `aud` of tokens that do not say, borrowed */
};

/* What stands at `url` may be filled in until the first use. On failure *identity is zeroed. */
bool identity_init(struct identity *identity, const char *url, struct str audience, char err[ERR_LEN]);

/* Safe on a zeroed identity. */
void identity_free(struct identity *identity);

/* Appends /.well-known/openid-configuration (OpenID Connect Discovery 1.0, section 3). There is no authorization endpoint,
 * which that page wants: tokens come from `moonwire token`. */
void identity_add_configuration(const struct identity *identity, struct buf *out);

/* Appends /.well-known/jwks.json: the public key. */
void identity_add_keys(const struct identity *identity, struct buf *out);

struct identity_request {
  struct str claims; /* a JSON object: `sub` and whatever else; not `iss`, `iat` and `exp`, which are the issuer's */
  int64_t now_s;     /* Unix time */
  int64_t expires_s; /* from now until `exp`; may lie in the past */
};

/* Appends a token. False, with a sentence for the developer, when the claims are none that a verifier would take. */
bool identity_add_token(const struct identity *identity, const struct identity_request *request, struct buf *out,
                        char err[ERR_LEN]);

#endif
