/* sigv4_key.h -- the key that signs one day's requests to one service in one Region.
 * Part of the signer (sigv4.c): "Calculate the signature" on the IAM User Guide's page about signing.
 */
#ifndef MOONWIRE_SIGV4_KEY_H
#define MOONWIRE_SIGV4_KEY_H

#include "sigv4.h"

enum { SIGV4_SECRET_MAX = 128 }; /* bytes; AWS's secrets have 40 */

/* Derives the key, or takes it from the cache (which may be NULL). day is "20150830"; region and service hold no "/". */
bool sigv4_key_get(struct sigv4_key_cache *cache, struct str secret, struct str day, struct str region,
                   struct str service, struct sha256_value *out, char err[ERR_LEN]);

#endif
