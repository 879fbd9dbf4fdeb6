#include "connections_message.h"

#include "client_keys.h"
#include "digest.h"
#include "encoding.h"

static bool copy(struct arena *memory, struct str *s) {
  if (s->len == 0) return true;
  *s = arena_copy(memory, *s);
  return s->ptr != NULL;
}

static bool copy_keys(struct connections_message *message, const struct credentials *keys) {
  struct credentials *kept = &message->keys;
  if (!keys) return true;
  *kept = *keys;
  return copy(&message->memory, &kept->access_key_id) && copy(&message->memory, &kept->secret_access_key) &&
         copy(&message->memory, &kept->session_token);
}

static bool hash_body(struct connections_message *message, char err[ERR_LEN]) {
  struct sha256_value hash;
  struct buf hex;
  if (!digest_sha256(message->body, &hash, err)) return false;
  buf_init(&hex, 2 * sizeof hash);
  hex_encode(&hex, sha256_str(&hash));
  message->hash = hex.failed ? STR("") : arena_copy(&message->memory, buf_str(&hex));
  buf_free(&hex);
  return message->hash.len > 0 || fail(err, "out of memory");
}

/* What each call would find missing. */
static bool check(struct connections_message *message, const struct connections_place *place, char err[ERR_LEN]) {
  return connections_target_init(&message->target, place, err) &&
         (message->keys.access_key_id.len > 0 || client_keys_exist(err));
}

enum client_code connections_message_init(struct connections_message *message, const struct connections_place *place,
                                          const struct credentials *keys, struct str body, char err[ERR_LEN]) {
  *message = (struct connections_message){ .body = body };
  if (body.len > CONNECTIONS_MESSAGE_MAX) {
    fail(err, "%s", CONNECTIONS_TOO_LARGE);
    return CLIENT_TOO_LARGE;
  }
  fail(err, "out of memory");
  if (copy_keys(message, keys) && check(message, place, err) && copy(&message->memory, &message->target.region) &&
      copy(&message->memory, &message->body) && hash_body(message, err))
    return CLIENT_OK;
  connections_message_free(message);
  return CLIENT_BAD_REQUEST;
}

void connections_message_free(struct connections_message *message) {
  connections_target_free(&message->target);
  arena_free(&message->memory);
  *message = (struct connections_message){ 0 };
}

struct connections_request connections_message_to(const struct connections_message *message, struct str id) {
  return (struct connections_request){
    .method = STR("POST"),
    .id = id,
    .body = message->body,
    .payload_hash = message->hash,
    .credentials = message->keys.access_key_id.len > 0 ? &message->keys : NULL,
  };
}
