#define _GNU_SOURCE /* localtime_r, strsignal */
#include "view_text.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "model_id.h"
#include "view_plain.h"
#include "view_record.h"

enum {
  BOLD = 1,
  DIM = 2,
  RED = 31,
  GREEN = 32,
  YELLOW = 33,
  CYAN = 36,
  INDENT = 10,                  /* what belongs to an invocation stands beneath its route */
  LEVEL = 6,                    /* "INFO  " */
  FRAMES_MAX = 50,              /* lines of a stack */
  WAITED_NS = 50 * 1000 * 1000, /* waiting longer is worth a word */
  NS_PER_MS = 1000 * 1000
};

static void colour_begin(const struct view_text *t, struct buf *out, int colour) {
  if (t->colour) buf_addf(out, "\x1b[%dm", colour);
}

static void colour_end(const struct view_text *t, struct buf *out) {
  if (t->colour) buf_add(out, STR("\x1b[0m"));
}

static void add_coloured(const struct view_text *t, struct buf *out, int colour, struct str text) {
  colour_begin(t, out, colour);
  view_plain_add(out, text);
  colour_end(t, out);
}

static void add_blanks(struct buf *out, size_t count) {
  while (count-- > 0) buf_add_char(out, ' ');
}

/* "20:33:12  ", local time; made once a second. */
static void add_time(struct view_text *t, struct buf *out, int64_t now_ms) {
  time_t seconds = (time_t)(now_ms / 1000);
  struct tm local;
  if (t->second != seconds || !*t->time) {
    localtime_r(&seconds, &local);
    strftime(t->time, sizeof t->time, "%H:%M:%S", &local);
    t->second = seconds;
  }
  add_coloured(t, out, DIM, str_from(t->time));
  add_blanks(out, 2);
}

/* At the start */

static size_t at_most(size_t width) {
  return width < VIEW_TEXT_WIDTH_MAX ? width : VIEW_TEXT_WIDTH_MAX;
}

static void widen(size_t *width, struct str text) {
  size_t here = at_most(view_plain_width(text));
  if (here > *width) *width = here;
}

static void measure_routes(struct view_text *t, const struct project *project) {
  t->route_width = t->function_width = 0;
  for (size_t i = 0; i < project->route_count; i++) {
    const struct project_route *route = &project->routes[i];
    widen(&t->route_width, route->key);
    if (!str_equal(route->key, route->function->name)) widen(&t->function_width, route->function->name);
  }
}

static void add_address(const struct view_text *t, struct buf *out, const char *what, struct str url) {
  buf_addf(out, "  %-10s", what);
  add_coloured(t, out, CYAN, url);
  buf_add_char(out, '\n');
}

void view_text_ready(struct view_text *t, struct buf *out, const struct view_ready *ready) {
  const struct project *project = ready->project;
  measure_routes(t, project);
  add_coloured(t, out, BOLD, project->service);
  buf_add(out, STR(", stage "));
  view_plain_add(out, project->stage);
  buf_add(out, STR("\n\n"));
  add_address(t, out, "WebSocket", ready->websocket_url);
  add_address(t, out, "Control", ready->control_url);
  buf_add_char(out, '\n');
  for (size_t i = 0; i < project->route_count; i++) {
    add_blanks(out, 2);
    view_plain_pad(out, project->routes[i].key, t->route_width);
    buf_add(out, STR("  -> "));
    view_plain_add(out, project->routes[i].function->handler);
    buf_add_char(out, '\n');
  }
  buf_add_char(out, '\n');
}

void view_text_warning(struct view_text *t, struct buf *out, struct str text) {
  add_coloured(t, out, YELLOW, STR("warning: "));
  view_plain_add(out, text);
  buf_add_char(out, '\n');
}

/* What a function wrote */

static int colour_of(struct str level) {
  if (str_equal(level, STR("ERROR")) || str_equal(level, STR("FATAL"))) return RED;
  if (str_equal(level, STR("WARN"))) return YELLOW;
  return str_equal(level, STR("INFO")) ? GREEN : DIM;
}

/* Cuts at the first line break, whichever it is. */
static bool cut_line(struct str *rest, struct str *line) {
  if (!rest->ptr) return false;
  size_t at = 0;
  while (at < rest->len && rest->ptr[at] != '\n' && rest->ptr[at] != '\r') at++;
  *line = str_slice(*rest, 0, at);
  size_t skip = str_starts(str_slice(*rest, at, rest->len), STR("\r\n")) ? 2 : 1;
  *rest = at < rest->len ? str_slice(*rest, at + skip, rest->len) : str_of(NULL, 0);
  return true;
}

/* The lines of a text, the first one where the line at hand is, the others indented. */
static void add_lines(struct buf *out, struct str text, size_t indent) {
  struct str rest = text.ptr ? text : STR(""), line;
  for (bool first = true; cut_line(&rest, &line); first = false) {
    if (!first) add_blanks(out, indent);
    view_plain_add(out, line);
    buf_add_char(out, '\n');
  }
}

static void add_record(const struct view_text *t, struct buf *out, struct view_record record) {
  colour_begin(t, out, colour_of(record.level));
  view_plain_pad(out, record.level, LEVEL - 1);
  colour_end(t, out);
  buf_add_char(out, ' ');
}

void view_text_output(struct view_text *t, struct buf *out, bool is_error, struct str line) {
  struct view_record record = view_record_read(line, is_error);
  add_blanks(out, INDENT);
  if (record.level.len > 0) {
    add_record(t, out, record);
    add_lines(out, record.message, INDENT + LEVEL);
  } else {
    view_plain_add(out, line);
    buf_add_char(out, '\n');
  }
}

