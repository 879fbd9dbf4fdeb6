#include "console_feed.h"

#include <stdlib.h>

enum { BODY_MAX = 64 * 1024 * 1024, KEEP = 2 * CONSOLE_FEED_BYTES, HEADERS = 2 };

struct console_poll {
  struct console_feed *feed;
  struct exchange *x;
  uint64_t after;
  bool is_due; /* it waits for its turn only */
  struct loop_timer limit;
  struct console_poll *next, **link;
};

static void answer(struct console_feed *feed, struct exchange *x, uint64_t after, bool is_empty) {
  const struct field headers[HEADERS] = { { STR("Content-Type"), STR("application/json") },
                                          { STR("Cache-Control"), STR("no-store") } };
  struct buf *body = &feed->body;
  feed->write(feed->ctx, after, is_empty, body);
  if (body->failed)
    exchange_answer_json(x, 500, STR("{\"message\":\"out of memory\"}"));
  else
    exchange_answer(x, 200, (struct fields){ headers, HEADERS }, buf_str(body));
  buf_trim(body, KEEP);
}

/* It waits no longer. */
static void forget(struct console_poll *poll) {
  struct console_feed *feed = poll->feed;
  loop_timer_stop(feed->loop, &poll->limit);
  *poll->link = poll->next;
  if (poll->next) poll->next->link = poll->link;
  feed->count--;
  poll->x->left = NULL;
  free(poll);
}

static void finish(struct console_poll *poll, bool is_empty) {
  struct console_feed *feed = poll->feed;
  struct exchange *x = poll->x;
  uint64_t after = poll->after;
  forget(poll);
  answer(feed, x, after, is_empty);
}

static void make_due(struct console_poll *poll) {
  poll->is_due = true;
  loop_timer_stop(poll->feed->loop, &poll->limit);
  loop_job_add(poll->feed->loop, &poll->feed->turn);
}

static void time_is_over(void *ctx) {
  make_due(ctx);
}

static void left(struct exchange *x) {
  forget(x->owner);
}

static bool wait(struct console_feed *feed, struct exchange *x, uint64_t after, int64_t wait_ms) {
  struct console_poll *poll = malloc(sizeof *poll);
  if (!poll) return false;
  *poll = (struct console_poll){ .feed = feed, .x = x, .after = after, .next = feed->polls, .link = &feed->polls };
  poll->limit = (struct loop_timer){ .fire = time_is_over, .ctx = poll };
  if (wait_ms > 0 && !loop_timer_start(feed->loop, &poll->limit, wait_ms)) {
    free(poll);
    return false;
  }
  if (poll->next) poll->next->link = &poll->next;
  feed->polls = poll;
  feed->count++;
  x->owner = poll;
  x->left = left;
  if (wait_ms <= 0) make_due(poll);
  return true;
}

static struct console_poll *oldest_of(const struct console_feed *feed, bool due_only) {
  struct console_poll *oldest = NULL;
  for (struct console_poll *at = feed->polls; at; at = at->next)
    if (at->is_due || !due_only) oldest = at;
  return oldest;
}

void console_feed_request(struct console_feed *feed, struct exchange *x, uint64_t after, int64_t wait_ms) {
  if (wait_ms > CONSOLE_FEED_WAIT_MS) wait_ms = CONSOLE_FEED_WAIT_MS;
  if (feed->count == CONSOLE_FEED_POLLS) finish(oldest_of(feed, false), true);
  if (feed->ended || !wait(feed, x, after, wait_ms)) answer(feed, x, after, false);
}

/* One answer in each turn of the loop: it may be long, and others have their turn in between. */
static void take_turn(void *ctx) {
  struct console_feed *feed = ctx;
  struct console_poll *poll = oldest_of(feed, true);
  if (!poll) return; /* it has left */
  finish(poll, false);
  if (oldest_of(feed, true)) loop_job_add(feed->loop, &feed->turn);
}

static void tell(void *ctx) {
  struct console_feed *feed = ctx;
  for (struct console_poll *at = feed->polls; at; at = at->next) make_due(at);
}

void console_feed_wake(struct console_feed *feed) {
  if (feed->count > 0 && feed->batch.place == 0) loop_timer_start(feed->loop, &feed->batch, CONSOLE_FEED_BATCH_MS);
}

void console_feed_rest(struct console_feed *feed) {
  buf_free(&feed->body);
}

void console_feed_init(struct console_feed *feed, struct loop *loop, console_feed_writer *write, void *ctx) {
  *feed = (struct console_feed){ .loop = loop, .write = write, .ctx = ctx };
  feed->batch = (struct loop_timer){ .fire = tell, .ctx = feed };
  feed->turn = (struct loop_job){ .run = take_turn, .ctx = feed };
  buf_init(&feed->body, BODY_MAX);
}

void console_feed_end(struct console_feed *feed) {
  if (!feed->loop) return;
  feed->ended = true;
  loop_timer_stop(feed->loop, &feed->batch);
  loop_job_stop(feed->loop, &feed->turn);
  while (feed->polls) finish(feed->polls, false);
  buf_free(&feed->body);
}
