#include "jwt_signature.h"

#include <assert.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "digest.h"

enum {
  COORDINATE_MAX = 48,                   /* bytes of r and of s */
  DER_MAX = 2 + 2 * (3 + COORDINATE_MAX) /* so short that each length is one byte */
};

static const struct scheme {
  const char *hash;  /* NULL: the algorithm has its own */
  size_t coordinate; /* ECDSA: bytes of r and of s, else 0 */
  bool pss;
} schemes[JWA_COUNT] = {
  [JWA_RS256] = { "SHA256", 0, false }, [JWA_RS384] = { "SHA384", 0, false },  [JWA_RS512] = { "SHA512", 0, false },
  [JWA_PS256] = { "SHA256", 0, true },  [JWA_ES256] = { "SHA256", 32, false }, [JWA_ES384] = { "SHA384", 48, false },
  [JWA_EDDSA] = { NULL, 0, false },
};

/* Writes a positive number as DER's INTEGER (X.690, section 8.3): no zeros in front, but one where the sign would be. */
static unsigned char *write_integer(unsigned char *to, struct str number) {
  while (number.len > 1 && number.ptr[0] == 0) number = str_slice(number, 1, number.len);
  bool signed_bit = (unsigned char)number.ptr[0] >= 0x80;
  *to++ = 2;
  *to++ = (unsigned char)(number.len + signed_bit);
  if (signed_bit) *to++ = 0;
  memcpy(to, number.ptr, number.len);
  return to + number.len;
}

/* ECDSA signatures are r and s, one behind the other, each of the field's size (RFC 7518, section 3.4); OpenSSL wants a
 * SEQUENCE of two INTEGERs. It refuses 0 and what is not below the order. */
static struct str der_of(struct str signature, unsigned char der[DER_MAX]) {
  size_t half = signature.len / 2;
  unsigned char *end = write_integer(der + 2, str_slice(signature, 0, half));
  end = write_integer(end, str_slice(signature, half, signature.len));
  der[0] = 0x30;
  der[1] = (unsigned char)(end - der - 2);
  return str_of((char *)der, (size_t)(end - der));
}

/* PSS as RFC 7518, section 3.5, has it: MGF1 with the same hash (OpenSSL's default), a salt of the hash's length. */
static bool use_pss(EVP_PKEY_CTX *context) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0;
}

static enum jwt_code wrong(char err[ERR_LEN]) {
  return jwt_refuse(err, JWT_SIGNATURE, "the signature is wrong");
}

static bool is_good(EVP_MD_CTX *context, EVP_PKEY *key, const struct scheme *scheme, struct str text,
                    struct str signature) {
  EVP_PKEY_CTX *options = NULL;
  return EVP_DigestVerifyInit_ex(context, &options, scheme->hash, NULL, NULL, key, NULL) > 0 &&
         (!scheme->pss || use_pss(options)) &&
         EVP_DigestVerify(context, (const unsigned char *)signature.ptr, signature.len, (const unsigned char *)text.ptr,
                          text.len) == 1;
}

enum jwt_code jwt_signature_check(struct evp_pkey_st *key, enum jwa algorithm, struct str text, struct str signature,
                                  char err[ERR_LEN]) {
  assert(algorithm < JWA_HS256);
  const struct scheme *scheme = &schemes[algorithm];
  unsigned char der[DER_MAX];
  if (scheme->coordinate > 0) {
    if (signature.len != 2 * scheme->coordinate) return wrong(err);
    signature = der_of(signature, der);
  }
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (!context) return jwt_refuse(err, JWT_MEMORY, "memory is short");
  bool good = is_good(context, key, scheme, text, signature);
  EVP_MD_CTX_free(context);
  if (good) return JWT_OK;
  ERR_clear_error(); /* lest TLS take it for its own */
  return wrong(err);
}

enum jwt_code jwt_signature_check_secret(struct str secret, struct str text, struct str signature, char err[ERR_LEN]) {
  struct sha256_value mac;
  if (!digest_hmac_sha256(secret, text, &mac, err)) return JWT_MEMORY;
  bool good = digest_equal(sha256_str(&mac), signature);
  digest_wipe(&mac, sizeof mac);
  return good ? JWT_OK : wrong(err);
}
