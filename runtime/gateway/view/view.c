#include "view.h"

#include <stdlib.h>

#include "view_json.h"
#include "view_reload.h"
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
  buf_init(&view->record, VIEW_OUT_MAX);
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
  buf_free(&view->record);
  free(view);
}

/* What is told to machines, to people, or to both. */

void view_ready(struct view *view, const struct view_ready *ready) {
  struct buf *json = view_tap_begin(view), *out = view->options.json ? NULL : view_entry_begin(view);
  if (json) view_json_ready(json, ready);
  if (json) view_tap_end(view, VIEW_READY, NULL);
  if (!out) return;
  view_text_ready(&view->text, out, ready);
  view_entry_end(view);
}

void view_warning(struct view *view, struct str text) {
  struct buf *json = view_tap_begin(view), *out = view->options.json ? NULL : view_entry_begin(view);
  if (json) view_json_warning(json, text);
  if (json) view_tap_end(view, VIEW_WARNING, NULL);
  if (!out) return;
  view_text_warning(&view->text, out, text);
  view_entry_end(view);
}

void view_project_warning(struct view *view, const struct project_warning *warning) {
  char text[2 * ERR_LEN], line[16] = "";
  if (warning->line > 0) snprintf(line, sizeof line, ":%d", warning->line);
  snprintf(text, sizeof text, "%.*s%s: %.*s", STR_ARG(warning->file), line, STR_ARG(warning->text));
  view_warning(view, str_from(text));
}

void view_note(struct view *view, const char *connection_id, struct str text) {
  struct buf *json = view_tap_begin(view), *out = view->options.json ? NULL : view_entry_begin(view);
  if (json) view_json_note(json, view_now_ms(view), connection_id, text);
  if (json) view_tap_end(view, VIEW_NOTE, NULL);
  if (!out) return;
  view_text_note(&view->text, out, view_now_ms(view), connection_id, text);
  view_entry_end(view);
}

void view_fault(struct view *view, const struct fault_news *news) {
  struct buf *json = view_tap_begin(view), *out = view->options.json ? NULL : view_entry_begin(view);
  if (json) view_json_fault(json, view_now_ms(view), news);
  if (json) view_tap_end(view, VIEW_FAULT, NULL);
  if (!out) return;
  view_text_fault(&view->text, out, view_now_ms(view), news);
  view_entry_end(view);
}

void view_reloaded(struct view *view, struct str changed, int64_t took_ns) {
  struct buf *json = view_tap_begin(view), *out = view->options.json ? NULL : view_entry_begin(view);
  if (json) view_json_reloaded(json, view_now_ms(view), changed, took_ns);
  if (json) view_tap_end(view, VIEW_RELOADED, NULL);
  if (!out) return;
  view_text_reloaded(&view->text, out, view_now_ms(view), changed, took_ns);
  view_entry_end(view);
}

void view_refused(struct view *view, const struct view_refusal *refusal) {
  struct view_report report = view_report_read(refusal->report, &view->scratch);
  struct buf *json = view_tap_begin(view), *out = view->options.json ? NULL : view_entry_begin(view);
  if (json) view_json_refused(json, view_now_ms(view), refusal, &report);
  if (json) view_tap_end(view, VIEW_REFUSED, NULL);
  if (out) view_text_refused(&view->text, out, view_now_ms(view), refusal, &report);
  if (out) view_entry_end(view);
  arena_reset(&view->scratch);
}
