/* broadcast.h -- calls to many receivers through a window: so many at once on the wire, and no more.
 * The window is kept here and not by libcurl, where a transfer that waits for a connection burns its own timeout. A call
 * that pauses before it is tried again gives its place back and takes one when its pause is over, before any new call. So a
 * receiver that says nothing costs the others one place until its time is over, and a throttled one costs none.
 *
 * Memory is bounded by the window: calls on the wire, BROADCAST_PAUSED times as many in a pause, and the failures of those
 * that have not been taken. Whoever sends takes failures in between.
 *
 * Knows neither clock nor connections: calls are made by the functions it is given. The loop runs its callbacks; none of
 * the functions below calls one.
 */
#ifndef MOONWIRE_BROADCAST_H
#define MOONWIRE_BROADCAST_H

#include <stdbool.h>
#include <stddef.h>

#include "client.h"
#include "err.h"
#include "str.h"

struct broadcast;

enum {
  BROADCAST_WINDOW_MAX = 256,
  BROADCAST_PAUSED = 4, /* windows full of calls that may pause before no new one is begun */
};

struct broadcast_setup {
  size_t window; /* calls on the wire: 1 to BROADCAST_WINDOW_MAX */

  /* Begins the call to a receiver, as client_send does; turns, done and call are for its request. */
  struct client_call *(*send)(void *ctx, struct str id, const struct client_turns *turns, client_done done, void *call,
                              char err[ERR_LEN]);
  void (*go_on)(struct client_call *call);  /* client_go_on */
  void (*cancel)(struct client_call *call); /* client_cancel */

  /* From the loop: a call has ended, or left the wire for a pause. There may be room now. Neither may delete the broadcast. */
  void (*ended)(void *ctx, enum client_code code);
  void (*paused)(void *ctx);
  void *ctx;
};

/* NULL when memory is short. */
struct broadcast *broadcast_new(const struct broadcast_setup *setup);

/* Cancels what is under way. Safe on NULL. */
void broadcast_delete(struct broadcast *b);

/* Whether another call may begin. */
bool broadcast_has_room(const struct broadcast *b);

/* Begins a call; there must be room. One that cannot begin is a failure like those that end so. False when memory is short:
 * then nothing has happened. */
bool broadcast_send(struct broadcast *b, struct str id);

/* A receiver that is not called at all counts as failed; code and message are literals. False when memory is short. */
bool broadcast_refuse(struct broadcast *b, struct str id, const char *code, const char *message);

size_t broadcast_sent(const struct broadcast *b);    /* calls that have succeeded */
size_t broadcast_pending(const struct broadcast *b); /* calls that have not ended */

/* A call that did not succeed. */
struct broadcast_failure {
  struct str id;
  const char *code; /* "gone", "throttled" ... */
  const char *message;
};

/* The failure that has waited longest; false when there is none. Borrowed until it is dropped. */
bool broadcast_failure(const struct broadcast *b, struct broadcast_failure *out);
void broadcast_drop_failure(struct broadcast *b);

#endif
