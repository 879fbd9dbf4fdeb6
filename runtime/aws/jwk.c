#include "jwk.h"

#include <openssl/evp.h>

#include "jwk_key.h"

/* A kind of key: what its members say, what it may verify, and who makes the key of the rest. */
static const struct kind {
  struct str kty, crv; /* crv is empty when the kind has none */
  jwa_set algorithms;
  struct evp_pkey_st *(*make)(const struct json *node);
} kinds[] = {
  { STR("RSA"), STR(""), 1u << JWA_RS256 | 1u << JWA_RS384 | 1u << JWA_RS512 | 1u << JWA_PS256, jwk_key_rsa },
  { STR("EC"), STR("P-256"), 1u << JWA_ES256, jwk_key_p256 },
  { STR("EC"), STR("P-384"), 1u << JWA_ES384, jwk_key_p384 },
  { STR("OKP"), STR("Ed25519"), 1u << JWA_EDDSA, jwk_key_ed25519 },
};

static const struct kind *kind_of(const struct json *node) {
  struct str kty = json_member_text(node, STR("kty")), crv = json_member_text(node, STR("crv"));
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (str_equal(kty, kinds[i].kty) && (kinds[i].crv.len == 0 || str_equal(crv, kinds[i].crv))) return &kinds[i];
  return NULL;
}

/* A member that is missing or a string; *text has no ptr when it is missing. */
static bool optional_text(const struct json *node, struct str name, struct str *text) {
  const struct json *member = json_member(node, name);
  struct json_item item;
  *text = str_of(NULL, 0);
  if (!member) return true;
  json_read(member, &item);
  *text = item.text.ptr ? item.text : STR("");
  return item.type == JSON_STRING;
}

/* RFC 7517, section 4.3: missing, or a list with "verify". */
static bool may_verify(const struct json *node) {
  const struct json *operations = json_member(node, STR("key_ops"));
  struct json_item item;
  if (!operations) return true;
  json_read(operations, &item);
  if (item.type != JSON_ARRAY) return false;
  for (const struct json *at = item.first; at; at = item.next) {
    json_read(at, &item);
    if (item.type == JSON_STRING && str_equal(item.text, STR("verify"))) return true;
  }
  return false;
}

/* The algorithms that the key may verify; none when its "alg" is not one of its kind. */
static jwa_set algorithms_of(const struct kind *kind, struct str alg) {
  enum jwa algorithm;
  if (!alg.ptr) return kind->algorithms;
  return jwa_named(alg, &algorithm) ? kind->algorithms & jwa_bit(algorithm) : 0;
}

bool jwk_read(const struct json *node, struct jwk *out) {
  const struct kind *kind = kind_of(node);
  struct str use, alg, kid;
  if (!kind || !optional_text(node, STR("use"), &use) || !optional_text(node, STR("alg"), &alg) ||
      !optional_text(node, STR("kid"), &kid))
    return false;
  if ((use.ptr && !str_equal(use, STR("sig"))) || !may_verify(node)) return false;
  *out = (struct jwk){ .kid = kid, .algorithms = algorithms_of(kind, alg) };
  if (out->algorithms != 0) out->key = kind->make(node);
  return out->key != NULL;
}

void jwk_free(struct jwk *jwk) {
  EVP_PKEY_free(jwk->key);
  jwk->key = NULL;
}
