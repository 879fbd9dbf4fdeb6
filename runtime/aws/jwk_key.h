/* jwk_key.h -- the key itself, for OpenSSL, out of the members of a JWK (RFC 7518, section 6; RFC 8037, section 2).
 * Part of jwk.c. Each returns a public key to be freed with EVP_PKEY_free, or NULL when a member is missing, is not strict
 * base64url, or breaks a rule of jwk.h. Private members are not read.
 */
#ifndef MOONWIRE_JWK_KEY_H
#define MOONWIRE_JWK_KEY_H

#include "json.h"

struct evp_pkey_st *jwk_key_rsa(const struct json *node);
struct evp_pkey_st *jwk_key_p256(const struct json *node);
struct evp_pkey_st *jwk_key_p384(const struct json *node);
struct evp_pkey_st *jwk_key_ed25519(const struct json *node);

#endif
