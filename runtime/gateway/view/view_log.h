/* view_log.h -- what an environment wrote and is not shown yet.
 * One of these for each environment, from its first sign of life until its end was told. The lines of an invocation are
 * kept until it is over, or announced. A record that looks like that of a failure waits for the report, which says the same
 * in a better way.
 */
#ifndef MOONWIRE_VIEW_LOG_H
#define MOONWIRE_VIEW_LOG_H

#include <stdbool.h>

#include "environment.h"
#include "pool.h"
#include "str.h"
#include "view_lines.h"
#include "view_text.h"

struct view_log {
  struct view_log *next;
  const struct environment *environment; /* NULL when it has ended */
  const struct pool *pool;               /* an address only: what was its pool may be over */
  const struct project_function *function;
  int number;
  struct view_lines own;          /* what belongs to no invocation */
  struct view_lines *invocations; /* list; those at hand, and some without one, for the next */
  bool explained;                 /* why it ended, or will end, was told */
  bool unexpected;                /* nobody asked it to end */
  int idle_s;                     /* it was ended because it had nothing to do for so long; else 0 */
  int status;                     /* as waitpid gives it; of one that has ended */
};

/* The log of an environment, of which there is a list; made when it is new. NULL when memory is short. */
struct view_log *view_log_of(struct view_log **list, const struct environment *e);

/* The log of that number; NULL when there is none. */
struct view_log *view_log_find(struct view_log *list, const struct pool *pool, int number);

/* Takes it out of its list and frees it. */
void view_log_delete(struct view_log **list, struct view_log *log);

struct view_writer view_log_writer(const struct view_log *log);

/* The lines of an invocation at hand; view_log_lines makes them when there are none. NULL when that is not possible. */
struct view_lines *view_log_find_lines(const struct view_log *log, const struct invoke *in);
struct view_lines *view_log_lines(struct view_log *log, const struct invoke *in);

#endif
