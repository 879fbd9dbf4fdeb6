#include "environment_turns.h"

#include <signal.h>
#include <stdlib.h>

#include "pool.h"
#include "report.h"

bool environment_is_on_demand(const struct environment *e) {
  return e->pool->options.concurrency == 0;
}

size_t environment_room(const struct environment *e) {
  size_t free_turns = e->places - e->busy;
  if (e->state != ENVIRONMENT_SERVING) return 0;
  return e->poll_count < free_turns ? e->poll_count : free_turns;
}

bool environment_is_at_work(const struct environment *e) {
  return e->busy + e->owed > 0 && e->state != ENVIRONMENT_ENDING;
}

/* What it waits for */

static void wait_ms(struct environment *e, int64_t ms) {
  loop_timer_start(e->pool->options.loop, &e->limit, ms > 0 ? ms : 0);
}

/* While something is at hand the deadlines watch. */
void environment_settle(struct environment *e) {
  bool serving = e->state == ENVIRONMENT_SERVING, draining = e->state == ENVIRONMENT_DRAINING;
  if (!serving && !draining) return;
  loop_timer_stop(e->pool->options.loop, &e->limit);
  if (e->busy > 0) return;
  if (e->owed > 0)
    wait_ms(e, (e->owed_until_ns - clock_monotonic_ns()) / NS_PER_MS);
  else if (draining)
    environment_end(e, INVOKE_CANCELLED);
  else if (e->pool->options.idle_s > 0)
    wait_ms(e, (int64_t)e->pool->options.idle_s * 1000);
}

/* Places that do not poll are lost, and with all of them the environment. */
void environment_waited(struct environment *e) {
  if (e->owed == 0) {
    e->reaped = true;
    environment_end(e, INVOKE_CANCELLED);
  } else if (e->poll_count == 0) {
    environment_kill(e);
  } else {
    e->owed = 0;
    e->owed_until_ns = 0;
    environment_settle(e);
  }
}

/* A place has no invocation any more, and has to poll again by then: deferred functions run meanwhile. */
static void owe(struct environment *e, int64_t until_ns) {
  e->owed++;
  if (until_ns > e->owed_until_ns) e->owed_until_ns = until_ns;
  environment_settle(e);
}

/* Polls */

static void poller_left(struct exchange *x) {
  struct environment *e = x->owner;
  size_t at = 0;
  while (e->polls[at] != x) at++;
  for (e->poll_count--; at < e->poll_count; at++) e->polls[at] = e->polls[at + 1];
  environment_drain(e);
}

/* The newest poll is no longer watched; whoever gets it answers it. */
static struct exchange *take_poll(struct environment *e) {
  struct exchange *x = e->polls[--e->poll_count];
  x->owner = NULL;
  x->left = NULL;
  return x;
}

void environment_polled(struct environment *e, struct exchange *x) {
  bool has_started = e->state == ENVIRONMENT_STARTING;
  e->idle_ns = clock_monotonic_ns();
  if (has_started) {
    e->init_ns = e->idle_ns - e->started_ns;
    e->state = ENVIRONMENT_SERVING;
  }
  if (e->owed > 0)
    e->owed--;
  else if (e->awaited > 0)
    e->awaited--;
  if (e->owed == 0) e->owed_until_ns = 0;
  e->polls[e->poll_count++] = x;
  x->owner = e;
  x->left = poller_left;
  environment_settle(e);
  if (has_started) pool_environment_started(e->pool, e, STR(""));
  pool_environment_polled(e->pool, e);
}

/* Invocations */

static void note_begin(struct environment *e, struct invoke *in) {
  in->begun_ns = clock_monotonic_ns();
  in->environment = e->number;
  in->cold = !e->served;
  in->init_ns = in->cold ? e->init_ns : 0;
  e->served = true;
  e->invocations++;
}

void environment_give(struct environment *e, struct invoke *in) {
  const struct pool_observer *observer = &e->pool->options.observer;
  struct turn *turn = turn_free(e->turns, e->places);
  process_read(&e->process); /* what it wrote before belongs to nobody, or to others */
  note_begin(e, in);
  turn_begin(turn, e->pool->options.loop, in, (int64_t)e->pool->options.function->timeout_s * 1000);
  e->busy++;
  environment_settle(e);
  environment_deliver(turn, take_poll(e));
  if (observer->begun) observer->begun(observer->ctx, e, in);
}

void environment_release(struct turn *turn, enum invoke_outcome outcome) {
  struct environment *e = turn->environment;
  process_read(&e->process);
  struct invoke *in = turn_end(turn, e->pool->options.loop, outcome == INVOKE_TIMED_OUT);
  e->busy--;
  in->outcome = outcome;
  pool_finish(e->pool, in);
}

void environment_answered(struct turn *turn, enum invoke_outcome outcome) {
  environment_release(turn, outcome);
  owe(turn->environment, turn->due_ns + (int64_t)ENVIRONMENT_DEFER_MS * NS_PER_MS);
}

/* On-demand Lambda kills the process. Managed Instances leave it to the others that it has at hand; bootstrap ends its
 * handlers by itself, or, when it cannot, the process. */
static void time_is_over(void *ctx) {
  struct turn *turn = ctx;
  struct environment *e = turn->environment;
  report_timeout(&turn->invoke->payload, str_from(turn->request_id), e->pool->options.function->timeout_s);
  environment_release(turn, INVOKE_TIMED_OUT);
  if (environment_is_on_demand(e))
    environment_kill(e);
  else
    owe(e, clock_monotonic_ns() + (int64_t)ENVIRONMENT_DEFER_MS * NS_PER_MS);
}

/* Lines */

/* Records of the runtime, and its metrics, say whose they are. An id is random: no other line has it by chance. */
static struct invoke *named_in(const struct environment *e, struct str line) {
  static const struct str name = { "\"requestId\":\"", 13 };
  for (size_t at = 0; (at = str_find(line, name, at)) != SIZE_MAX;) {
    at += name.len;
    const struct turn *turn = turn_find(e->turns, e->places, str_slice(line, at, at + UUID_LEN - 1), STR(""));
    if (turn) return turn->invoke;
  }
  return NULL;
}

/* Other lines can only be those of the one that is alone; what its predecessors do deferred may write, too. */
struct invoke *environment_writer(const struct environment *e, struct str line) {
  if (environment_is_on_demand(e)) return e->turns[0].invoke;
  struct invoke *found = str_starts(line, STR("{")) ? named_in(e, line) : NULL;
  if (found || e->busy != 1 || e->owed > 0) return found;
  size_t at = 0;
  while (!e->turns[at].invoke) at++;
  return e->turns[at].invoke;
}

/* Its life */

bool environment_turns_init(struct environment *e, size_t places) {
  e->turns = calloc(places, sizeof *e->turns);
  e->polls = calloc(places, sizeof *e->polls);
  if (!e->turns || !e->polls) return false;
  e->places = e->awaited = places;
  for (size_t i = 0; i < places; i++)
    e->turns[i] = (struct turn){ .environment = e, .limit = { .fire = time_is_over, .ctx = &e->turns[i] } };
  return true;
}

void environment_turns_free(struct environment *e) {
  static const struct fields none = { NULL, 0 };
  while (e->poll_count > 0) exchange_answer(take_poll(e), 500, none, STR(""));
  free(e->turns);
  free(e->polls);
}
