/* jwt_token.h -- the three parts of a token in compact form: header.payload.signature, each in base64url
 * (RFC 7515, section 7.1; RFC 7519, section 7.2). Nothing is verified here, and the payload is not even decoded.
 */
#ifndef MOONWIRE_JWT_TOKEN_H
#define MOONWIRE_JWT_TOKEN_H

#include <stddef.h>

#include "arena.h"
#include "json.h"
#include "jwt_code.h"
#include "str.h"

enum {
  JWT_HEADER_MAX = 1024,    /* bytes of the header, decoded; real ones have about 100 */
  JWT_SIGNATURE_MAX = 1024, /* bytes of the signature: that of an RSA key of 8192 bits */
};

struct jwt_token {
  struct str signed_part; /* header.payload, borrowed from the token: what the signature is over */
  struct str payload;     /* base64url, borrowed from the token */
  struct str signature;   /* bytes, in the arena */
  const struct json *header;
  struct str alg; /* of the header, in the arena */
  struct str kid; /* the same; ptr is NULL when there is none */
};

/* Reads a token. Strict: base64url without padding and with unused bits zero, so that one token has one spelling; the
 * header is a JSON object in UTF-8 with "alg", and no name in it comes twice. "crit" is refused: it lists extensions
 * without which the token must not be accepted, and none is known here (RFC 7515, section 4.1.11). "typ" may be missing,
 * "JWT" or "at+jwt" (RFC 9068): a token of another kind, such as a logout token, must not be taken for one of these
 * (RFC 8725, section 3.11). */
enum jwt_code jwt_token_read(struct str token, size_t token_max, struct arena *memory, struct jwt_token *out,
                             char err[ERR_LEN]);

/* Decodes a part that is to be a JSON object, of at most `max` bytes. name ("header") is for err. */
enum jwt_code jwt_token_decode(struct str part, const char *name, size_t max, struct arena *memory,
                               const struct json **object, char err[ERR_LEN]);

#endif
