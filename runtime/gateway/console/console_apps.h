/* console_apps.h -- the routes of the apps that handlers are (moonwire.app): the tool itself, started once for each handler of messages, loads it and
 * prints them (lua/moonwire/console/probe.lua). One process after the other, with the environment that bootstrap gets, and only
 * when somebody asks; what is known is kept as long as the code is the same.
 */
#ifndef MOONWIRE_CONSOLE_APPS_H
#define MOONWIRE_CONSOLE_APPS_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "buf.h"
#include "console_routes.h"
#include "invoke.h"
#include "loop.h"
#include "pool.h"
#include "process.h"
#include "snapshot.h"

enum {
  CONSOLE_APPS_LOAD_MS = 10 * 1000,      /* that a handler may take: as for an environment */
  CONSOLE_APPS_PRINTED = 2 * 1024 * 1024 /* bytes that a process may write until it is ended */
};

/* What serves now. Borrowed for the call, but the project, which stays. */
struct console_code {
  int generation; /* from 1 */
  const struct project *project;
  const struct pool *pools;  /* one for each of its functions */
  struct snapshot *snapshot; /* NULL: the folder itself */
};

struct console_apps_job;

struct console_apps {
  struct loop *loop;
  const char *program; /* path of the tool; borrowed */
  int generation;      /* whose apps these are; 0: nobody has asked */
  struct console_routes routes;
  struct snapshot *snapshot;     /* held while there is something to load */
  struct console_apps_job *jobs; /* in `memory`, as all that belongs to them */
  size_t count, at;              /* at == count: all is known */
  struct arena memory;
  struct process process;
  struct loop_timer limit;
  char mark[UUID_LEN]; /* what the process writes in front of its answer */
  struct buf answer, list;
  size_t printed;  /* bytes */
  int64_t load_ms; /* CONSOLE_APPS_LOAD_MS; tests have less patience */
  bool is_late, has_ended;
};

/* *apps must stay where it is. */
void console_apps_init(struct console_apps *apps, struct loop *loop, const char *program);

/* Appends {"generation":3,"pending":false,"apps":[{"handler":"handlers/chat","routes":[...]} ...]}: what is known of this code (routes:
 * console_routes.h; of a handler that cannot be loaded {"handler":"...","problem":"..."}), and begins to find out the rest. */
void console_apps_ask(struct console_apps *apps, const struct console_code *code, struct buf *out);

/* Ends what runs; nothing is begun any more. */
void console_apps_end(struct console_apps *apps);

/* Safe on a zeroed one. */
void console_apps_free(struct console_apps *apps);

#endif
