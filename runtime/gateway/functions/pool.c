#include "pool.h"

#include <string.h>

#include "digest.h"
#include "report.h"

/* What waits */

/* What an invocation that waits costs. */
static size_t weight(const struct invoke *in) {
  return sizeof *in + in->event.len;
}

static void pool_put(struct pool *pool, struct invoke *in) {
  invoke_queue_add(&pool->waiting, in);
  pool->waiting_count++;
  pool->waiting_bytes += weight(in);
  in->pool = pool;
}

static void pool_remove(struct pool *pool, struct invoke *in) {
  invoke_queue_remove(&pool->waiting, in);
  pool->waiting_count--;
  pool->waiting_bytes -= weight(in);
  in->pool = NULL;
}

struct invoke *pool_take(struct pool *pool) {
  struct invoke *in = pool->waiting.first;
  if (in) pool_remove(pool, in);
  return in;
}

/* Telling */

void pool_finish(struct pool *pool, struct invoke *in) {
  in->done_ns = clock_monotonic_ns();
  in->generation = pool->options.generation;
  in->event_bytes = in->event.len;
  in->payload_bytes = in->payload.len;
  invoke_queue_add(&pool->finished, in);
  loop_job_add(pool->options.loop, &pool->job);
}

void pool_tell(struct pool *pool) {
  const struct pool_observer *observer = &pool->options.observer;
  struct invoke *in;
  while ((in = invoke_queue_take(&pool->finished))) {
    if (in->done) in->done(in);
    if (!in->note[0] && pool->options.note) fail(in->note, "%s", pool->options.note);
    if (observer->finished) observer->finished(observer->ctx, pool, in);
    invoke_delete(in);
  }
}

/* Environments for what waits */

/* One that has served is warm; of two the one that polled last is the warmer. */
static bool is_warmer(const struct environment *a, const struct environment *b) {
  return a->served != b->served ? a->served : a->idle_ns > b->idle_ns;
}

static struct environment *environment_with_room(const struct pool *pool) {
  struct environment *best = NULL;
  for (struct environment *e = pool->environments; e; e = e->next)
    if (environment_room(e) > 0 && (!best || is_warmer(e, best))) best = e;
  return best;
}

static void give_to_waiting_polls(struct pool *pool) {
  struct environment *e;
  while (pool->waiting.first && (e = environment_with_room(pool)))
    if (environment_is_ready(e)) environment_give(e, pool_take(pool));
}

/* Places of environments that will soon poll for the first time. */
static size_t count_coming(const struct pool *pool) {
  size_t count = 0;
  for (const struct environment *e = pool->environments; e; e = e->next)
    if (e->state == ENVIRONMENT_STARTING || e->state == ENVIRONMENT_SERVING) count += e->awaited;
  return count;
}

static bool start_one(struct pool *pool, char err[ERR_LEN]) {
  const struct pool_observer *observer = &pool->options.observer;
  int *last_number = pool->options.last_number ? pool->options.last_number : &pool->last_number;
  struct environment *e = environment_new(pool, *last_number + 1, err);
  if (!e) return false;
  ++*last_number;
  pool->environment_count++;
  e->next = pool->environments;
  pool->environments = e;
  if (observer->started) observer->started(observer->ctx, e);
  return true;
}

/* Without an environment nobody would ever serve it. */
static void refuse_oldest(struct pool *pool, const char *why) {
  struct invoke *in = pool_take(pool);
  in->outcome = INVOKE_THROTTLED;
  report_write(&in->payload, STR("Runtime.InvalidEntrypoint"), str_from(why));
  pool_finish(pool, in);
}

static void start_for_waiting(struct pool *pool) {
  char err[ERR_LEN];
  for (size_t coming = count_coming(pool); coming < pool->waiting_count;) {
    if (pool->environment_count >= pool->options.most) return;
    if (start_one(pool, err)) {
      coming += pool->environments->places;
    } else {
      if (pool->environment_count > 0) return; /* those that run will take it */
      refuse_oldest(pool, err);
    }
  }
}

/* A retired pool gets nothing more. */
static void drain(struct pool *pool) {
  if (!pool->retired || pool->waiting.first) return;
  for (struct environment *e = pool->environments; e; e = e->next) environment_drain(e);
}

static void end_if_empty(struct pool *pool) {
  void (*ended)(void *ctx) = pool->ended;
  if (pool->environments || pool->waiting.first || !ended) return;
  pool->ended = NULL;
  ended(pool->ended_ctx);
}

static void tell_tried(struct pool *pool, struct str report) {
  void (*tried)(void *ctx, const struct pool *pool, struct str report) = pool->tried;
  pool->first = NULL;
  pool->tried = NULL;
  if (tried) tried(pool->tried_ctx, pool, report);
}

void pool_environment_started(struct pool *pool, const struct environment *e, struct str report) {
  if (e == pool->first) tell_tried(pool, report);
}

