#include "jwk_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "encoding.h"
#include "openssl_start.h"

enum {
  RSA_BITS_MIN = 2048,
  RSA_BITS_MAX = 8192,
  MODULUS_MAX = RSA_BITS_MAX / 8 + 1, /* bytes; some write a zero byte in front, which RFC 7518 (6.3.1.1) forbids */
  EXPONENT_MAX = 5,                   /* bytes, likewise */
  COORDINATE_MAX = 48,
  ED25519_SIZE = 32,
};

/* The bytes of a member; false when it is missing, malformed, or longer than the ceiling of *out. */
static bool member_bytes(const struct json *node, struct str name, struct buf *out) {
  struct str text = json_member_text(node, name);
  return text.len > 0 && base64url_decode(out, text) && !out->failed;
}

static const unsigned char *bytes_of(const struct buf *b) {
  return (const unsigned char *)b->ptr;
}

/* Makes a public key of this type; what OpenSSL has to say about a failure is dropped, lest TLS take it for its own. */
static EVP_PKEY *make(const char *type, OSSL_PARAM *params) {
  EVP_PKEY_CTX *context = params ? EVP_PKEY_CTX_new_from_name(NULL, type, NULL) : NULL;
  EVP_PKEY *key = NULL;
  if (!context || EVP_PKEY_fromdata_init(context) <= 0 ||
      EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
    key = NULL;
  EVP_PKEY_CTX_free(context);
  if (!key) ERR_clear_error();
  return key;
}

static EVP_PKEY *make_rsa(const BIGNUM *n, const BIGNUM *e) {
  OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
  OSSL_PARAM *params = NULL;
  if (builder && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) &&
      OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e))
    params = OSSL_PARAM_BLD_to_param(builder);
  EVP_PKEY *key = make("RSA", params);
  OSSL_PARAM_free(params);
  OSSL_PARAM_BLD_free(builder);
  return key;
}

static bool rsa_is_sane(const BIGNUM *n, const BIGNUM *e) {
  int bits = BN_num_bits(n), exponent_bits = BN_num_bits(e);
  return bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX && BN_is_odd(n) && exponent_bits >= 2 && exponent_bits <= 32 &&
         BN_is_odd(e);
}

struct evp_pkey_st *jwk_key_rsa(const struct json *node) {
  OPENSSL_init_crypto(OPENSSL_START, NULL);
  struct buf n_bytes, e_bytes;
  BIGNUM *n = NULL, *e = NULL;
  EVP_PKEY *key = NULL;
  buf_init(&n_bytes, MODULUS_MAX);
  buf_init(&e_bytes, EXPONENT_MAX);
  if (!member_bytes(node, STR("n"), &n_bytes) || !member_bytes(node, STR("e"), &e_bytes)) goto done;
  n = BN_bin2bn(bytes_of(&n_bytes), (int)n_bytes.len, NULL);
  e = BN_bin2bn(bytes_of(&e_bytes), (int)e_bytes.len, NULL);
  if (n && e && rsa_is_sane(n, e)) key = make_rsa(n, e);
done:
  BN_free(n);
  BN_free(e);
  buf_free(&n_bytes);
  buf_free(&e_bytes);
  return key;
}

/* Appends one member that must have exactly `size` bytes (RFC 7518, section 6.2.1.2). */
static bool add_exactly(const struct json *node, struct str name, size_t size, struct buf *out) {
  size_t before = out->len;
  return member_bytes(node, name, out) && out->len - before == size;
}

/* OpenSSL itself refuses a point that is not on the curve. */
static struct evp_pkey_st *make_ec(const struct json *node, const char *group, size_t size) {
  OPENSSL_init_crypto(OPENSSL_START, NULL);
  EVP_PKEY *key = NULL;
  struct buf point; /* 4, x, y: uncompressed (SEC 1, section 2.3.3) */
  buf_init(&point, 1 + 2 * COORDINATE_MAX);
  buf_add_char(&point, 4);
  if (add_exactly(node, STR("x"), size, &point) && add_exactly(node, STR("y"), size, &point)) {
    OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)group, 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.ptr, point.len),
      OSSL_PARAM_construct_end(),
    };
    key = make("EC", params);
  }
  buf_free(&point);
  return key;
}

struct evp_pkey_st *jwk_key_p256(const struct json *node) {
  return make_ec(node, "P-256", 32);
}

struct evp_pkey_st *jwk_key_p384(const struct json *node) {
  return make_ec(node, "P-384", 48);
}

struct evp_pkey_st *jwk_key_ed25519(const struct json *node) {
  OPENSSL_init_crypto(OPENSSL_START, NULL);
  EVP_PKEY *key = NULL;
  struct buf x;
  buf_init(&x, ED25519_SIZE);
  if (add_exactly(node, STR("x"), ED25519_SIZE, &x)) {
    OSSL_PARAM params[] = { OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, x.ptr, x.len),
                            OSSL_PARAM_construct_end() };
    key = make("ED25519", params);
  }
  buf_free(&x);
  return key;
}
