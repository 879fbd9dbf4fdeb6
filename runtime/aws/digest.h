/* digest.h -- SHA-256, HMAC, random bytes, and the SHA-1 of WebSocket.
 * The file that talks to OpenSSL. Nothing of OpenSSL runs before the first hash; it then reads no configuration file.
 * For one thread. A failure means that memory is short.
 */
#ifndef MOONWIRE_DIGEST_H
#define MOONWIRE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "str.h"

enum {
  SHA256_SIZE = 32, /* bytes of a hash and of an HMAC */
  SHA1_SIZE = 20
};

struct sha256_value {
  unsigned char bytes[SHA256_SIZE];
};

/* Hash of data (FIPS 180-4). */
bool digest_sha256(struct str data, struct sha256_value *out, char err[ERR_LEN]);

/* SHA-1 (FIPS 180-4). No protection against anybody: the WebSocket handshake asks for it (RFC 6455, section 4.2.2). */
bool digest_sha1(struct str data, unsigned char out[SHA1_SIZE], char err[ERR_LEN]);

/* HMAC with SHA-256 (RFC 2104); a key of any length. */
bool digest_hmac_sha256(struct str key, struct str data, struct sha256_value *out, char err[ERR_LEN]);

/* Fills `size` bytes from the kernel's generator (getrandom), so that a restored snapshot of the process never repeats. */
bool digest_random(void *bytes, size_t size, char err[ERR_LEN]);

/* Whether a and b hold the same bytes; takes the same time wherever they differ. Lengths are no secret. */
bool digest_equal(struct str a, struct str b);

/* Overwrites bytes that held a secret; never optimised away. */
void digest_wipe(void *bytes, size_t size);

/* The 32 bytes as a str, borrowed from *value. */
static inline struct str sha256_str(const struct sha256_value *value) {
  return str_of((const char *)value->bytes, SHA256_SIZE);
}

#endif
