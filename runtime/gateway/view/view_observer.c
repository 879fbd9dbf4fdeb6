#include <signal.h>
#include <sys/wait.h>

#include "view_json.h"
#include "view_metrics.h"
#include "view_record.h"
#include "view_report.h"
#include "view_state.h"

enum {
  TICK_MS = 500, /* how often the view looks for invocations that last */
  LONG_NS = 1000 * 1000 * 1000
};

/* Lines with a writer in front */

static void show_line(struct view *view, const struct view_log *log, bool is_error, struct str line) {
  struct buf *out = view_entry_begin(view);
  if (!out) return;
  view_text_line(&view->text, out, view_now_ms(view), view_log_writer(log), is_error, line);
  view_entry_end(view);
}

/* The record that waits, when no report has come that says the same. */
static void show_failure(struct view *view, struct view_log *log) {
  if (log->failure.len == 0) return;
  show_line(view, log, true, buf_str(&log->failure));
  buf_clear(&log->failure);
}

static void show_at_once(struct view *view, struct view_log *log, bool is_error, struct str line) {
  if (log->failure.len > 0 && is_error && (view_metrics_is_line(line) || view_record_is_event(line))) {
    show_line(view, log, is_error, line); /* behind the failure comes its event, and what was counted */
    return;
  }
  show_failure(view, log);
  if (is_error && view_record_is_failure(line)) buf_add(&log->failure, line);
  if (log->failure.len == 0) show_line(view, log, is_error, line);
}

/* What was kept for an invocation that nobody will show. */
static void show_kept(struct view *view, struct view_log *log) {
  struct str lines = buf_str(&log->lines), line;
  for (bool is_error; view_log_next(&lines, &is_error, &line);) show_at_once(view, log, is_error, line);
  if (log->left_out > 0) {
    struct buf *out = view_entry_begin(view);
    if (out) view_text_left_out(&view->text, out, log->left_out);
    if (out) view_entry_end(view);
  }
  buf_clear(&log->lines);
  log->left_out = 0;
}

/* Invocations that last */

static void announce(struct view *view, struct view_log *log, const struct invoke *in, int64_t since_ns) {
  struct buf *out = view_entry_begin(view);
  if (!out) return;
  view_text_running(&view->text, out, view_now_ms(view), log->function, in, since_ns);
  view_entry_end(view);
  log->invoke = in;
  log->announced = true;
  show_kept(view, log);
}

void view_tick(void *ctx) {
  struct view *view = ctx;
  int64_t now_ns = clock_monotonic_ns();
  bool busy = false;
  for (struct view_log *log = view->logs; log; log = log->next) {
    const struct invoke *in = log->environment ? log->environment->invoke : NULL;
    if (!in) continue;
    busy = true;
    if (in->begun_ns == 0 || now_ns - in->begun_ns < LONG_NS) continue;
    if (log->invoke != in || !log->announced) announce(view, log, in, now_ns - in->begun_ns);
  }
  if (busy) loop_timer_start(view->options.loop, &view->ticks, TICK_MS);
}

/* Environments that have ended */

static void tell_end(struct view *view, struct view_log *log) {
  show_kept(view, log);
  show_failure(view, log);
  if (!log->unexpected || log->explained) return;
  struct buf *out = view_entry_begin(view);
  if (!out) return;
  view_text_ended(&view->text, out, view_now_ms(view), view_log_writer(log), log->status);
  view_entry_end(view);
}

/* Not before the turn is over: an invocation that failed with it may have been told of meanwhile. */
void view_tell_ends(struct view *view) {
  for (struct view_log *log = view->logs, *next; log; log = next) {
    next = log->next;
    if (log->environment) continue;
    tell_end(view, log);
    view_log_delete(&view->logs, log);
  }
}

void view_turn_over(void *ctx) {
  struct view *view = ctx;
  view_tell_ends(view);
  view_out_flush(&view->out);
}

/* What the pools report */

static void started(void *ctx, const struct environment *e) {
  struct view *view = ctx;
  view_log_of(&view->logs, e);
}

static void begun(void *ctx, const struct environment *e) {
  struct view *view = ctx;
  (void)e;
  if (view->options.json || view->ticks.place != 0) return;
  loop_timer_start(view->options.loop, &view->ticks, TICK_MS);
}

static void show_log_as_json(struct view *view, const struct environment *e, const struct invoke *in, bool is_error,
                             struct str line) {
  struct view_writer writer = { e->pool->options.function->name, e->number };
  struct buf *out = view_entry_begin(view);
  if (!out) return;
  view_json_log(out, view_now_ms(view), writer, in, is_error, line);
  view_entry_end(view);
}

