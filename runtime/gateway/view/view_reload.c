#include "view_reload.h"

#include "view_plain.h"
#include "view_style.h"

enum { FRAMES_MAX = 20 };

void view_text_reloaded(struct view_text *t, struct buf *out, int64_t now_ms, struct str changed, int64_t took_ns) {
  view_style_time(t, out, now_ms);
  view_style_begin(t, out, VIEW_GREEN);
  buf_add(out, STR("reloaded "));
  view_plain_add(out, changed);
  buf_addf(out, " in %.0f ms", (double)took_ns / NS_PER_MS);
  view_style_end(t, out);
  buf_add_char(out, '\n');
}

static void add_line(const struct view_text *t, struct buf *out, int colour, struct str text) {
  view_style_blanks(out, VIEW_INDENT);
  view_style_text(t, out, colour, text);
  buf_add_char(out, '\n');
}

/* The first line of the message stands behind what was changed, the others beneath. */
static void add_message(const struct view_text *t, struct buf *out, const struct view_report *report) {
  struct str rest = report->message, line = STR("");
  view_style_cut(&rest, &line);
  view_plain_add(out, report->type);
  if (report->type.len > 0) buf_add(out, STR(": "));
  view_plain_add(out, line);
  view_style_end(t, out);
  buf_add_char(out, '\n');
  while (view_style_cut(&rest, &line)) add_line(t, out, VIEW_RED, line);
}

static void add_place(struct buf *out, const struct view_refusal *refusal) {
  if (refusal->place.len == 0) return;
  view_style_blanks(out, VIEW_INDENT);
  view_plain_add(out, refusal->place);
  buf_add(out, STR(" | "));
  view_plain_add(out, refusal->line);
  buf_add_char(out, '\n');
}

/* Whether it went wrong in the one file that has changed, or nobody knows where. */
static bool is_to_blame(const struct view_refusal *refusal) {
  struct str place = refusal->place, changed = refusal->changed;
  if (place.len == 0) return true;
  return !refusal->several && str_starts(place, changed) &&
         str_starts(str_slice(place, changed.len, place.len), STR(":"));
}

static void add_subject(struct buf *out, const struct view_refusal *refusal) {
  const struct project_function *function = refusal->function;
  if (function) {
    buf_add(out, STR("the function "));
    view_plain_add(out, function->name);
    buf_add(out, STR(" ("));
    view_plain_add(out, function->handler);
    buf_add(out, STR(") is not loaded: "));
  } else if (is_to_blame(refusal)) {
    view_plain_add(out, refusal->changed);
    buf_add(out, refusal->several ? STR(" are not loaded: ") : STR(" is not loaded: "));
  } else {
    buf_add(out, STR("not reloaded ("));
    view_plain_add(out, refusal->changed);
    buf_add(out, refusal->several ? STR(" have changed): ") : STR(" has changed): "));
  }
}

void view_text_refused(struct view_text *t, struct buf *out, int64_t now_ms, const struct view_refusal *refusal,
                       const struct view_report *report) {
  const struct json *at = view_report_first(report);
  struct str frame;
  view_style_time(t, out, now_ms);
  view_style_begin(t, out, VIEW_RED);
  add_subject(out, refusal);
  add_message(t, out, report);
  add_place(out, refusal);
  for (int i = 0; i < FRAMES_MAX && view_report_frame(&at, &frame); i++) add_line(t, out, VIEW_DIM, frame);
  add_line(t, out, VIEW_YELLOW, refusal->effect);
}
