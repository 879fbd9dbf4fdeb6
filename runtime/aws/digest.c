#define _GNU_SOURCE /* getrandom */
#include "digest.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "openssl_start.h"

enum { BLOCK = 64 }; /* bytes that SHA-256 works on at a time */

/* Made at the first hash and kept: a fetch costs half a millisecond, a hash with a context that is used again 0.4 us. */
static struct {
  EVP_MD *sha256;
  EVP_MD_CTX *context;
} engine;

static bool engine_start(char err[ERR_LEN]) {
  if (engine.context) return true;
  OPENSSL_init_crypto(OPENSSL_START, NULL);
  if (!engine.sha256) engine.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
  if (engine.sha256) engine.context = EVP_MD_CTX_new();
  return engine.context || fail(err, "digest: OpenSSL cannot start SHA-256");
}

static bool hash_failed(char err[ERR_LEN]) {
  return fail(err, "digest: OpenSSL cannot compute SHA-256");
}

/* The hash of two pieces, one after the other. */
static bool hash_pair(struct str first, struct str second, struct sha256_value *out, char err[ERR_LEN]) {
  if (!engine_start(err)) return false;
  EVP_MD_CTX *context = engine.context;
  if (EVP_DigestInit_ex2(context, engine.sha256, NULL) && EVP_DigestUpdate(context, first.ptr, first.len) &&
      EVP_DigestUpdate(context, second.ptr, second.len) && EVP_DigestFinal_ex(context, out->bytes, NULL))
    return true;
  return hash_failed(err);
}

bool digest_sha256(struct str data, struct sha256_value *out, char err[ERR_LEN]) {
  return hash_pair(data, STR(""), out, err);
}

bool digest_sha1(struct str data, unsigned char out[SHA1_SIZE], char err[ERR_LEN]) {
  if (!engine_start(err)) return false;
  return EVP_Digest(data.ptr, data.len, out, NULL, EVP_sha1(), NULL) ||
         fail(err, "digest: OpenSSL cannot compute SHA-1");
}

/* RFC 2104 over the hash above. OpenSSL's own EVP_MAC takes twice as long for the short texts that are signed here. */
bool digest_hmac_sha256(struct str key, struct str data, struct sha256_value *out, char err[ERR_LEN]) {
  unsigned char pad[BLOCK] = { 0 };
  struct sha256_value short_key, inner;
  bool ok = false;
  if (key.len > BLOCK) {
    if (!digest_sha256(key, &short_key, err)) goto done;
    key = sha256_str(&short_key);
  }
  if (key.len > 0) memcpy(pad, key.ptr, key.len);
  for (size_t i = 0; i < BLOCK; i++) pad[i] ^= 0x36;
  if (!hash_pair(str_of((char *)pad, BLOCK), data, &inner, err)) goto done;
  for (size_t i = 0; i < BLOCK; i++) pad[i] ^= 0x36 ^ 0x5c;
  ok = hash_pair(str_of((char *)pad, BLOCK), sha256_str(&inner), out, err);
done:
  digest_wipe(pad, sizeof pad);
  digest_wipe(&short_key, sizeof short_key);
  return ok;
}

bool digest_random(void *bytes, size_t size, char err[ERR_LEN]) {
  for (unsigned char *at = bytes; size > 0;) {
    ssize_t got = getrandom(at, size, 0);
    if (got < 0 && errno != EINTR) return fail(err, "digest: getrandom: %s", strerror(errno));
    if (got <= 0) continue;
    at += got;
    size -= (size_t)got;
  }
  return true;
}

bool digest_equal(struct str a, struct str b) {
  return a.len == b.len && (a.len == 0 || CRYPTO_memcmp(a.ptr, b.ptr, a.len) == 0);
}

void digest_wipe(void *bytes, size_t size) {
  OPENSSL_cleanse(bytes, size);
}
