#include "environment.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "environment_start.h"
#include "pool.h"
#include "report.h"
#include "task_root.h"

/* The invocation at hand */

/* An invocation that has its outcome leaves, behind everything that was written while it was at hand. */
static void release(struct environment *e, enum invoke_outcome outcome) {
  process_read(&e->process);
  struct invoke *in = e->invoke;
  e->invoke = NULL;
  in->outcome = outcome;
  pool_finish(e->pool, in);
}

/* The one for whose sake the environment was started, or whoever waits longest now. NULL when nobody does. */
static struct invoke *take_victim(struct environment *e, enum invoke_outcome outcome) {
  struct invoke *in = pool_take(e->pool);
  if (!in) return NULL;
  in->outcome = outcome;
  in->environment = e->number;
  in->cold = true;
  return in;
}

static void note_begin(struct environment *e, struct invoke *in) {
  in->begun_ns = clock_monotonic_ns();
  in->environment = e->number;
  in->cold = !e->served;
  in->init_ns = in->cold ? e->init_ns : 0;
  e->served = true;
}

/* Ending */

static void await_end(struct environment *e) {
  e->state = ENVIRONMENT_ENDING;
  loop_timer_start(e->pool->options.loop, &e->limit, ENVIRONMENT_GRACE_MS);
}

static void kill_now(struct environment *e) {
  e->state = ENVIRONMENT_ENDING;
  process_signal(&e->process, SIGKILL);
}

void environment_end(struct environment *e, enum invoke_outcome outcome) {
  if (e->state == ENVIRONMENT_ENDING) return;
  if (e->invoke) release(e, outcome);
  await_end(e);
  process_signal(&e->process, SIGTERM);
}

void environment_failed_to_start(struct environment *e, struct str report) {
  struct buf shown;
  process_read(&e->process);
  buf_init(&shown, ENVIRONMENT_BODY_MAX);
  report = task_root_show(&shown, report, e->pool->options.task_root, e->pool->options.project->directory);
  struct invoke *in = take_victim(e, INVOKE_INIT_ERROR);
  if (in) {
    buf_add(&in->payload, report);
    pool_finish(e->pool, in);
  }
  await_end(e); /* it exits by itself */
  pool_environment_started(e->pool, e, report);
  buf_free(&shown);
}

/* The start was cut short: the report is one of ours. `id` of it: that of the victim, if there is one. */
static void start_failed(struct environment *e, enum invoke_outcome outcome, int status) {
  struct invoke *in = take_victim(e, outcome);
  struct str id = str_from(in ? in->request_id : "");
  struct buf report;
  buf_init(&report, 4096);
  if (outcome == INVOKE_TIMED_OUT)
    report_init_timeout(&report, id, POOL_INIT_MS / 1000);
  else
    report_exit(&report, id, status);
  if (in) {
    buf_add(&in->payload, buf_str(&report));
    pool_finish(e->pool, in);
  }
  pool_environment_started(e->pool, e, buf_str(&report));
  buf_free(&report);
}

static void start_took_too_long(struct environment *e) {
  process_read(&e->process);
  start_failed(e, INVOKE_TIMED_OUT, 0);
}

static void limit_reached(void *ctx) {
  struct environment *e = ctx;
  if (e->state == ENVIRONMENT_STARTING) start_took_too_long(e);
  if (e->invoke) {
    report_timeout(&e->invoke->payload, str_from(e->invoke->request_id), e->pool->options.function->timeout_s);
    release(e, INVOKE_TIMED_OUT);
  }
  kill_now(e);
}

static void crashed(struct environment *e, int status) {
  if (e->state == ENVIRONMENT_STARTING) start_failed(e, INVOKE_CRASHED, status);
  if (!e->invoke) return;
  report_exit(&e->invoke->payload, str_from(e->invoke->request_id), status);
  release(e, INVOKE_CRASHED);
}

static void process_ended(void *ctx, int status) {
  struct environment *e = ctx;
  struct pool *pool = e->pool;
  const struct pool_observer *observer = &pool->options.observer;
  crashed(e, status);
  e->state = ENVIRONMENT_ENDING;
  pool_tell(pool); /* first its invocation, then itself */
  if (observer->ended) observer->ended(observer->ctx, e, status);
  pool_environment_ended(pool, e);
}

