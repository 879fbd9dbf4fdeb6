/* The line of an invocation, and what is known of its failure. */
#include <stdio.h>

#include "model_id.h"
#include "view_plain.h"
#include "view_style.h"
#include "view_text.h"

enum {
  FRAMES_MAX = 50,             /* lines of a stack */
  WAITED_NS = 50 * 1000 * 1000 /* waiting longer is worth a word */
};

static void add_ms(struct buf *out, int64_t ns) {
  buf_addf(out, "%8.1f ms", (double)ns / NS_PER_MS);
}

/* Whose invocation it is: the connection, or the status that an HTTP client got. */
static struct str client_of(const struct invoke *in, char status[16]) {
  if (in->connection_id[0]) return str_from(in->connection_id);
  if (in->status == 0) return STR("-");
  snprintf(status, 16, "%d", in->status);
  return str_from(status);
}

/* "$default say": the column widens for actions, which nobody knows at the start. */
static void add_route(struct view_text *t, struct buf *out, const struct invoke *in) {
  struct buf both;
  buf_init(&both, in->label.len + sizeof in->action + 1);
  buf_add(&both, in->label);
  if (in->action[0]) buf_addf(&both, " %s", in->action);
  if (in->action[0]) view_text_widen(&t->route_width, buf_str(&both));
  view_plain_pad(out, buf_str(&both), t->route_width);
  buf_free(&both);
}

/* Time, route, client, function. */
static void add_head(struct view_text *t, struct buf *out, int64_t now_ms, const struct project_function *function,
                     const struct invoke *in) {
  char number[16] = "", status[16];
  view_style_time(t, out, now_ms);
  view_style_begin(t, out, VIEW_BOLD);
  add_route(t, out, in);
  view_style_end(t, out);
  view_style_blanks(out, 2);
  view_plain_pad(out, client_of(in, status), MODEL_ID_LEN - 1);
  view_style_blanks(out, 2);
  view_plain_add(out, function->name);
  if (in->environment > 0) snprintf(number, sizeof number, "#%d", in->environment);
  buf_add(out, str_from(number));
  size_t width = view_plain_width(function->name) + strlen(number);
  if (width < t->function_width) view_style_blanks(out, t->function_width - width);
}

static void add_start(const struct view_text *t, struct buf *out, const struct invoke *in) {
  int64_t waited_ns = (in->begun_ns ? in->begun_ns : in->done_ns) - in->asked_ns;
  if (in->cold && in->init_ns > 0) {
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

/* The reports of the gateway itself begin as Lambda's do: "RequestId: 8f50... Error: ". */
static struct str without_request_id(struct str message) {
  static const struct str end = { " Error: ", 8 };
  size_t at = str_starts(message, STR("RequestId: ")) ? str_find(message, end, 0) : SIZE_MAX;
  return at == SIZE_MAX ? message : str_slice(message, at + end.len, message.len);
}

/* "Type: message", and the stack. */
static void add_report(const struct view_text *t, struct buf *out, const struct invoke *in,
                       const struct view_report *report) {
  bool is_own = in->outcome == INVOKE_ERROR || in->outcome == INVOKE_INIT_ERROR; /* the type says something */
  struct str rest = without_request_id(report->message), type = is_own ? report->type : STR(""), first = STR("");
  view_style_cut(&rest, &first);
  if (type.len + first.len > 0) {
    view_style_blanks(out, VIEW_INDENT);
    view_style_begin(t, out, VIEW_RED);
    view_plain_add(out, type);
    if (type.len > 0 && first.len > 0) buf_add(out, STR(": "));
    view_plain_add(out, first);
    view_style_end(t, out);
    buf_add_char(out, '\n');
  }
  add_beneath(t, out, VIEW_RED, rest);
  add_stack(t, out, report);
}

/* Ends the line of the invocation. */
static void add_outcome(const struct view_text *t, struct buf *out, const struct project_function *function,
                        const struct invoke *in) {
  if (in->outcome != INVOKE_RESULT) {
    view_style_blanks(out, 2);
    view_style_begin(t, out, VIEW_RED);
    add_outcome_word(out, function, in->outcome);
    view_style_end(t, out);
  }
  buf_add_char(out, '\n');
}

void view_text_invocation(struct view_text *t, struct buf *out, int64_t now_ms, const struct project_function *function,
                          const struct invoke *in, const struct view_report *report) {
  add_head(t, out, now_ms, function, in);
  if (in->begun_ns)
    add_ms(out, in->done_ns - in->begun_ns);
  else
    buf_addf(out, "%11s", "-");
  add_start(t, out, in);
  add_outcome(t, out, function, in);
  if (report && in->outcome != INVOKE_TIMED_OUT) add_report(t, out, in, report); /* there the word says it all */
  if (in->note[0]) add_beneath(t, out, VIEW_YELLOW, str_from(in->note));
}

void view_text_running(struct view_text *t, struct buf *out, int64_t now_ms, const struct project_function *function,
                       const struct invoke *in, int64_t since_ns) {
  add_head(t, out, now_ms, function, in);
  add_ms(out, since_ns);
  view_style_blanks(out, 2);
  view_style_text(t, out, VIEW_YELLOW, STR("still running"));
  buf_add_char(out, '\n');
}