static void tell_no_start(struct pool *pool, const char *why) {
  struct buf report;
  buf_init(&report, 2 * ERR_LEN * 6); /* whatever has to be escaped */
  report_write(&report, STR("Runtime.InvalidEntrypoint"), str_from(why));
  tell_tried(pool, buf_str(&report));
  buf_free(&report);
}

/* The first one, before anybody waits for it. When that fails, the first invocation will say why. */
static void warm_up(struct pool *pool) {
  char err[ERR_LEN];
  bool cold = pool->warming && pool->environment_count == 0;
  pool->warming = false;
  if (!cold) return;
  if (start_one(pool, err))
    pool->first = pool->environments;
  else
    tell_no_start(pool, err);
}

static void work(void *ctx) {
  struct pool *pool = ctx;
  give_to_waiting_polls(pool);
  if (!pool->ending) start_for_waiting(pool);
  if (!pool->ending) warm_up(pool);
  drain(pool);
  pool_tell(pool);
  end_if_empty(pool);
}

void pool_environment_polled(struct pool *pool, struct environment *e) {
  struct invoke *in = environment_room(e) > 0 ? pool_take(pool) : NULL;
  if (in)
    environment_give(e, in);
  else if (pool->retired)
    loop_job_add(pool->options.loop, &pool->job);
}

void pool_environment_ended(struct pool *pool, struct environment *e) {
  struct environment **link = &pool->environments;
  while (*link != e) link = &(*link)->next;
  *link = e->next;
  pool->environment_count--;
  if (pool->first == e) pool->first = NULL;
  environment_delete(e);
  loop_job_add(pool->options.loop, &pool->job);
}

struct environment *pool_environment(struct pool *pool, struct str key) {
  struct environment *found = NULL;
  for (struct environment *e = pool->environments; e; e = e->next)
    if (digest_equal(str_from(e->key), key)) found = e;
  return found;
}

size_t pool_at_work(const struct pool *pool) {
  size_t count = 0;
  for (const struct environment *e = pool->environments; e; e = e->next) count += environment_is_at_work(e);
  return count;
}

void pool_warm_up(struct pool *pool) {
  pool->warming = true;
  loop_job_add(pool->options.loop, &pool->job);
}

void pool_try(struct pool *pool, void (*tried)(void *ctx, const struct pool *pool, struct str report), void *ctx) {
  pool->tried = tried;
  pool->tried_ctx = ctx;
  pool_warm_up(pool);
}

/* Invocations */

static void refuse(struct pool *pool, struct invoke *in, enum invoke_outcome outcome) {
  in->outcome = outcome;
  if (outcome == INVOKE_THROTTLED) report_throttled(&in->payload);
  pool_finish(pool, in);
}

void pool_invoke(struct pool *pool, struct invoke *in) {
  if (!in->request_id[0]) invoke_make_id(in->request_id);
  in->asked_ns = clock_monotonic_ns();
  if (pool->ending) {
    refuse(pool, in, INVOKE_CANCELLED);
  } else if (weight(in) > POOL_WAITING_MAX - pool->waiting_bytes) {
    refuse(pool, in, INVOKE_THROTTLED);
  } else {
    pool_put(pool, in);
    loop_job_add(pool->options.loop, &pool->job);
  }
}

void pool_abandon(struct invoke *in) {
  struct pool *pool = in->pool;
  if (!pool) return;
  pool_remove(pool, in);
  refuse(pool, in, INVOKE_CANCELLED);
}

/* The whole */

void pool_init(struct pool *pool, const struct pool_options *options) {
  *pool = (struct pool){ .options = *options };
  pool->job = (struct loop_job){ .run = work, .ctx = pool };
  invoke_queue_init(&pool->waiting);
  invoke_queue_init(&pool->finished);
}

void pool_retire(struct pool *pool, struct pool *heir, void (*ended)(void *ctx), void *ctx) {
  struct invoke *in;
  pool->retired = true;
  pool->tried = NULL;
  pool->ended = ended;
  pool->ended_ctx = ctx;
  while (heir && (in = pool_take(pool))) pool_put(heir, in);
  if (heir) loop_job_add(heir->options.loop, &heir->job);
  loop_job_add(pool->options.loop, &pool->job);
}

void pool_end(struct pool *pool, void (*ended)(void *ctx), void *ctx) {
  struct invoke *in;
  pool->ending = true;
  pool->tried = NULL;
  pool->ended = ended;
  pool->ended_ctx = ctx;
  while ((in = pool_take(pool))) refuse(pool, in, INVOKE_CANCELLED);
  for (struct environment *e = pool->environments; e; e = e->next) environment_end(e, INVOKE_CANCELLED);
  loop_job_add(pool->options.loop, &pool->job);
}

void pool_free(struct pool *pool) {
  struct environment *e;
  struct invoke *in;
  if (!pool->options.loop) return;
  while ((in = pool_take(pool))) refuse(pool, in, INVOKE_CANCELLED);
  while ((e = pool->environments)) {
    pool->environments = e->next;
    environment_delete(e);
  }
  pool_tell(pool);
  loop_job_stop(pool->options.loop, &pool->job);
  memset(pool, 0, sizeof *pool);
}
