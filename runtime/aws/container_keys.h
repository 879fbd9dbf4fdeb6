/* container_keys.h -- keys that a container's endpoint gave, and how long they are good for.
 * They have users: the cache, and each call that was signed with them and must not quote them. The last one to let go wipes
 * them.
 */
#ifndef MOONWIRE_CONTAINER_KEYS_H
#define MOONWIRE_CONTAINER_KEYS_H

#include <stdint.h>

#include "credentials.h"

enum {
  CONTAINER_REFRESH_MS = 5 * 60 * 1000, /* left when they are refreshed: as in the AWS SDK for Go v2 (ExpiryWindow in
                                           config/resolve_credentials.go) */
  CONTAINER_REFRESH_PAUSE_MS = 5000,    /* between two refreshes, however the first one ended */
};

struct container_keys {
  struct credentials credentials; /* strs in the memory behind this struct */
  int64_t expires_ms;             /* Unix time; INT64_MAX: never */
  unsigned users;
  size_t size; /* bytes of the whole, for the wiping */
};

/* A copy with one user. NULL when memory is short. */
struct container_keys *container_keys_new(const struct credentials *credentials, int64_t expires_ms);

/* One user more; returns keys. */
struct container_keys *container_keys_hold(struct container_keys *keys);

/* One user less. Safe on NULL. */
void container_keys_release(struct container_keys *keys);

enum container_state {
  CONTAINER_NONE,  /* no keys, or expired ones: calls have to wait */
  CONTAINER_STALE, /* good, and to be refreshed meanwhile */
  CONTAINER_FRESH,
};

/* What keys (NULL: none) are at now_ms (Unix time), when their refresh was last begun at asked_ms (0: never). */
enum container_state container_keys_state(const struct container_keys *keys, int64_t now_ms, int64_t asked_ms);

#endif
