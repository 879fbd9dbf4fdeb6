#include "jwk_set.h"

/* The list in the member "keys". */
static bool find_list(const struct json *root, struct json_item *list, char err[ERR_LEN]) {
  const struct json *keys = json_member(root, STR("keys"));
  if (keys) json_read(keys, list);
  if (!keys || list->type != JSON_ARRAY) return fail(err, "it is no JSON Web Key Set: no list \"keys\"");
  if (json_count(keys) > JWK_SET_KEYS) return fail(err, "it has more than %d keys", JWK_SET_KEYS);
  return true;
}

static bool read_keys(struct jwk_set *set, struct str document, char err[ERR_LEN]) {
  const struct json *root;
  struct json_item item;
  if (document.len > JWK_SET_BYTES) return fail(err, "it has more than %d bytes", JWK_SET_BYTES);
  if (!json_parse(&set->memory, document, &root, err)) return fail_in(err, "it is no JSON");
  if (!find_list(root, &item, err)) return false;
  for (const struct json *at = item.first; at; at = item.next, set->found++) {
    json_read(at, &item);
    if (jwk_read(at, &set->keys[set->count])) set->count++;
  }
  return true;
}

bool jwk_set_read(struct jwk_set *set, struct str document, char err[ERR_LEN]) {
  *set = (struct jwk_set){ 0 };
  if (read_keys(set, document, err)) return true;
  jwk_set_free(set);
  return false;
}

/* What a refused user is to be told about the set, so that the reason can be found. */
static enum jwt_code unknown(const struct jwk_set *set, const char *what, char err[ERR_LEN]) {
  fail(err, "%s (keys in the set: %zu, usable: %zu)", what, set->found, set->count);
  return JWT_UNKNOWN_KEY;
}

enum jwt_code jwk_set_find(const struct jwk_set *set, struct str kid, enum jwa algorithm, const struct jwk **key,
                           char err[ERR_LEN]) {
  size_t named = 0, fit = 0;
  for (size_t i = 0; i < set->count; i++) {
    const struct jwk *at = &set->keys[i];
    if (kid.ptr && !(at->kid.ptr && str_equal(at->kid, kid))) continue;
    named++;
    if (!(at->algorithms & jwa_bit(algorithm))) continue;
    fit++;
    *key = at;
  }
  if (fit == 1) return JWT_OK;
  if (fit > 1) return unknown(set, "several keys fit the token", err);
  if (!kid.ptr) return unknown(set, "the token names no key, and none of the set has its algorithm", err);
  if (named == 0) return unknown(set, "the set has no key of the token's kid", err);
  return jwt_refuse(err, JWT_ALGORITHM, "the token names another algorithm than its key has");
}

void jwk_set_free(struct jwk_set *set) {
  for (size_t i = 0; i < set->count; i++) jwk_free(&set->keys[i]);
  arena_free(&set->memory);
  *set = (struct jwk_set){ 0 };
}
