#include "jwt_sign.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "digest.h"
#include "encoding.h"
#include "openssl_start.h"

enum {
  COORDINATE = 32,        /* bytes: P-256 */
  DER_MAX = 72,           /* bytes of a signature as OpenSSL writes it: two INTEGERs of 33 bytes at most */
  PARTS_MAX = 1024 * 1024 /* bytes of a token */
};

/* The key */

/* One coordinate of the public point, of its full length (RFC 7518, section 6.2.1.2). */
static bool read_coordinate(EVP_PKEY *key, const char *name, char text[JWT_SIGN_TEXT]) {
  unsigned char bytes[COORDINATE];
  BIGNUM *number = NULL;
  bool ok = EVP_PKEY_get_bn_param(key, name, &number) > 0 && BN_bn2binpad(number, bytes, COORDINATE) == COORDINATE;
  if (ok) *base64url_write(text, str_of((const char *)bytes, COORDINATE)) = '\0';
  BN_free(number);
  return ok;
}

/* The members in the order and the form that RFC 7638, section 3, demands. */
static void add_members(const struct jwt_signer *signer, struct buf *out) {
  buf_addf(out, "\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"", signer->x, signer->y);
}

static bool make_kid(struct jwt_signer *signer, char err[ERR_LEN]) {
  struct sha256_value hash;
  struct buf members;
  buf_init(&members, PARTS_MAX);
  buf_add_char(&members, '{');
  add_members(signer, &members);
  buf_add_char(&members, '}');
  bool ok = (!members.failed || fail(err, "out of memory")) && digest_sha256(buf_str(&members), &hash, err);
  if (ok) *base64url_write(signer->kid, sha256_str(&hash)) = '\0';
  buf_free(&members);
  return ok;
}

bool jwt_signer_init(struct jwt_signer *signer, char err[ERR_LEN]) {
  OPENSSL_init_crypto(OPENSSL_START, NULL);
  *signer = (struct jwt_signer){ .key = EVP_EC_gen("P-256") };
  bool made = signer->key && read_coordinate(signer->key, OSSL_PKEY_PARAM_EC_PUB_X, signer->x) &&
              read_coordinate(signer->key, OSSL_PKEY_PARAM_EC_PUB_Y, signer->y);
  if (!made) fail(err, "no key could be made");
  if (made && make_kid(signer, err)) return true;
  ERR_clear_error(); /* lest TLS take it for its own */
  jwt_signer_free(signer);
  return false;
}

void jwt_signer_free(struct jwt_signer *signer) {
  EVP_PKEY_free(signer->key);
  *signer = (struct jwt_signer){ 0 };
}

void jwt_signer_add_key(const struct jwt_signer *signer, struct buf *out) {
  buf_add_char(out, '{');
  add_members(signer, out);
  buf_addf(out, ",\"kid\":\"%s\",\"alg\":\"ES256\",\"use\":\"sig\"}", signer->kid);
}

/* The token */

/* r and s, one behind the other, each of its full length (RFC 7518, section 3.4), out of OpenSSL's SEQUENCE. */
static bool read_signature(const unsigned char *der, size_t len, unsigned char raw[2 * COORDINATE]) {
  ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &der, (long)len);
  bool ok = signature && BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, COORDINATE) == COORDINATE &&
            BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + COORDINATE, COORDINATE) == COORDINATE;
  ECDSA_SIG_free(signature);
  return ok;
}

static bool sign(EVP_PKEY *key, struct str text, unsigned char raw[2 * COORDINATE]) {
  unsigned char der[DER_MAX];
  size_t len = sizeof der;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  bool ok = context && EVP_DigestSignInit_ex(context, NULL, "SHA256", NULL, NULL, key, NULL) > 0 &&
            EVP_DigestSign(context, der, &len, (const unsigned char *)text.ptr, text.len) > 0 &&
            read_signature(der, len, raw);
  EVP_MD_CTX_free(context);
  if (!ok) ERR_clear_error();
  return ok;
}

bool jwt_sign(const struct jwt_signer *signer, struct str claims, struct buf *out, char err[ERR_LEN]) {
  unsigned char raw[2 * COORDINATE];
  struct buf header;
  size_t start = out->len;
  buf_init(&header, PARTS_MAX);
  buf_addf(&header, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"%s\"}", signer->kid);
  base64url_encode(out, buf_str(&header));
  buf_add_char(out, '.');
  base64url_encode(out, claims);
  bool ok = !header.failed && !out->failed;
  buf_free(&header);
  if (!ok) return fail(err, "the token is too long");
  if (!sign(signer->key, str_slice(buf_str(out), start, out->len), raw)) return fail(err, "the token cannot be signed");
  buf_add_char(out, '.');
  base64url_encode(out, str_of((const char *)raw, sizeof raw));
  return !out->failed || fail(err, "the token is too long");
}
