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
static void show_failure(struct view *view, const struct view_log *log, struct view_lines *lines) {
  if (lines->failure.len == 0) return;
  show_line(view, log, true, buf_str(&lines->failure));
  buf_clear(&lines->failure);
}

static void forget_failure(struct view_lines *lines, struct str report) {
  if (lines->failure.len > 0 && view_record_tells(buf_str(&lines->failure), report)) buf_clear(&lines->failure);
}

static void show_at_once(struct view *view, const struct view_log *log, struct view_lines *lines, bool is_error,
                         struct str line) {
  if (lines->failure.len > 0 && is_error && (view_metrics_is_line(line) || view_record_is_event(line))) {
    show_line(view, log, is_error, line); /* behind the failure comes its event, and what was counted */
    return;
  }
  show_failure(view, log, lines);
  if (is_error && view_record_is_failure(line)) buf_add(&lines->failure, line);
  if (lines->failure.len == 0) show_line(view, log, is_error, line);
}

static void show_kept(struct view *view, const struct view_log *log, struct view_lines *lines) {
  struct str rest = buf_str(&lines->kept), line;
  for (bool is_error; view_lines_next(&rest, &is_error, &line);) show_at_once(view, log, lines, is_error, line);
  if (lines->left_out > 0) {
    struct buf *out = view_entry_begin(view);
    if (out) view_text_left_out(&view->text, out, lines->left_out);
    if (out) view_entry_end(view);
  }
  buf_clear(&lines->kept);
  lines->left_out = 0;
}

/* Invocations that last */

static void announce(struct view *view, const struct view_log *log, struct view_lines *lines, int64_t since_ns) {
  struct buf *out = view_entry_begin(view);
  if (!out) return;
  view_text_running(&view->text, out, view_now_ms(view), log->function, lines->invoke, since_ns);
  view_entry_end(view);
  lines->announced = true;
  show_kept(view, log, lines);
}

void view_tick(void *ctx) {
  struct view *view = ctx;
  int64_t now_ns = clock_monotonic_ns();
  bool busy = false;
  for (const struct view_log *log = view->logs; log; log = log->next) {
    for (struct view_lines *lines = log->invocations; lines; lines = lines->next) {
      if (!lines->invoke) continue;
      int64_t since_ns = now_ns - lines->invoke->begun_ns;
      busy = true;
      if (since_ns >= LONG_NS && !lines->announced) announce(view, log, lines, since_ns);
    }
  }
  if (busy) loop_timer_start(view->options.loop, &view->ticks, TICK_MS);
}

/* Environments that have ended */

static void tell_end(struct view *view, const struct view_log *log, struct buf *out) {
  if (log->idle_s > 0)
    view_text_reaped(&view->text, out, view_now_ms(view), view_log_writer(log), log->idle_s);
  else
    view_text_ended(&view->text, out, view_now_ms(view), view_log_writer(log), log->status);
}

static void close_log(struct view *view, struct view_log *log) {
  show_failure(view, log, &log->own);
  if (log->idle_s == 0 && (!log->unexpected || log->explained)) return;
  struct buf *out = view_entry_begin(view);
  if (!out) return;
  tell_end(view, log, out);
  view_entry_end(view);
}

