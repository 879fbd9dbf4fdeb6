#include "client_keys.h"

static void let_go(struct client_keys *keys) {
  container_keys_release(keys->held);
  keys->held = NULL;
}

/* Whether a container may have keys, when the environment has none; err says already why it has none. */
static bool has_container(enum credentials_found found, char err[ERR_LEN]) {
  if (found == CREDENTIALS_BAD) return false;
  return container_is_configured() ||
         fail(err, "%s, or " CONTAINER_FULL_URI " where a container's endpoint has keys", err);
}

static enum client_keys_found find_in_container(struct client_keys *keys, struct http *http, struct credentials *out,
                                                char err[ERR_LEN]) {
  keys->held = container_keys_now(http);
  if (!keys->held) return container_wait(http, &keys->waiter, err) ? CLIENT_KEYS_AWAITED : CLIENT_KEYS_NONE;
  *out = keys->held->credentials;
  return CLIENT_KEYS_READY;
}

enum client_keys_found client_keys_find(struct client_keys *keys, struct http *http, struct credentials *out,
                                        char err[ERR_LEN]) {
  client_keys_free(keys);
  if (keys->given) {
    *out = *keys->given;
    return CLIENT_KEYS_READY;
  }
  enum credentials_found found = credentials_read(out, err);
  if (found == CREDENTIALS_READ) return CLIENT_KEYS_READY;
  return has_container(found, err) ? find_in_container(keys, http, out, err) : CLIENT_KEYS_NONE;
}

bool client_keys_exist(char err[ERR_LEN]) {
  struct credentials keys;
  enum credentials_found found = credentials_read(&keys, err);
  return found == CREDENTIALS_READ || has_container(found, err);
}

void client_keys_last(const struct client_keys *keys, struct credentials *out) {
  if (keys->given)
    *out = *keys->given;
  else if (keys->held)
    *out = keys->held->credentials;
  else
    credentials_read(out, NULL);
}

/* ExpiredToken is the code of XML protocols, ExpiredTokenException that of JSON ones ("Common error types" of a service's
 * API reference). */
bool client_keys_renew(struct client_keys *keys, struct str type) {
  if (!keys->held || keys->renewed) return false;
  if (!str_equal(type, STR("ExpiredToken")) && !str_equal(type, STR("ExpiredTokenException"))) return false;
  container_drop(keys->held);
  return keys->renewed = true;
}

void client_keys_free(struct client_keys *keys) {
  container_forget(&keys->waiter);
  let_go(keys);
}