static void line_came(void *ctx, const struct environment *e, const struct invoke *in, bool is_error, struct str line) {
  struct view *view = ctx;
  if (view->options.json) {
    show_log_as_json(view, e, in, is_error, line);
    return;
  }
  if (is_error && view_record_is_ready(line)) return; /* "cold (init 1.2 ms)" tells it */
  struct view_log *log = view_log_of(&view->logs, e);
  if (!log) return;
  if (log->invoke != in) {
    show_kept(view, log);
    view_log_reset(log);
    log->invoke = in;
  }
  if (in && !log->announced)
    view_log_keep(log, is_error, line);
  else
    show_at_once(view, log, is_error, line);
}

/* An invocation failed although no environment had it: one that did not start explains itself that way. */
static void explain_start(struct view *view, const struct pool *pool, struct str report) {
  struct view_log *which = NULL;
  for (struct view_log *log = view->logs; log; log = log->next) {
    bool tells = log->failure.len > 0 && view_record_tells(buf_str(&log->failure), report);
    if (log->pool == pool && (tells || (!which && !log->environment))) which = log;
    if (log->pool == pool && tells) break;
  }
  if (!which) return;
  which->explained = true;
  if (view_record_tells(buf_str(&which->failure), report)) buf_clear(&which->failure);
}

void view_explained(struct view *view, const struct pool *pool) {
  for (struct view_log *log = view->logs; log; log = log->next) {
    if (log->pool != pool) continue;
    log->explained = true;
    buf_clear(&log->failure);
  }
}

static void show_output(struct view *view, struct buf *out, const struct view_log *log, struct str report) {
  struct str lines = buf_str(&log->lines), line;
  for (bool is_error; view_log_next(&lines, &is_error, &line);)
    if (report.len == 0 || !is_error || !view_record_tells(line, report))
      view_text_output(&view->text, out, is_error, line);
  view_text_left_out(&view->text, out, log->left_out);
}

static bool has_ended_it(enum invoke_outcome outcome) {
  return outcome == INVOKE_INIT_ERROR || outcome == INVOKE_TIMED_OUT || outcome == INVOKE_CRASHED;
}

static void show_invocation(struct view *view, const struct pool *pool, const struct invoke *in,
                            const struct view_report *report) {
  struct view_log *log = in->environment > 0 ? view_log_find(view->logs, pool, in->environment) : NULL;
  struct str payload = report ? buf_str(&in->payload) : STR("");
  if (!log && has_ended_it(in->outcome)) explain_start(view, pool, payload);
  if (log && has_ended_it(in->outcome)) log->explained = true;
  if (log && log->failure.len > 0 && view_record_tells(buf_str(&log->failure), payload)) buf_clear(&log->failure);
  if (log) show_failure(view, log);
  struct buf *out = view_entry_begin(view);
  if (out) {
    view_text_invocation(&view->text, out, view_now_ms(view), pool->options.function, in, report);
    if (log && log->invoke == in) show_output(view, out, log, payload);
    view_entry_end(view);
  }
  if (log && log->invoke == in) view_log_reset(log);
}

static void finished(void *ctx, const struct pool *pool, const struct invoke *in) {
  struct view *view = ctx;
  bool failed = in->outcome != INVOKE_RESULT && in->outcome != INVOKE_CANCELLED;
  struct view_report report;
  if (failed) report = view_report_read(buf_str(&in->payload), &view->scratch);
  struct buf *out = view->options.json ? view_entry_begin(view) : NULL;
  if (out) {
    view_json_invocation(out, view_now_ms(view), pool->options.function->name, in, failed ? &report : NULL);
    view_entry_end(view);
  }
  if (!view->options.json) show_invocation(view, pool, in, failed ? &report : NULL);
  if (failed) arena_reset(&view->scratch);
}

/* Whether it ended without being asked to: not at the end of everything, nor by the signals that pools send. */
static bool is_unexpected(const struct environment *e, int status) {
  bool signalled = WIFSIGNALED(status) && (WTERMSIG(status) == SIGTERM || WTERMSIG(status) == SIGKILL);
  return !e->pool->ending && !e->pool->retired && !(e->state == ENVIRONMENT_ENDING && signalled);
}

static void ended(void *ctx, const struct environment *e, int status) {
  struct view *view = ctx;
  struct view_log *log = view_log_of(&view->logs, e);
  struct buf *out = view->options.json ? view_entry_begin(view) : NULL;
  if (out) {
    view_json_ended(out, view_now_ms(view), (struct view_writer){ e->pool->options.function->name, e->number }, status);
    view_entry_end(view);
  }
  if (!log) return;
  log->environment = NULL;
  log->status = status;
  log->unexpected = !view->options.json && is_unexpected(e, status);
  loop_job_add(view->options.loop, &view->turn);
}

struct pool_observer view_observer(struct view *view) {
  return (struct pool_observer){ started, begun, line_came, finished, ended, view };
}
