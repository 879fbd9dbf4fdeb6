#include "container_keys.h"

#include <stdlib.h>
#include <string.h>

#include "digest.h"

static struct str put(char **to, struct str s) {
  struct str copy = str_of(*to, s.len);
  if (s.len > 0) memcpy(*to, s.ptr, s.len);
  *to += s.len;
  return copy;
}

struct container_keys *container_keys_new(const struct credentials *credentials, int64_t expires_ms) {
  const struct credentials *c = credentials;
  size_t size = sizeof(struct container_keys) + c->access_key_id.len + c->secret_access_key.len + c->session_token.len;
  struct container_keys *keys = malloc(size);
  if (!keys) return NULL;
  char *to = (char *)(keys + 1);
  *keys = (struct container_keys){ .expires_ms = expires_ms, .users = 1, .size = size };
  keys->credentials.access_key_id = put(&to, c->access_key_id);
  keys->credentials.secret_access_key = put(&to, c->secret_access_key);
  keys->credentials.session_token = put(&to, c->session_token);
  return keys;
}

struct container_keys *container_keys_hold(struct container_keys *keys) {
  keys->users++;
  return keys;
}

void container_keys_release(struct container_keys *keys) {
  if (!keys || --keys->users > 0) return;
  digest_wipe(keys, keys->size);
  free(keys);
}

enum container_state container_keys_state(const struct container_keys *keys, int64_t now_ms, int64_t asked_ms) {
  if (!keys || keys->expires_ms <= now_ms) return CONTAINER_NONE;
  if (keys->expires_ms - now_ms >= CONTAINER_REFRESH_MS) return CONTAINER_FRESH;
  bool asked = now_ms >= asked_ms && now_ms - asked_ms < CONTAINER_REFRESH_PAUSE_MS;
  return asked ? CONTAINER_FRESH : CONTAINER_STALE;
}
