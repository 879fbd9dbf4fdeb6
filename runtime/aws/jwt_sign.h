/* jwt_sign.h -- makes tokens, with a key pair of its own: ES256 (RFC 7518, section 3.4). For the local gateway, which is an
 * issuer during development; nothing in bootstrap signs with such keys, and the linker leaves this out of it.
 */
#ifndef MOONWIRE_JWT_SIGN_H
#define MOONWIRE_JWT_SIGN_H

#include <stdbool.h>

#include "buf.h"
#include "err.h"
#include "str.h"

struct evp_pkey_st; /* OpenSSL's EVP_PKEY */

enum { JWT_SIGN_TEXT = 44 /* 32 bytes in base64url, and a NUL */ };

struct jwt_signer {
  struct evp_pkey_st *key; /* owned */
  char x[JWT_SIGN_TEXT], y[JWT_SIGN_TEXT];
  char kid[JWT_SIGN_TEXT]; /* the key's thumbprint (RFC 7638): another key, another id */
};

/* Makes a fresh key pair. On failure *signer is zeroed. */
bool jwt_signer_init(struct jwt_signer *signer, char err[ERR_LEN]);

/* Safe on a zeroed signer. */
void jwt_signer_free(struct jwt_signer *signer);

/* Appends the public key as a JSON Web Key. */
void jwt_signer_add_key(const struct jwt_signer *signer, struct buf *out);

/* Appends a token over the claims, a JSON object, which are taken as they are. */
bool jwt_sign(const struct jwt_signer *signer, struct str claims, struct buf *out, char err[ERR_LEN]);

#endif
