#include "jwt.h"

#include <assert.h>

#include "jwt_signature.h"
#include "jwt_token.h"

static enum jwt_code check_secret(const struct jwt_token *t, struct str secret, char err[ERR_LEN]) {
  assert(secret.len >= JWT_SECRET_MIN);
  return jwt_signature_check_secret(secret, t->signed_part, t->signature, err);
}

static enum jwt_code check_key(const struct jwt_token *t, const struct jwk_set *keys, enum jwa algorithm,
                               char err[ERR_LEN]) {
  const struct jwk *found;
  enum jwt_code code = jwk_set_find(keys, t->kid, algorithm, &found, err);
  if (code != JWT_OK) return code;
  return jwt_signature_check(found->key, algorithm, t->signed_part, t->signature, err);
}

/* The header's word counts only where rules and key say the same. */
static enum jwt_code check_signature(const struct jwt_token *t, const struct jwt_rules *rules, char err[ERR_LEN]) {
  jwa_set possible = rules->algorithms & (rules->keys ? JWA_PUBLIC : jwa_bit(JWA_HS256));
  enum jwa algorithm;
  if (!jwa_named(t->alg, &algorithm) || !(possible & jwa_bit(algorithm)))
    return jwt_refuse(err, JWT_ALGORITHM, "it is signed by an algorithm that is not allowed, or not at all");
  return rules->keys ? check_key(t, rules->keys, algorithm, err) : check_secret(t, rules->secret, err);
}

enum jwt_code jwt_verify(struct str token, const struct jwt_rules *rules, struct arena *memory,
                         const struct json **header, const struct json **claims, char err[ERR_LEN]) {
  struct jwt_token parts;
  const struct json *payload = NULL;
  *header = *claims = NULL;
  enum jwt_code code = jwt_token_read(token, rules->token_max, memory, &parts, err);
  if (code == JWT_OK) code = check_signature(&parts, rules, err);
  if (code == JWT_OK) code = jwt_token_decode(parts.payload, "payload", rules->token_max, memory, &payload, err);
  if (code == JWT_OK) code = jwt_claims_check(payload, &rules->claims, err);
  if (code != JWT_OK) return code;
  *header = parts.header;
  *claims = payload;
  return JWT_OK;
}