/* Not before the turn is over: an invocation that failed with it may have been told of meanwhile. */
void view_tell_ends(struct view *view) {
  for (struct view_log *log = view->logs, *next; log; log = next) {
    next = log->next;
    if (log->environment) continue;
    close_log(view, log);
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

static void begun(void *ctx, const struct environment *e, const struct invoke *in) {
  struct view *view = ctx;
  struct view_log *log = view->options.json ? NULL : view_log_of(&view->logs, e);
  if (!log) return;
  view_log_lines(log, in);
  if (view->ticks.place == 0) loop_timer_start(view->options.loop, &view->ticks, TICK_MS);
}

static void tell_log(struct view *view, const struct environment *e, const struct invoke *in, bool is_error,
                     struct str line) {
  struct view_writer writer = { e->pool->options.function->name, e->number };
  struct buf *json = view_tap_begin(view);
  if (!json) return;
  view_json_log(json, view_now_ms(view), writer, in, is_error, line);
  view_tap_end(view, VIEW_LOG, in);
}

static void line_came(void *ctx, const struct environment *e, const struct invoke *in, bool is_error, struct str line) {
  struct view *view = ctx;
  tell_log(view, e, in, is_error, line);
  if (view->options.json) return;
  if (is_error && view_record_is_ready(line)) return; /* "cold (init 1.2 ms)" tells it */
  struct view_log *log = view_log_of(&view->logs, e);
  struct view_lines *lines = log && in ? view_log_lines(log, in) : NULL;
  if (!log || (in && !lines)) return;
  if (lines && !lines->announced)
    view_lines_keep(lines, is_error, line);
  else
    show_at_once(view, log, lines ? lines : &log->own, is_error, line);
}

/* An invocation failed although no environment had it: one that did not start explains itself that way. */
static void explain_start(struct view *view, const struct pool *pool, struct str report) {
  struct view_log *which = NULL;
  for (struct view_log *log = view->logs; log; log = log->next) {
    bool tells = log->own.failure.len > 0 && view_record_tells(buf_str(&log->own.failure), report);
    if (log->pool == pool && (tells || (!which && !log->environment))) which = log;
    if (log->pool == pool && tells) break;
  }
  if (!which) return;
  which->explained = true;
  forget_failure(&which->own, report);
}

void view_explained(struct view *view, const struct pool *pool) {
  for (struct view_log *log = view->logs; log; log = log->next) {
    if (log->pool != pool) continue;
    log->explained = true;
    buf_clear(&log->own.failure);
  }
}

static void show_output(struct view *view, struct buf *out, const struct view_lines *lines, struct str report) {
  struct str rest = buf_str(&lines->kept), line;
  for (bool is_error; view_lines_next(&rest, &is_error, &line);)
    if (report.len == 0 || !is_error || !view_record_tells(line, report))
      view_text_output(&view->text, out, is_error, line);
  view_text_left_out(&view->text, out, lines->left_out);
}

/* Managed Instances outlive a timeout. */
static bool has_ended_it(const struct pool *pool, enum invoke_outcome outcome) {
  return outcome == INVOKE_INIT_ERROR || outcome == INVOKE_CRASHED ||
         (outcome == INVOKE_TIMED_OUT && pool->options.concurrency == 0);
}

/* Before the line of an invocation: why its environment has ended, and what was written that the report does not tell. */
static void show_before(struct view *view, struct view_log *log, struct view_lines *lines, const struct pool *pool,
                        const struct invoke *in, struct str report) {
  if (!log && has_ended_it(pool, in->outcome)) explain_start(view, pool, report);
  if (!log) return;
  if (has_ended_it(pool, in->outcome)) log->explained = true;
  forget_failure(&log->own, report);
  show_failure(view, log, &log->own);
  if (!lines) return;
  forget_failure(lines, report);
  show_failure(view, log, lines);
}

static void show_invocation(struct view *view, const struct pool *pool, const struct invoke *in,
                            const struct view_report *report) {
  struct view_log *log = in->environment > 0 ? view_log_find(view->logs, pool, in->environment) : NULL;
  struct view_lines *lines = log ? view_log_find_lines(log, in) : NULL;
  struct str payload = report ? buf_str(&in->payload) : STR("");
  show_before(view, log, lines, pool, in, payload);
  struct buf *out = view_entry_begin(view);
  if (out) {
    view_text_invocation(&view->text, out, view_now_ms(view), pool->options.function, in, report);
    if (lines) show_output(view, out, lines, payload);
    view_entry_end(view);
  }
  if (lines) view_lines_reset(lines);
}

static void finished(void *ctx, const struct pool *pool, struct invoke *in) {
  struct view *view = ctx;
  bool failed = in->outcome != INVOKE_RESULT && in->outcome != INVOKE_CANCELLED;
  struct view_report report;
  if (failed) report = view_report_read(buf_str(&in->payload), &view->scratch);
  if (!view->options.json) show_invocation(view, pool, in, failed ? &report : NULL);
  view_tap_invocation(view, pool, in, failed ? &report : NULL);
  if (failed) arena_reset(&view->scratch);
}

/* Whether it ended without being asked to: not at the end of everything, nor for idleness, nor by the signals that pools
 * send. */
static bool is_unexpected(const struct environment *e, int status) {
  bool signalled = WIFSIGNALED(status) && (WTERMSIG(status) == SIGTERM || WTERMSIG(status) == SIGKILL);
  return !e->pool->ending && !e->pool->retired && !e->reaped && !(e->state == ENVIRONMENT_ENDING && signalled);
}

static void ended(void *ctx, const struct environment *e, int status) {
  struct view *view = ctx;
  struct view_log *log = view_log_of(&view->logs, e);
  struct buf *json = view_tap_begin(view);
  if (json) {
    view_json_ended(json, view_now_ms(view), (struct view_writer){ e->pool->options.function->name, e->number }, status,
                    e->reaped);
    view_tap_end(view, VIEW_ENDED, NULL);
  }
  if (!log) return;
  log->environment = NULL;
  log->status = status;
  log->unexpected = !view->options.json && is_unexpected(e, status);
  log->idle_s = !view->options.json && e->reaped ? e->pool->options.idle_s : 0;
  loop_job_add(view->options.loop, &view->turn);
}

struct pool_observer view_observer(struct view *view) {
  return (struct pool_observer){ started, begun, line_came, finished, ended, view };
}
