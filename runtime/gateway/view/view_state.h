/* view_state.h -- what the files of the view share: view.c, and view_observer.c, which hears of the pools. */
#ifndef MOONWIRE_VIEW_STATE_H
#define MOONWIRE_VIEW_STATE_H

#include <stdint.h>

#include "arena.h"
#include "view.h"
#include "view_log.h"
#include "view_out.h"
#include "view_text.h"

struct view {
  struct view_options options;
  struct view_out out;
  struct buf record; /* the one for machines at hand */
  struct view_text text;
  struct view_log *logs;
  struct arena scratch;    /* of the report at hand */
  struct loop_job turn;    /* tells of ends, and writes what the turn has brought */
  struct loop_timer ticks; /* while there are invocations */
};

/* Unix time, milliseconds. */
int64_t view_now_ms(const struct view *view);

/* One entry of the output: begin, append to it, end. NULL when nobody reads. */
struct buf *view_entry_begin(struct view *view);
void view_entry_end(struct view *view);

/* Callbacks of the loop: the end of a turn, and a look at what lasts. */
void view_turn_over(void *view);
void view_tick(void *view);

/* Tells of environments that have ended. */
void view_tell_ends(struct view *view);

#endif
