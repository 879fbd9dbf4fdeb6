/* console_feed.h -- long polls: a page asks for what it has not seen yet, and its answer waits until there is something.
 * What comes is handed over in batches, so that a thousand messages a second are twenty answers a second.
 */
#ifndef MOONWIRE_CONSOLE_FEED_H
#define MOONWIRE_CONSOLE_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "httpd.h"
#include "loop.h"

enum {
  CONSOLE_FEED_POLLS = 16,         /* wait at once; with one more the oldest is answered */
  CONSOLE_FEED_WAIT_MS = 25000,    /* at most */
  CONSOLE_FEED_BATCH_MS = 20,      /* from the first record of a batch to its answer */
  CONSOLE_FEED_BYTES = 1024 * 1024 /* of records in an answer; one that is longer comes alone */
};

struct console_poll;

struct console_feed {
  struct loop *loop;
  /* Writes the answer for somebody who has seen everything up to `after`. */
  void (*write)(void *ctx, uint64_t after, struct buf *out);
  void *ctx;
  struct console_poll *polls; /* list, the oldest last */
  size_t count;
  struct loop_timer batch;
  bool ended;
};

/* *feed must stay where it is. */
void console_feed_init(struct console_feed *feed, struct loop *loop,
                       void (*write)(void *ctx, uint64_t after, struct buf *out), void *ctx);

/* Answers x at once, or, when wait_ms is more than 0, as soon as there is news, but after wait_ms at the latest. */
void console_feed_request(struct console_feed *feed, struct exchange *x, uint64_t after, int64_t wait_ms);

/* There is news. */
void console_feed_wake(struct console_feed *feed);

/* Answers all that wait, now; nobody waits any more. Safe on a zeroed feed. */
void console_feed_end(struct console_feed *feed);

#endif
