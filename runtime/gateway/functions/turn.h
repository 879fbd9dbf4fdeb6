/* turn.h -- one invocation in an environment, from its delivery until its answer. One that took too long leaves its ids
 * behind, so that a late answer is recognised.
 */
#ifndef MOONWIRE_TURN_H
#define MOONWIRE_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "encoding.h"
#include "invoke.h"
#include "loop.h"
#include "str.h"

struct environment;

struct turn {
  struct environment *environment;
  struct invoke *invoke;     /* at hand; owned; NULL when there is none */
  char request_id[UUID_LEN]; /* of that one, or of one that is late; else "" */
  char nonce[UUID_LEN];      /* Lambda-Runtime-Invocation-Id: of this delivery */
  int64_t deadline_ms;       /* Unix time, for the function to know */
  int64_t due_ns;            /* ... and monotonic, for us */
  struct loop_timer limit;   /* the deadline; what it calls is the environment's */
};

/* Takes the invocation over and starts its time. The turn must have none at hand. */
void turn_begin(struct turn *turn, struct loop *loop, struct invoke *in, int64_t timeout_ms);

/* Gives the invocation back; NULL when none is at hand. `late`: it may still be answered, and its ids stay. */
struct invoke *turn_end(struct turn *turn, struct loop *loop, bool late);

/* No invocation is at hand, but a late one may be answered. */
bool turn_is_late(const struct turn *turn);

/* The first one without an invocation, a late one only when there is no other; NULL when all have one. */
struct turn *turn_free(struct turn *turns, size_t count);

/* The turn of an invocation that is at hand or late; NULL when there is none. One that is tried again has the request id of
 * before: it is the delivery with this nonce, or else the one at hand. */
struct turn *turn_find(struct turn *turns, size_t count, struct str request_id, struct str nonce);

#endif
