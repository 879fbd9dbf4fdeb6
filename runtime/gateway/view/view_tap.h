/* view_tap.h -- the records of the view for machines (view_json.h), made once for whoever wants them: the terminal, with
 * --json, and one more listener, the console. */
#ifndef MOONWIRE_VIEW_TAP_H
#define MOONWIRE_VIEW_TAP_H

#include "buf.h"
#include "invoke.h"
#include "str.h"

struct pool;
struct view;

enum view_kind { VIEW_READY, VIEW_WARNING, VIEW_NOTE, VIEW_FAULT, VIEW_LOG, VIEW_ENDED, VIEW_RELOADED, VIEW_REFUSED };

/* Who listens. Both members or none. */
struct view_tap {
  /* A record other than that of an invocation, without its line feed; `of` is the invocation that a line belongs to, or
   * NULL. Borrowed. */
  void (*record)(void *ctx, enum view_kind kind, const struct invoke *of, struct str json);
  /* An invocation is over, and everybody else has been told: its event and payload may be taken away. `json` is its record
   * when the terminal has got it, else empty: without --json nobody pays for what may not be asked for. */
  void (*invocation)(void *ctx, const struct pool *pool, struct invoke *in, struct str json);
  void *ctx;
};

/* Where to write one record; NULL when nobody wants any. view_tap_end passes it on. */
struct buf *view_tap_begin(struct view *view);
void view_tap_end(struct view *view, enum view_kind kind, const struct invoke *of);

/* An invocation is over; report as in view_json_invocation. */
struct view_report;
void view_tap_invocation(struct view *view, const struct pool *pool, struct invoke *in,
                         const struct view_report *report);

#endif
