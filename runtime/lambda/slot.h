/* slot.h -- one pollable place for an invocation: next, handler, reply, deferred work, next, ...
 * On demand, Lambda has one slot; Managed Instances have AWS_LAMBDA_MAX_CONCURRENCY of them on the same loop. A slot
 * knows nothing of Lua: the handler is a set of functions.
 */
#ifndef MOONWIRE_SLOT_H
#define MOONWIRE_SLOT_H

#include <stdbool.h>

#include "buf.h"
#include "invocation.h"
#include "log.h"
#include "runtime_api.h"

struct slot;

/* Who handles the invocations of a slot. All functions are called from the loop. */
struct slot_handler {
  void *ctx;

  /* slot->invocation holds an event. Ends, now or later, with slot_respond or slot_fail. */
  void (*start)(void *ctx, struct slot *slot);

  /* The platform took the reply, or (accepted is false) did not want it. Ends, now or later, with slot_next. */
  void (*answered)(void *ctx, struct slot *slot, bool accepted);

  /* The slot closes in the middle of an invocation: forget it. */
  void (*cancel)(void *ctx, struct slot *slot);

  /* The Runtime API cannot be used any more, or the handler itself wants a fresh environment instead of slot_next; err says why. The slot stays still. */
  void (*broken)(void *ctx, struct slot *slot, const char *err);

  /* slot_next of a slot that drains: nothing is at hand any more. The slot stays still. */
  void (*drained)(void *ctx, struct slot *slot);
};

struct slot {
  struct runtime_api api;
  struct invocation invocation; /* the one at hand; empty while the slot waits */
  struct log_context log;       /* what every record about it carries: ids from its headers; the handler adds to it */
  struct buf reply;             /* the handler writes the body of its reply here */
  const struct slot_handler *handler;
  void *state;   /* the handler's own, for the invocation at hand; NULL between invocations */
  bool polling;  /* it waits for an event */
  bool draining; /* it asks for no more of them */
};

/* host and handler are borrowed for the life of the slot. */
void slot_init(struct slot *slot, struct runtime_host *host, const struct slot_handler *handler);
void slot_free(struct slot *slot);

/* Forgets the invocation at hand, if any, and asks for the next one. */
void slot_next(struct slot *slot);

/* From now on it asks for no more events: a poll that waits is given up, an invocation at hand goes on to its end and is
 * followed by `drained`. True when nothing is at hand: the slot is still from now on. Not from inside its own callbacks. */
bool slot_drain(struct slot *slot);

/* Posts slot->reply as the result of the invocation. */
void slot_respond(struct slot *slot);

/* Posts slot->reply as the report of its failure; `type` and `cause` as in runtime_failure, copied. */
void slot_fail(struct slot *slot, struct str type, struct str cause);

#endif
