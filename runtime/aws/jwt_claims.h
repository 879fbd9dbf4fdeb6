/* jwt_claims.h -- what a token says about whom it is for and when it is good (RFC 7519, section 4.1). */
#ifndef MOONWIRE_JWT_CLAIMS_H
#define MOONWIRE_JWT_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "json.h"
#include "jwt_code.h"
#include "str.h"

enum {
  /* Default. Clocks kept by NTP, as Lambda's are, agree within a second; an issuer's that is not may be off by more. */
  JWT_LEEWAY_S = 60,
  JWT_LEEWAY_MAX_S = 300 /* RFC 7519, section 4.1.4: "no more than a few minutes" */
};

struct jwt_claims_rules {
  double now_s;                /* Unix time */
  double leeway_s;             /* seconds that the clocks of issuer and verifier may differ, 0 to JWT_LEEWAY_MAX_S */
  bool exp_optional;           /* a token without exp is good for ever */
  struct str issuer;           /* what iss must be, byte for byte; ptr is NULL: anything */
  const struct str *audiences; /* aud must be one of these, or hold one */
  size_t audience_count;       /* 0: aud may be anything, or missing */
};

/* Checks exp, nbf, iat, iss and aud, in this order. What is there must have the type that the RFC gives it, whether it
 * is asked for or not; sub and jti are strings. None of these may come twice (section 4 lets a reader refuse that). */
enum jwt_code jwt_claims_check(const struct json *claims, const struct jwt_claims_rules *rules, char err[ERR_LEN]);

#endif
