#include "view.h"

#include <stdlib.h>

#include "view_json.h"
#include "view_state.h"

int64_t view_now_ms(const struct view *view) {
  return view->options.now_ms ? view->options.now_ms() : clock_unix_ms();
}

struct buf *view_entry_begin(struct view *view) {
  return view_out_begin(&view->out);
}

void view_entry_end(struct view *view) {
  view_out_end(&view->out);
  loop_job_add(view->options.loop, &view->turn);
}

struct view *view_new(const struct view_options *options) {
  struct view *view = calloc(1, sizeof *view);
  if (!view) return NULL;
  view->options = *options;
  view->text.colour = options->colour;
  view->turn = (struct loop_job){ .run = view_turn_over, .ctx = view };
  view->ticks = (struct loop_timer){ .fire = view_tick, .ctx = view };
  view_out_init(&view->out, options->loop, options->out, options->json);
  return view;
}

void view_delete(struct view *view) {
  if (!view) return;
  view_tell_ends(view);
  loop_job_stop(view->options.loop, &view->turn);
  loop_timer_stop(view->options.loop, &view->ticks);
  view_out_free(&view->out);
  while (view->logs) view_log_delete(&view->logs, view->logs);
  arena_free(&view->scratch);
  free(view);
}

void view_ready(struct view *view, const struct view_ready *ready) {
  struct buf *out = view_entry_begin(view);
  if (!out) return;
  if (view->options.json)
    view_json_ready(out, ready);
  else
    view_text_ready(&view->text, out, ready);
  view_entry_end(view);
}

void view_warning(struct view *view, struct str text) {
  struct buf *out = view_entry_begin(view);
  if (!out) return;
  if (view->options.json)
    view_json_warning(out, text);
  else
    view_text_warning(&view->text, out, text);
  view_entry_end(view);
}

void view_note(struct view *view, const char *connection_id, struct str text) {
  struct buf *out = view_entry_begin(view);
  if (!out) return;
  if (view->options.json)
    view_json_note(out, view_now_ms(view), connection_id, text);
  else
    view_text_note(&view->text, out, view_now_ms(view), connection_id, text);
  view_entry_end(view);
}
