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
  CONSOLE_FEED_POLLS = 16,         /* wait at once; with one more the oldest is told that there is nothing yet */
  CONSOLE_FEED_WAIT_MS = 25000,    /* at most */
  CONSOLE_FEED_BATCH_MS = 20,      /* from the first record of a batch to its answer */
  CONSOLE_FEED_BYTES = 1024 * 1024 /* of records in an answer; one that is longer comes alone */
};

struct console_poll;

/* Writes the answer for somebody who has seen everything up to `after`. is_empty: as if there were nothing else. */
typedef void console_feed_writer(void *ctx, uint64_t after, bool is_empty, struct buf *out);

struct console_feed {
  struct loop *loop;
  console_feed_writer *write;
  void *ctx;
  struct console_poll *polls; /* list, the oldest last */
  size_t count;
  struct loop_timer batch;
  struct loop_job turn; /* of those that need not wait for news */
  struct buf body;      /* of the answer at hand; its memory is kept for the next one */
  bool ended;
};

/* *feed must stay where it is. */
void console_feed_init(struct console_feed *feed, struct loop *loop, console_feed_writer *write, void *ctx);

/* Answers x, in a turn of its own, at once, or, when wait_ms is more than 0, as soon as there is news, but after wait_ms at the
 * latest. */
void console_feed_request(struct console_feed *feed, struct exchange *x, uint64_t after, int64_t wait_ms);

/* There is news. */
void console_feed_wake(struct console_feed *feed);

/* Nobody asks any more: memory is given back. */
void console_feed_rest(struct console_feed *feed);

/* Answers all that wait, now; nobody waits any more. Safe on a zeroed feed. */
void console_feed_end(struct console_feed *feed);

#endif
