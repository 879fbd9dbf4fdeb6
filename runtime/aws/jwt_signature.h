/* jwt_signature.h -- is this the signature of a text? (RFC 7518, section 3; RFC 8037, section 3.1) */
#ifndef MOONWIRE_JWT_SIGNATURE_H
#define MOONWIRE_JWT_SIGNATURE_H

#include "err.h"
#include "jwa.h"
#include "jwt_code.h"
#include "str.h"

struct evp_pkey_st;

/* By a public key of the algorithm's kind; the algorithm is not HS256. JWT_OK, JWT_SIGNATURE or JWT_MEMORY. */
enum jwt_code jwt_signature_check(struct evp_pkey_st *key, enum jwa algorithm, struct str text, struct str signature,
                                  char err[ERR_LEN]);

/* By HS256; takes the same time wherever the signature differs. */
enum jwt_code jwt_signature_check_secret(struct str secret, struct str text, struct str signature, char err[ERR_LEN]);

#endif
