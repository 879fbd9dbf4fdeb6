/* The line of an invocation, and what is known of its failure. */
#include "model_id.h"
#include "view_plain.h"
#include "view_style.h"
#include "view_text.h"

enum {
  FRAMES_MAX = 50,              /* lines of a stack */
  WAITED_NS = 50 * 1000 * 1000, /* waiting longer is worth a word */
  NS_PER_MS = 1000 * 1000
};

static void add_ms(struct buf *out, int64_t ns) {
  buf_addf(out, "%8.1f ms", (double)ns / NS_PER_MS);
}

/* Time, route, connection, function. */
static void add_head(struct view_text *t, struct buf *out, int64_t now_ms, const struct project_function *function,
                     const struct invoke *in) {
  struct str connection = str_from(in->connection_id);
  bool named = !str_equal(function->name, in->label);
  view_style_time(t, out, now_ms);
  view_style_begin(t, out, VIEW_BOLD);
  view_plain_pad(out, in->label, t->route_width);
  view_style_end(t, out);
  view_style_blanks(out, 2);
  view_plain_pad(out, connection.len > 0 ? connection : STR("-"), MODEL_ID_LEN - 1);
  if (named || t->function_width > 0) view_style_blanks(out, 2);
  view_plain_pad(out, named ? function->name : STR(""), t->function_width);
}

static void add_start(const struct view_text *t, struct buf *out, const struct invoke *in) {
  int64_t waited_ns = (in->begun_ns ? in->begun_ns : in->done_ns) - in->asked_ns;
  if (in->cold) {
    view_style_blanks(out, 2);
    view_style_begin(t, out, VIEW_CYAN);
    buf_addf(out, "cold (init %.1f ms)", (double)in->init_ns / NS_PER_MS);
    view_style_end(t, out);
  }
  if (waited_ns <= WAITED_NS) return;
  view_style_blanks(out, 2);
  view_style_begin(t, out, VIEW_YELLOW);
  buf_addf(out, "waited %.0f ms", (double)waited_ns / NS_PER_MS);
  view_style_end(t, out);
}

static void add_outcome_word(struct buf *out, const struct project_function *function, enum invoke_outcome outcome) {
  switch (outcome) {
  case INVOKE_RESULT:
    break;
  case INVOKE_ERROR:
    buf_add(out, STR("error"));
    break;
  case INVOKE_INIT_ERROR:
    buf_add(out, STR("could not load"));
    break;
  case INVOKE_TIMED_OUT:
    buf_addf(out, "timed out after %d s", function->timeout_s);
    break;
  case INVOKE_CRASHED:
    buf_add(out, STR("crashed"));
    break;
  case INVOKE_THROTTLED:
    buf_add(out, STR("throttled"));
    break;
  case INVOKE_CANCELLED:
    buf_add(out, STR("cancelled"));
    break;
  }
}

/* The report is the function's own, with a type that it chose. */
static bool is_typed(enum invoke_outcome outcome) {
  return outcome == INVOKE_ERROR || outcome == INVOKE_INIT_ERROR;
}

static void add_beneath(const struct view_text *t, struct buf *out, int colour, struct str text) {
  struct str rest = text, line;
  while (view_style_cut(&rest, &line)) {
    view_style_blanks(out, VIEW_INDENT);
    view_style_text(t, out, colour, line);
    buf_add_char(out, '\n');
  }
}

static void add_stack(const struct view_text *t, struct buf *out, const struct view_report *report) {
  const struct json *at = view_report_first(report);
  struct str line;
  int shown = 0;
  while (view_report_frame(&at, &line)) {
    view_style_blanks(out, VIEW_INDENT + 2);
    if (shown++ == FRAMES_MAX) line = STR("...");
    view_style_text(t, out, VIEW_DIM, line);
    buf_add_char(out, '\n');
    if (shown > FRAMES_MAX) return;
  }
}

/* Ends the line of the invocation; what has no room there follows beneath. */
static void add_outcome(const struct view_text *t, struct buf *out, const struct project_function *function,
                        const struct invoke *in, const struct view_report *report) {
  struct str rest = report ? report->message : STR(""), first = STR("");
  if (in->outcome != INVOKE_RESULT) {
    view_style_blanks(out, 2);
    view_style_begin(t, out, VIEW_RED);
    add_outcome_word(out, function, in->outcome);
    if (report && is_typed(in->outcome) && report->type.len > 0) {
      buf_add_char(out, ' ');
      view_plain_add(out, report->type);
    }
    bool told = in->outcome == INVOKE_TIMED_OUT; /* the word says it all */
    if (!told) view_style_cut(&rest, &first);
    if (told) rest = str_of(NULL, 0);
    if (first.len > 0) buf_add(out, STR(": "));
    view_plain_add(out, first);
    view_style_end(t, out);
  }
  buf_add_char(out, '\n');
  if (!report) return;
  add_beneath(t, out, VIEW_RED, rest);
  add_stack(t, out, report);
}

void view_text_invocation(struct view_text *t, struct buf *out, int64_t now_ms, const struct project_function *function,
                          const struct invoke *in, const struct view_report *report) {
  add_head(t, out, now_ms, function, in);
  if (in->begun_ns)
    add_ms(out, in->done_ns - in->begun_ns);
  else
    buf_addf(out, "%11s", "-");
  add_start(t, out, in);
  add_outcome(t, out, function, in, report);
  if (in->note[0]) add_beneath(t, out, VIEW_YELLOW, str_from(in->note));
}

void view_text_running(struct view_text *t, struct buf *out, int64_t now_ms, const struct project_function *function,
                       const struct invoke *in, int64_t since_ns) {
  add_head(t, out, now_ms, function, in);
  add_ms(out, since_ns);
  view_style_blanks(out, 2);
  view_style_text(t, out, VIEW_YELLOW, STR("still running"));
  buf_addf(out, ", #%d\n", in->environment);
}
