/* client_keys.h -- the keys of an attempt: those that were given with the call, else the environment's, else the
 * container's, which may have to be waited for. Used by client.c, and by those who prepare calls.
 */
#ifndef MOONWIRE_CLIENT_KEYS_H
#define MOONWIRE_CLIENT_KEYS_H

#include <stdbool.h>

#include "container.h"
#include "credentials.h"
#include "err.h"
#include "http.h"
#include "str.h"

struct client_keys {
  const struct credentials *given; /* borrowed; NULL: none */
  struct container_keys *held;     /* that the last attempt was signed with; NULL: they were others */
  struct container_waiter waiter;  /* done and ctx are the caller's */
  bool renewed;                    /* keys that had expired were replaced once already */
};

enum client_keys_found {
  CLIENT_KEYS_READY,
  CLIENT_KEYS_AWAITED, /* waiter.done will be called: find them again then */
  CLIENT_KEYS_NONE     /* err says why */
};

/* The keys for an attempt that is made now. *out is good until the loop comes round again. */
enum client_keys_found client_keys_find(struct client_keys *keys, struct http *http, struct credentials *out,
                                        char err[ERR_LEN]);

/* Whether there is anybody to ask for keys: the environment has them, or a container's endpoint is configured. False, with
 * err, when each call without given keys would fail. */
bool client_keys_exist(char err[ERR_LEN]);

/* The keys of the last attempt, as far as they can be told: what its answer must not quote. */
void client_keys_last(const struct client_keys *keys, struct credentials *out);

/* An attempt failed with this error code. True when it says that the container's keys have expired, for the first time:
 * others will be found for the next one. */
bool client_keys_renew(struct client_keys *keys, struct str type);

/* Waits no more, and lets go of what it holds; client_keys_find can begin anew. */
void client_keys_free(struct client_keys *keys);

#endif
