#include "view_tap.h"

#include "view_json.h"
#include "view_state.h"

enum { KEEP = 64 * 1024 /* bytes of memory that stay for the next record */ };

struct buf *view_tap_begin(struct view *view) {
  return view->options.json || view->options.tap.record ? &view->record : NULL;
}

/* The record as a whole, and as the tap gets it. */
static struct str take(struct view *view) {
  struct str json = buf_str(&view->record);
  struct buf *out = view->options.json ? view_entry_begin(view) : NULL;
  if (out) buf_add(out, json);
  if (out) view_entry_end(view);
  return str_slice(json, 0, json.len > 0 ? json.len - 1 : 0);
}

void view_tap_end(struct view *view, enum view_kind kind, const struct invoke *of) {
  struct str json = take(view);
  if (view->options.tap.record && json.len > 0) view->options.tap.record(view->options.tap.ctx, kind, of, json);
  buf_trim(&view->record, KEEP);
}

void view_tap_invocation(struct view *view, const struct pool *pool, struct invoke *in,
                         const struct view_report *report) {
  struct str json = STR("");
  if (view->options.json) {
    view_json_invocation(&view->record, view_now_ms(view), pool->options.function->name, in, report);
    json = take(view);
  }
  if (view->options.tap.invocation) view->options.tap.invocation(view->options.tap.ctx, pool, in, json);
  buf_trim(&view->record, KEEP);
}
