#define _GNU_SOURCE /* strsignal */
#include "view_text.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "view_metrics.h"
#include "view_plain.h"
#include "view_record.h"
#include "view_record_json.h"
#include "view_stack.h"
#include "view_style.h"

enum { LEVEL = 6 /* "INFO  " */, NUMBER = 2 /* "#1" */, FRAMES_MAX = 50 };

/* At the start */

static size_t at_most(size_t width) {
  return width < VIEW_TEXT_WIDTH_MAX ? width : VIEW_TEXT_WIDTH_MAX;
}

void view_text_widen(size_t *width, struct str text) {
  size_t here = at_most(view_plain_width(text));
  if (here > *width) *width = here;
}

static void measure_route(struct view_text *t, struct str key, const struct project_function *function) {
  view_text_widen(&t->route_width, key);
  view_text_widen(&t->function_width, function->name);
}

static void measure_routes(struct view_text *t, const struct project *project) {
  t->route_width = t->function_width = 0;
  for (size_t i = 0; i < project->route_count; i++)
    measure_route(t, project->routes[i].key, project->routes[i].function);
  for (size_t i = 0; i < project->http_route_count; i++)
    measure_route(t, project->http_routes[i].key, project->http_routes[i].function);
  for (size_t i = 0; i < project->function_count; i++)
    if (!project_is_routed(project, &project->functions[i]))
      measure_route(t, project->functions[i].name, &project->functions[i]);
  t->function_width += NUMBER;
}

static void add_address(const struct view_text *t, struct buf *out, const char *what, struct str url) {
  buf_addf(out, "  %-14s", what);
  view_style_text(t, out, VIEW_CYAN, url);
  buf_add_char(out, '\n');
}

/* "chat  -> handlers/chat.main", without the end of the line. */
static void add_target(const struct view_text *t, struct buf *out, struct str key,
                       const struct project_function *function) {
  view_style_blanks(out, 2);
  view_plain_pad(out, key, t->route_width);
  buf_add(out, STR("  -> "));
  view_plain_add(out, function->handler);
}

static void add_route(const struct view_text *t, struct buf *out, struct str key,
                      const struct project_function *function) {
  add_target(t, out, key, function);
  buf_add_char(out, '\n');
}

/* Functions that no client reaches. */
static void add_unrouted(const struct view_text *t, struct buf *out, const struct project *project) {
  for (size_t i = 0; i < project->function_count; i++) {
    const struct project_function *function = &project->functions[i];
    if (project_is_routed(project, function)) continue;
    add_target(t, out, function->name, function);
    view_style_begin(t, out, VIEW_DIM);
    buf_add(out, STR("  (no route: moonwire invoke "));
    view_plain_add(out, function->name);
    buf_add_char(out, ')');
    view_style_end(t, out);
    buf_add_char(out, '\n');
  }
}

static void add_addresses(const struct view_text *t, struct buf *out, const struct view_ready *ready) {
  const struct project *project = ready->project;
  if (project->route_count > 0 || project->http_route_count == 0) {
    add_address(t, out, "WebSocket", ready->websocket_url);
    add_address(t, out, "@connections", ready->management_url);
  }
  if (project->http_route_count > 0) add_address(t, out, "HTTP", ready->http_url);
  add_address(t, out, "control port", ready->control_url);
  add_address(t, out, "console", ready->console_url);
}

void view_text_ready(struct view_text *t, struct buf *out, const struct view_ready *ready) {
  const struct project *project = ready->project;
  measure_routes(t, project);
  view_style_text(t, out, VIEW_BOLD, project->service);
  buf_add(out, STR(", stage "));
  view_plain_add(out, project->stage);
  buf_add(out, STR("\n\n"));
  add_addresses(t, out, ready);
  buf_add_char(out, '\n');
  for (size_t i = 0; i < project->route_count; i++)
    add_route(t, out, project->routes[i].key, project->routes[i].function);
  for (size_t i = 0; i < project->http_route_count; i++)
    add_route(t, out, project->http_routes[i].key, project->http_routes[i].function);
  add_unrouted(t, out, project);
  buf_add_char(out, '\n');
}

void view_text_warning(struct view_text *t, struct buf *out, struct str text) {
  view_style_text(t, out, VIEW_YELLOW, STR("warning: "));
  view_plain_add(out, text);
  buf_add_char(out, '\n');
}

void view_text_note(struct view_text *t, struct buf *out, int64_t now_ms, const char *connection_id, struct str text) {
  view_style_time(t, out, now_ms);
  if (connection_id[0]) {
    view_plain_add(out, str_from(connection_id));
    view_style_blanks(out, 2);
  }
  view_style_text(t, out, VIEW_YELLOW, text);
  buf_add_char(out, '\n');
}

void view_text_fault(struct view_text *t, struct buf *out, int64_t now_ms, const struct fault_news *news) {
  view_style_time(t, out, now_ms);
  if (news->connection_id[0]) {
    view_plain_add(out, str_from(news->connection_id));
    view_style_blanks(out, 2);
  }
  view_style_begin(t, out, VIEW_MAGENTA);
  buf_addf(out, "fault%s%s: ", news->fault[0] ? " " : "s", news->fault);
  view_plain_add(out, str_from(news->text));
  view_style_end(t, out);
  buf_add_char(out, '\n');
}

