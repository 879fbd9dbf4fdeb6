/* signature.h -- checks who sent a request: Signature Version 4, as API Gateway verifies calls to @connections. Pure.
 * The path is taken exactly as it was on the wire (each segment is encoded once more for the canonical path).
 */
#ifndef MOONWIRE_SIGNATURE_H
#define MOONWIRE_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "buf.h"
#include "credentials.h"
#include "field.h"
#include "sigv4.h"
#include "str.h"

enum { SIGNATURE_WINDOW_S = 300 }; /* how far x-amz-date may be from our clock (IAM User Guide) */

struct signed_request {
  struct str method;
  struct str path;  /* raw */
  struct str query; /* raw */
  struct fields headers;
  struct str body;
};

/* Key pairs, of which no two have the same access key id. Borrowed. */
struct key_ring {
  const struct credentials *pairs;
  size_t count;
};

struct signature_rules {
  struct key_ring keys; /* those that are known */
  struct str region, service;
  int64_t now_s; /* Unix time */
};

/* Why a request is refused: an answer in API Gateway's form, status 403. */
struct signature_refusal {
  const char *error_type; /* x-amzn-ErrorType: "MissingAuthenticationTokenException" ... */
  struct buf message;     /* one text, never a secret; owned; free it */
};

/* True when the signature is that of a known key pair, for exactly this request, Region and service, made within the window
 * (a body that was signed as UNSIGNED-PAYLOAD may be any).
 * Only the header form (Authorization) is known. keys may be NULL. */
bool signature_verify(const struct signed_request *request, const struct signature_rules *rules,
                      struct sigv4_key_cache *keys, struct arena *memory, struct signature_refusal *refusal);

#endif
