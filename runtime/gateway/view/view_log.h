/* view_log.h -- what an environment wrote and is not shown yet.
 * One of these for each environment, from its first sign of life until its end was told. The lines of an invocation are
 * kept until it is over, or announced. A record that looks like that of a failure waits for the report, which says the same
 * in a better way.
 */
#ifndef MOONWIRE_VIEW_LOG_H
#define MOONWIRE_VIEW_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "environment.h"
#include "pool.h"
#include "str.h"
#include "view_text.h"

enum { VIEW_LOG_MAX = 1024 * 1024 /* bytes of lines that are kept for an invocation */ };

struct view_log {
  struct view_log *next;
  const struct environment *environment; /* NULL when it has ended */
  const struct pool *pool;               /* an address only: what was its pool may be over */
  const struct project_function *function;
  int number;
  const struct invoke *invoke; /* whose lines these are; an address only, never followed */
  bool announced;              /* its lines are shown as they come */
  struct buf lines;            /* '1' or '2' (the descriptor), the line, '\n', and again */
  size_t left_out;             /* bytes beyond VIEW_LOG_MAX */
  struct buf failure;          /* a record that waits for its report */
  bool explained;              /* why it ended, or will end, was told */
  bool unexpected;             /* nobody asked it to end */
  int status;                  /* as waitpid gives it; of one that has ended */
};

/* The log of an environment, of which there is a list; made when it is new. NULL when memory is short. */
struct view_log *view_log_of(struct view_log **list, const struct environment *e);

/* The log of that number; NULL when there is none. */
struct view_log *view_log_find(struct view_log *list, const struct pool *pool, int number);

/* Takes it out of its list and frees it. */
void view_log_delete(struct view_log **list, struct view_log *log);

struct view_writer view_log_writer(const struct view_log *log);

void view_log_keep(struct view_log *log, bool is_error, struct str line);

/* Cuts the first line off `lines` (which begins as buf_str(&log->lines)). False at the end. */
bool view_log_next(struct str *lines, bool *is_error, struct str *line);

/* Forgets the invocation and its lines. */
void view_log_reset(struct view_log *log);

#endif
