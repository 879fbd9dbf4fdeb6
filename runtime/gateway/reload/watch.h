/* watch.h -- tells when files of a service may have changed, on the loop, once things are quiet again.
 * What counts is the end of a change: a file that was written is closed, one that was renamed has its name. A removal waits
 * longer for what may follow it, because many editors save that way. Names that are hidden or no code matter only when they
 * come or go. Source: inotify(7).
 */
#ifndef MOONWIRE_WATCH_H
#define MOONWIRE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "loop.h"
#include "str.h"

enum {
  WATCH_QUIET_MS = 4, /* after a change: files that are saved together are taken together */
  WATCH_GONE_MS = 60, /* after a removal */
  WATCH_POLL_MS = 500 /* between two looks when the kernel tells nothing */
};

struct watch_options {
  struct loop *loop;
  struct str settings;                          /* name of the service's file: "serverless.yml" */
  bool (*is_named)(void *ctx, struct str name); /* whether a file called so counts, hidden or no code; NULL: none */
  /* From the loop. since_ns: monotonic, when the first change was noticed. Where the kernel tells nothing it is called all
   * the time. */
  void (*changed)(void *ctx, int64_t since_ns);
  void *ctx;
};

struct watch {
  struct watch_options options;
  struct loop_watch inotify; /* active while the kernel tells */
  struct loop_timer quiet;
  int64_t since_ns;
  int top; /* inotify's number of the first folder: when that goes away, events of what takes its place would not come */
  char why[ERR_LEN]; /* why the kernel tells nothing, and what is done instead: a sentence for the developer; or "" */
};

/* *watch must stay where it is. */
void watch_init(struct watch *watch, const struct watch_options *options);

/* Also this folder; once more does no harm. The first one is the service's own. */
void watch_folder(struct watch *watch, const char *path);

/* Safe on a zeroed watch. */
void watch_free(struct watch *watch);

#endif