static void add_writer(struct view_text *t, struct buf *out, int64_t now_ms, struct view_writer writer) {
  add_time(t, out, now_ms);
  colour_begin(t, out, CYAN);
  view_plain_add(out, writer.function);
  buf_addf(out, "#%d", writer.number);
  colour_end(t, out);
  add_blanks(out, 2);
}

void view_text_line(struct view_text *t, struct buf *out, int64_t now_ms, struct view_writer writer, bool is_error,
                    struct str line) {
  struct view_record record = view_record_read(line, is_error);
  add_writer(t, out, now_ms, writer);
  if (record.level.len > 0) {
    add_record(t, out, record);
    add_lines(out, record.message, INDENT + LEVEL);
  } else {
    view_plain_add(out, line);
    buf_add_char(out, '\n');
  }
}

void view_text_left_out(struct view_text *t, struct buf *out, size_t bytes) {
  char text[64];
  if (bytes == 0) return;
  snprintf(text, sizeof text, "... (%zu bytes left out)", bytes);
  add_blanks(out, INDENT);
  add_coloured(t, out, DIM, str_from(text));
  buf_add_char(out, '\n');
}

/* Invocations */

static void add_ms(struct buf *out, int64_t ns) {
  buf_addf(out, "%8.1f ms", (double)ns / NS_PER_MS);
}

/* Time, route, connection, function. */
static void add_head(struct view_text *t, struct buf *out, int64_t now_ms, const struct project_function *function,
                     const struct invoke *in) {
  struct str connection = str_from(in->connection_id);
  bool named = !str_equal(function->name, in->label);
  add_time(t, out, now_ms);
  colour_begin(t, out, BOLD);
  view_plain_pad(out, in->label, t->route_width);
  colour_end(t, out);
  add_blanks(out, 2);
  view_plain_pad(out, connection.len > 0 ? connection : STR("-"), MODEL_ID_LEN - 1);
  if (named || t->function_width > 0) add_blanks(out, 2);
  view_plain_pad(out, named ? function->name : STR(""), t->function_width);
}

static void add_start(const struct view_text *t, struct buf *out, const struct invoke *in) {
  int64_t waited_ns = (in->begun_ns ? in->begun_ns : in->done_ns) - in->asked_ns;
  if (in->cold) {
    add_blanks(out, 2);
    colour_begin(t, out, CYAN);
    buf_addf(out, "cold (init %.1f ms)", (double)in->init_ns / NS_PER_MS);
    colour_end(t, out);
  }
  if (waited_ns <= WAITED_NS) return;
  add_blanks(out, 2);
  colour_begin(t, out, YELLOW);
  buf_addf(out, "waited %.0f ms", (double)waited_ns / NS_PER_MS);
  colour_end(t, out);
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
  while (cut_line(&rest, &line)) {
    add_blanks(out, INDENT);
    add_coloured(t, out, colour, line);
    buf_add_char(out, '\n');
  }
}

static void add_stack(const struct view_text *t, struct buf *out, const struct view_report *report) {
  const struct json *at = view_report_first(report);
  struct str line;
  int shown = 0;
  while (view_report_frame(&at, &line)) {
    add_blanks(out, INDENT + 2);
    if (shown++ == FRAMES_MAX) line = STR("...");
    add_coloured(t, out, DIM, line);
    buf_add_char(out, '\n');
    if (shown > FRAMES_MAX) return;
  }
}

/* Ends the line of the invocation; what has no room there follows beneath. */
static void add_outcome(const struct view_text *t, struct buf *out, const struct project_function *function,
                        const struct invoke *in, const struct view_report *report) {
  struct str rest = report ? report->message : STR(""), first = STR("");
  if (in->outcome != INVOKE_RESULT) {
    add_blanks(out, 2);
    colour_begin(t, out, RED);
    add_outcome_word(out, function, in->outcome);
    if (report && is_typed(in->outcome) && report->type.len > 0) {
      buf_add_char(out, ' ');
      view_plain_add(out, report->type);
    }
    bool told = in->outcome == INVOKE_TIMED_OUT; /* the word says it all */
    if (!told) cut_line(&rest, &first);
    if (told) rest = str_of(NULL, 0);
    if (first.len > 0) buf_add(out, STR(": "));
    view_plain_add(out, first);
    colour_end(t, out);
  }
  buf_add_char(out, '\n');
  if (!report) return;
  add_beneath(t, out, RED, rest);
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
  if (in->note[0]) add_beneath(t, out, YELLOW, str_from(in->note));
}

void view_text_running(struct view_text *t, struct buf *out, int64_t now_ms, const struct project_function *function,
                       const struct invoke *in, int64_t since_ns) {
  add_head(t, out, now_ms, function, in);
  add_ms(out, since_ns);
  add_blanks(out, 2);
  add_coloured(t, out, YELLOW, STR("still running"));
  buf_addf(out, ", #%d\n", in->environment);
}

void view_text_ended(struct view_text *t, struct buf *out, int64_t now_ms, struct view_writer writer, int status) {
  add_writer(t, out, now_ms, writer);
  colour_begin(t, out, RED);
  if (WIFSIGNALED(status))
    buf_addf(out, "ended unexpectedly, by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
  else
    buf_addf(out, "ended unexpectedly, with exit status %d", WEXITSTATUS(status));
  colour_end(t, out);
  buf_add_char(out, '\n');
}
