#include "environment.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "environment_start.h"
#include "environment_turns.h"
#include "pool.h"
#include "report.h"
#include "task_root.h"

/* Ending */

static void await_end(struct environment *e) {
  e->state = ENVIRONMENT_ENDING;
  loop_timer_start(e->pool->options.loop, &e->limit, ENVIRONMENT_GRACE_MS);
}

void environment_kill(struct environment *e) {
  e->state = ENVIRONMENT_ENDING;
  process_signal(&e->process, SIGKILL);
}

static void release_all(struct environment *e, enum invoke_outcome outcome) {
  for (size_t i = 0; e->busy > 0; i++)
    if (e->turns[i].invoke) environment_release(&e->turns[i], outcome);
}

void environment_end(struct environment *e, enum invoke_outcome outcome) {
  if (e->state == ENVIRONMENT_ENDING) return;
  release_all(e, outcome);
  await_end(e);
  process_signal(&e->process, SIGTERM);
}

void environment_drain(struct environment *e) {
  if (e->state == ENVIRONMENT_STARTING) environment_end(e, INVOKE_CANCELLED);
  if (e->state == ENVIRONMENT_ENDING) return;
  e->state = ENVIRONMENT_DRAINING;
  environment_settle(e);
}

/* Starts that fail */

/* One of those for whose sake the environment was started, or whoever waits longest now. NULL when nobody does. */
static struct invoke *take_victim(struct environment *e, enum invoke_outcome outcome) {
  struct invoke *in = pool_take(e->pool);
  if (!in) return NULL;
  in->outcome = outcome;
  in->environment = e->number;
  in->cold = true;
  return in;
}

void environment_failed_to_start(struct environment *e, struct str report) {
  struct invoke *in;
  struct buf shown;
  process_read(&e->process);
  buf_init(&shown, ENVIRONMENT_BODY_MAX);
  report = task_root_show(&shown, report, e->pool->options.task_root, e->pool->options.project->directory);
  for (size_t i = 0; i < e->places && (in = take_victim(e, INVOKE_INIT_ERROR)); i++) {
    buf_add(&in->payload, report);
    pool_finish(e->pool, in);
  }
  await_end(e); /* it exits by itself */
  pool_environment_started(e->pool, e, report);
  buf_free(&shown);
}

/* The report is one of ours. `id` of it: that of the victim, if there is one. */
static void write_report(struct buf *report, const struct invoke *in, enum invoke_outcome outcome, int status) {
  struct str id = str_from(in ? in->request_id : "");
  if (outcome == INVOKE_TIMED_OUT)
    report_init_timeout(report, id, POOL_INIT_MS / 1000);
  else
    report_exit(report, id, status);
}

/* The start was cut short. */
static void start_failed(struct environment *e, enum invoke_outcome outcome, int status) {
  struct invoke *in;
  struct buf report;
  for (size_t i = 0; i < e->places && (in = take_victim(e, outcome)); i++) {
    write_report(&in->payload, in, outcome, status);
    pool_finish(e->pool, in);
  }
  buf_init(&report, 4096);
  write_report(&report, NULL, outcome, status);
  pool_environment_started(e->pool, e, buf_str(&report));
  buf_free(&report);
}

static void start_took_too_long(struct environment *e) {
  process_read(&e->process);
  start_failed(e, INVOKE_TIMED_OUT, 0);
  environment_kill(e);
}

/* What happens to the process */

static void limit_reached(void *ctx) {
  struct environment *e = ctx;
  if (e->state == ENVIRONMENT_STARTING)
    start_took_too_long(e);
  else if (e->state == ENVIRONMENT_ENDING)
    environment_kill(e);
  else
    environment_waited(e);
}

static void crashed(struct environment *e, int status) {
  if (e->state == ENVIRONMENT_STARTING) start_failed(e, INVOKE_CRASHED, status);
  for (size_t i = 0; i < e->places; i++)
    if (e->turns[i].invoke) report_exit(&e->turns[i].invoke->payload, str_from(e->turns[i].request_id), status);
  release_all(e, INVOKE_CRASHED);
}

static void process_ended(void *ctx, int status) {
  struct environment *e = ctx;
  struct pool *pool = e->pool;
  const struct pool_observer *observer = &pool->options.observer;
  crashed(e, status);
  pool_tell(pool); /* first its invocations, then itself */
  if (observer->ended) observer->ended(observer->ctx, e, status);
  pool_environment_ended(pool, e);
}

static void line_came(void *ctx, bool is_error, struct str line) {
  const struct environment *e = ctx;
  const struct pool_options *options = &e->pool->options;
  struct invoke *in = environment_writer(e, line);
  struct buf shown;
  buf_init(&shown, 2 * PROCESS_LINE_MAX);
  line = task_root_show(&shown, line, options->task_root, options->project->directory);
  if (in) invoke_keep_line(in, line);
  if (options->observer.line) options->observer.line(options->observer.ctx, e, in, is_error, line);
  buf_free(&shown);
}

bool environment_is_ready(struct environment *e) {
  if (process_is_alive(&e->process)) return true;
  e->state = ENVIRONMENT_ENDING;
  return false;
}

/* Its extension */

static void extension_left(struct exchange *x) {
  struct environment *e = x->owner;
  e->extension = NULL;
}

void environment_extension_polled(struct environment *e, struct exchange *x) {
  e->extension = x;
  x->owner = e;
  x->left = extension_left;
}

static void answer_extension(struct environment *e) {
  static const struct fields none = { NULL, 0 };
  struct exchange *x = e->extension;
  if (!x) return;
  e->extension = NULL;
  x->owner = NULL;
  x->left = NULL;
  exchange_answer(x, 500, none, STR(""));
}

/* Its life */

struct environment *environment_new(struct pool *pool, int number, char err[ERR_LEN]) {
  static const struct process_events events = { line_came, process_ended };
  int places = pool->options.concurrency > 0 ? pool->options.concurrency : 1;
  struct environment *e = calloc(1, sizeof *e);
  if (!e) {
    fail(err, "out of memory");
    return NULL;
  }
  *e = (struct environment){ .pool = pool, .number = number, .limit = { .fire = limit_reached, .ctx = e } };
  e->started_ns = clock_monotonic_ns();
  bool ok = environment_turns_init(e, (size_t)places) || fail(err, "out of memory");
  if (ok && environment_start(e, &events, err)) {
    loop_timer_start(pool->options.loop, &e->limit, POOL_INIT_MS);
    return e;
  }
  environment_turns_free(e);
  free(e);
  return NULL;
}

void environment_delete(struct environment *e) {
  release_all(e, INVOKE_CANCELLED);
  loop_timer_stop(e->pool->options.loop, &e->limit);
  process_free(&e->process);
  answer_extension(e);
  environment_turns_free(e);
  free(e);
}
