#include "sigv4_key.h"

#include <string.h>

/* Writes what tells keys apart, "20150830/region/service/secret", and returns its length; 0 when there is no room. */
static size_t write_id(char id[SIGV4_KEY_ID], const struct str parts[4]) {
  size_t length = 0;
  for (int i = 0; i < 4; i++) {
    if (parts[i].len + 1 > SIGV4_KEY_ID - length) return 0;
    if (parts[i].len > 0) memcpy(id + length, parts[i].ptr, parts[i].len);
    length += parts[i].len;
    id[length++] = '/';
  }
  return length;
}

static const struct sigv4_key *find(const struct sigv4_key_cache *cache, const char *id, size_t id_len) {
  for (size_t i = 0; i < SIGV4_KEYS; i++)
    if (cache->keys[i].id_len == id_len && memcmp(cache->keys[i].id, id, id_len) == 0) return &cache->keys[i];
  return NULL;
}

static void keep(struct sigv4_key_cache *cache, const char *id, size_t id_len, const struct sha256_value *key) {
  struct sigv4_key *place = &cache->keys[cache->next];
  cache->next = (cache->next + 1) % SIGV4_KEYS;
  memcpy(place->id, id, id_len);
  place->id_len = id_len;
  place->key = *key;
}

/* HMAC after HMAC: the day with "AWS4" and the secret, the Region with the result, and so on. */
static bool derive(const struct str parts[4], struct sha256_value *out, char err[ERR_LEN]) {
  char start[4 + SIGV4_SECRET_MAX] = { 'A', 'W', 'S', '4' };
  const struct str texts[] = { parts[0], parts[1], parts[2], STR("aws4_request") };
  struct str secret = parts[3];
  bool ok = secret.len <= SIGV4_SECRET_MAX || fail(err, "credentials.secret_access_key must be shorter");
  if (ok && secret.len > 0) memcpy(start + 4, secret.ptr, secret.len);
  struct str key = str_of(start, 4 + secret.len);
  for (int i = 0; ok && i < 4; i++) {
    ok = digest_hmac_sha256(key, texts[i], out, err);
    key = sha256_str(out);
  }
  digest_wipe(start, sizeof start);
  return ok;
}

bool sigv4_key_get(struct sigv4_key_cache *cache, struct str secret, struct str day, struct str region,
                   struct str service, struct sha256_value *out, char err[ERR_LEN]) {
  const struct str parts[] = { day, region, service, secret };
  char id[SIGV4_KEY_ID];
  size_t id_len = cache ? write_id(id, parts) : 0;
  const struct sigv4_key *known = id_len > 0 ? find(cache, id, id_len) : NULL;
  bool ok = true;
  if (known)
    *out = known->key;
  else if ((ok = derive(parts, out, err)) && id_len > 0)
    keep(cache, id, id_len, out);
  digest_wipe(id, sizeof id);
  return ok;
}
