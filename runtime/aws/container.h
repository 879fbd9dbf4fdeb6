/* container.h -- the keys of the container, for the process: fetched once for all who need them, refreshed in time.
 * When the environment has no keys, the endpoint that AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI names is asked
 * for some. Keys in hand are used until they expire; five minutes before that, a call that uses them begins a refresh that
 * nobody waits for, and its failure is a warning in the log. Without keys in hand, calls wait for one shared fetch.
 */
#ifndef MOONWIRE_CONTAINER_H
#define MOONWIRE_CONTAINER_H

#include <stdbool.h>

#include "client.h"
#include "container_fetch.h" /* container_is_configured */
#include "container_keys.h"
#include "err.h"
#include "http.h"

/* Keys that are good now, held for the caller, who releases them; NULL when there are none in hand. */
struct container_keys *container_keys_now(struct http *http);

/* One that waits for keys. */
struct container_waiter {
  /* Called once, from the loop, when the fetch is over: there are keys in hand (code is CLIENT_OK), or message says why
   * not. */
  void (*done)(void *ctx, enum client_code code, const char *message);
  void *ctx;
  struct container_waiter *next, **link; /* link is NULL while it does not wait */
};

/* Waits for the fetch under way, or begins one; the caller has set done and ctx. False, with a sentence, when none can be
 * begun: the configuration is wrong. */
bool container_wait(struct http *http, struct container_waiter *waiter, char err[ERR_LEN]);

/* Waits no more; the fetch goes on for the others. Safe on one that does not wait. */
void container_forget(struct container_waiter *waiter);

/* A service has said that these keys have expired: nobody gets them any more. Others that have come since are kept. */
void container_drop(const struct container_keys *keys);

/* Ends the fetch and forgets the keys: before the http that was given goes away. Nobody may be waiting. */
void container_close(void);

#endif