/* Its poll */

static void poller_left(struct exchange *x) {
  struct environment *e = x->owner;
  e->poll = NULL;
  environment_end(e, INVOKE_CANCELLED);
}

/* What waits at *place is no longer watched; whoever gets it answers it. */
static struct exchange *take(struct exchange **place) {
  struct exchange *x = *place;
  *place = NULL;
  x->owner = NULL;
  x->left = NULL;
  return x;
}

void environment_polled(struct environment *e, struct exchange *x) {
  int64_t now = clock_monotonic_ns();
  bool has_started = e->state == ENVIRONMENT_STARTING;
  if (has_started) e->init_ns = now - e->started_ns;
  e->state = ENVIRONMENT_IDLE;
  e->idle_ns = now;
  e->poll = x;
  x->owner = e;
  x->left = poller_left;
  loop_timer_stop(e->pool->options.loop, &e->limit);
  if (has_started) pool_environment_started(e->pool, e, STR(""));
  pool_environment_idle(e->pool, e);
}

static void extension_left(struct exchange *x) {
  struct environment *e = x->owner;
  e->extension = NULL;
}

void environment_extension_polled(struct environment *e, struct exchange *x) {
  e->extension = x;
  x->owner = e;
  x->left = extension_left;
}

bool environment_is_ready(struct environment *e) {
  if (process_is_alive(&e->process)) return true;
  e->state = ENVIRONMENT_ENDING;
  return false;
}

void environment_give(struct environment *e, struct invoke *in) {
  int64_t timeout_ms = (int64_t)e->pool->options.function->timeout_s * 1000;
  process_read(&e->process); /* what it wrote before belongs to nobody */
  note_begin(e, in);
  e->invoke = in;
  e->state = ENVIRONMENT_BUSY;
  e->deadline_ms = clock_unix_ms() + timeout_ms;
  e->due_ns = in->begun_ns + timeout_ms * NS_PER_MS;
  invoke_make_id(e->nonce);
  loop_timer_start(e->pool->options.loop, &e->limit, timeout_ms);
  environment_deliver(e, take(&e->poll));
  const struct pool_observer *observer = &e->pool->options.observer;
  if (observer->begun) observer->begun(observer->ctx, e);
}

void environment_answered(struct environment *e, enum invoke_outcome outcome) {
  int64_t left_ms = (e->due_ns - clock_monotonic_ns()) / NS_PER_MS + ENVIRONMENT_DEFER_MS;
  release(e, outcome);
  loop_timer_start(e->pool->options.loop, &e->limit, left_ms);
}

/* Its life */

static void line_came(void *ctx, bool is_error, struct str line) {
  const struct environment *e = ctx;
  const struct pool_options *options = &e->pool->options;
  struct buf shown;
  buf_init(&shown, 2 * PROCESS_LINE_MAX);
  line = task_root_show(&shown, line, options->task_root, options->project->directory);
  if (e->invoke) invoke_keep_line(e->invoke, line);
  if (options->observer.line) options->observer.line(options->observer.ctx, e, e->invoke, is_error, line);
  buf_free(&shown);
}

struct environment *environment_new(struct pool *pool, int number, char err[ERR_LEN]) {
  static const struct process_events events = { line_came, process_ended };
  struct environment *e = calloc(1, sizeof *e);
  if (!e) {
    fail(err, "out of memory");
    return NULL;
  }
  *e = (struct environment){ .pool = pool, .number = number, .limit = { .fire = limit_reached, .ctx = e } };
  e->started_ns = clock_monotonic_ns();
  if (environment_start(e, &events, err)) {
    loop_timer_start(pool->options.loop, &e->limit, POOL_INIT_MS);
    return e;
  }
  free(e);
  return NULL;
}

void environment_delete(struct environment *e) {
  static const struct fields none = { NULL, 0 };
  loop_timer_stop(e->pool->options.loop, &e->limit);
  process_free(&e->process);
  if (e->poll) exchange_answer(take(&e->poll), 500, none, STR(""));
  if (e->extension) exchange_answer(take(&e->extension), 500, none, STR(""));
  invoke_delete(e->invoke);
  free(e);
}
