/* console.h -- what the control port keeps for the console, a page in a browser: who may ask, which run this is, the last
 * records and invocations, and counts.
 * It hears of everything all the time, and costs next to nothing while nobody looks: records of messages are not made
 * then, and those of invocations not before somebody asks.
 */
#ifndef MOONWIRE_CONSOLE_H
#define MOONWIRE_CONSOLE_H

#include <stdbool.h>

#include "console_apps.h"
#include "console_archive.h"
#include "console_feed.h"
#include "console_ring.h"
#include "console_token.h"
#include "console_totals.h"
#include "encoding.h"
#include "err.h"
#include "loop.h"
#include "view_tap.h"

enum { CONSOLE_WATCHED_MS = 60 * 1000 /* since the last question for records */ };

struct console_options {
  struct loop *loop;
  /* The code that a pool runs, held for the caller; NULL: the folder itself. */
  struct snapshot *(*snapshot)(void *ctx, const struct pool *pool);
  void *ctx;
  const char *program; /* path of the tool, which reads apps */
};

struct console {
  struct console_options options;
  char run[UUID_LEN]; /* another one each time that moonwire dev starts */
  struct console_token token;
  struct console_ring ring;
  struct console_archive archive;
  struct console_feed feed;
  struct console_apps apps;
  struct console_totals totals;
  struct buf record, load_error; /* the record at hand; that of code that cannot be loaded, until it is mended */
  bool watched;                  /* somebody has asked for records within CONSOLE_WATCHED_MS */
  struct loop_timer unwatched;
};

/* *console must stay where it is. False, with a sentence, when there is no randomness. */
bool console_init(struct console *console, const struct console_options *options, char err[ERR_LEN]);

/* moonwire dev ends: whoever waits is answered, nobody waits any more, and nothing is read. */
void console_end(struct console *console);

/* Before the projects of its invocations, and their copies. Safe on a zeroed one. */
void console_free(struct console *console);

/* What the view passes on. */
struct view_tap console_tap(struct console *console);

/* GET console/feed: a long poll. `from_start`: from the oldest record on. */
void console_request_feed(struct console *console, struct exchange *x, bool from_start, uint64_t after,
                          int64_t wait_ms);

/* Calls `each` for the records of the lines that an invocation has written, as far as they are kept, oldest first. */
void console_each_line(const struct console *console, struct str request_id,
                       void (*each)(void *ctx, uint64_t number, struct str json), void *ctx);

/* Appends a JSON array: the records of the lines that an invocation has written, as far as they are kept. */
void console_write_lines(const struct console *console, struct str request_id, struct buf *out);

/* A record of the caller's, {"type":...}: text without line feed. */
void console_add(struct console *console, struct str json);

#endif