/* What a function wrote */

static int colour_of(struct str level) {
  if (str_equal(level, STR("ERROR")) || str_equal(level, STR("FATAL"))) return VIEW_RED;
  if (str_equal(level, STR("WARN"))) return VIEW_YELLOW;
  return str_equal(level, STR("INFO")) ? VIEW_GREEN : VIEW_DIM;
}

/* The lines of a text, the first one where the line at hand is, the others indented. */
static void add_lines(struct buf *out, struct str text, size_t indent) {
  struct str rest = text.ptr ? text : STR(""), line;
  for (bool first = true; view_style_cut(&rest, &line); first = false) {
    if (!first) buf_add_char(out, '\n');
    if (!first) view_style_blanks(out, indent);
    view_plain_add(out, line);
  }
}

/* Level, message, members, and beneath them the stack. */
static void add_record(const struct view_text *t, struct buf *out, struct view_record record) {
  struct arena memory;
  const struct json *stack;
  struct str line;
  arena_init(&memory);
  bool has_stack = view_stack_cut(&record, &memory, &stack);
  view_style_begin(t, out, colour_of(record.level));
  view_plain_pad(out, record.level, LEVEL - 1);
  view_style_end(t, out);
  buf_add_char(out, ' ');
  add_lines(out, record.message, VIEW_INDENT + LEVEL);
  if (record.fields.len > 0) buf_add(out, STR(" {"));
  view_plain_add(out, record.fields);
  for (int i = 0; has_stack && i < FRAMES_MAX && view_stack_line(&stack, &line); i++) {
    buf_add_char(out, '\n');
    view_style_blanks(out, VIEW_INDENT + LEVEL);
    view_style_text(t, out, VIEW_DIM, line);
  }
  arena_free(&memory);
}

static bool add_metrics(const struct view_text *t, struct buf *out, struct str line) {
  struct buf words;
  buf_init(&words, line.len + 64);
  bool are = view_metrics_is_line(line) && view_metrics_write(&words, line);
  if (are) {
    view_style_begin(t, out, VIEW_DIM);
    view_plain_add(out, buf_str(&words));
    view_style_end(t, out);
  }
  buf_free(&words);
  return are;
}

static void add_output(const struct view_text *t, struct buf *out, bool is_error, struct str line) {
  struct view_record record = view_record_read(line, is_error);
  struct buf text; /* of a record in JSON, which is shown as any other */
  buf_init(&text, line.len + 64);
  if (is_error && view_record_json_write(&text, line)) {
    struct view_record same = view_record_read(buf_str(&text), true);
    if (same.level.len > 0) record = same;
  }
  if (record.level.len > 0) {
    add_record(t, out, record);
  } else if (!is_error || !add_metrics(t, out, line)) {
    view_plain_add(out, line);
  }
  buf_add_char(out, '\n');
  buf_free(&text);
}

void view_text_output(struct view_text *t, struct buf *out, bool is_error, struct str line) {
  view_style_blanks(out, VIEW_INDENT);
  add_output(t, out, is_error, line);
}

static void add_writer(struct view_text *t, struct buf *out, int64_t now_ms, struct view_writer writer) {
  view_style_time(t, out, now_ms);
  view_style_begin(t, out, VIEW_CYAN);
  view_plain_add(out, writer.function);
  buf_addf(out, "#%d", writer.number);
  view_style_end(t, out);
  view_style_blanks(out, 2);
}

void view_text_line(struct view_text *t, struct buf *out, int64_t now_ms, struct view_writer writer, bool is_error,
                    struct str line) {
  add_writer(t, out, now_ms, writer);
  add_output(t, out, is_error, line);
}

void view_text_left_out(struct view_text *t, struct buf *out, size_t bytes) {
  char text[64];
  if (bytes == 0) return;
  snprintf(text, sizeof text, "... (%zu bytes left out)", bytes);
  view_style_blanks(out, VIEW_INDENT);
  view_style_text(t, out, VIEW_DIM, str_from(text));
  buf_add_char(out, '\n');
}

void view_text_ended(struct view_text *t, struct buf *out, int64_t now_ms, struct view_writer writer, int status) {
  add_writer(t, out, now_ms, writer);
  view_style_begin(t, out, VIEW_RED);
  if (WIFSIGNALED(status))
    buf_addf(out, "ended unexpectedly, by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
  else
    buf_addf(out, "ended unexpectedly, with exit status %d", WEXITSTATUS(status));
  view_style_end(t, out);
  buf_add_char(out, '\n');
}

void view_text_reaped(struct view_text *t, struct buf *out, int64_t now_ms, struct view_writer writer, int idle_s) {
  char text[64];
  snprintf(text, sizeof text, "ended after %d s without an event", idle_s);
  add_writer(t, out, now_ms, writer);
  view_style_text(t, out, VIEW_DIM, str_from(text));
  buf_add_char(out, '\n');
}
