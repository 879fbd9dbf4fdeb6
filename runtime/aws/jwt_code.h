/* jwt_code.h -- why a token is refused. The sentence that goes with it never quotes the token. */
#ifndef MOONWIRE_JWT_CODE_H
#define MOONWIRE_JWT_CODE_H

#include "err.h"

enum jwt_code {
  JWT_OK,
  JWT_MALFORMED,     /* not a token, or one that asks for something that is not supported */
  JWT_TOO_LARGE,     /* beyond the limits of jwt.h */
  JWT_ALGORITHM,     /* none, or one that the key or the caller does not allow */
  JWT_UNKNOWN_KEY,   /* no key of the set is its key */
  JWT_SIGNATURE,     /* the signature is wrong */
  JWT_EXPIRED,       /* exp */
  JWT_NOT_YET_VALID, /* nbf, or iat in the future */
  JWT_ISSUER,        /* another issuer, or none */
  JWT_AUDIENCE,      /* for somebody else, or for nobody */
  JWT_CLAIMS,        /* a claim is missing or has the wrong type */
  JWT_MEMORY,        /* memory is short: nothing is known about the token */
};

/* "malformed", "too_large" ...: the codes that Lua sees; "" for JWT_OK. */
const char *jwt_code_name(enum jwt_code code);

/* Writes the sentence to err and returns the code. */
enum jwt_code jwt_refuse(char err[ERR_LEN], enum jwt_code code, const char *sentence);

#endif
