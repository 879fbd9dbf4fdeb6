/* container_fetch.h -- asks the endpoint of a container for keys: up to three attempts, on the event loop.
 * Each attempt reads the variables and the file of the token again, because tokens rotate. Plain net/http: nothing is
 * signed. One at a time: container.h shares it.
 */
#ifndef MOONWIRE_CONTAINER_FETCH_H
#define MOONWIRE_CONTAINER_FETCH_H

#include <stdbool.h>

#include "arena.h"
#include "container_place.h"
#include "container_reply.h"
#include "err.h"
#include "http.h"
#include "loop.h"

enum {
  CONTAINER_ATTEMPTS = 3, /* these three as in awslabs/aws-c-auth, source/credentials_provider_ecs.c */
  CONTAINER_CONNECT_TIMEOUT_MS = 2000,
  CONTAINER_REPLY_MAX = 10000,    /* bytes of a body */
  CONTAINER_TIMEOUT_MS = 5000,    /* of a whole attempt */
  CONTAINER_PAUSE_MS = 100,       /* before the second attempt; twice as long before the third */
  CONTAINER_TOKEN_MAX = 16 * 1024 /* bytes of a token */
};

struct container_fetch {
  struct http *http; /* borrowed while it is under way */
  void (*done)(void *ctx, const struct container_reply *reply);
  void *ctx;

  struct http_transfer *transfer; /* of the attempt under way, or NULL */
  struct loop_timer pause;        /* before the next one */
  struct arena memory;            /* of an attempt */
  struct container_place place;   /* in memory */
  struct str token;               /* likewise, or of the environment; empty when there is none */
  int attempts;
};

/* Whether one of the two variables with an address is set. */
bool container_is_configured(void);

/* Begins; the caller has zeroed *fetch, and set http, done and ctx. `done` is called once, from the loop; a failed reply's
 * message is then a whole sentence, "no AWS credentials: ...", and the fetch can begin again. False, with such a sentence,
 * when nothing can be asked: `done` is then never called. */
bool container_fetch_start(struct container_fetch *fetch, char err[ERR_LEN]);

/* Ends it without `done`, and frees what it has. Safe on one that is not under way, and on a zeroed one. */
void container_fetch_stop(struct container_fetch *fetch);

#endif
