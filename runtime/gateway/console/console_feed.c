#include "console_feed.h"

#include <stdlib.h>

enum { BODY_MAX = 64 * 1024 * 1024, HEADERS = 2 };

struct console_poll {
  struct console_feed *feed;
  struct exchange *x;
  uint64_t after;
  struct loop_timer limit;
  struct console_poll *next, **link;
};

static void answer(struct console_feed *feed, struct exchange *x, uint64_t after) {
  const struct field headers[HEADERS] = { { STR("Content-Type"), STR("application/json") },
                                          { STR("Cache-Control"), STR("no-store") } };
  struct buf body;
  buf_init(&body, BODY_MAX);
  feed->write(feed->ctx, after, &body);
  if (body.failed)
    exchange_answer_json(x, 500, STR("{\"message\":\"out of memory\"}"));
  else
    exchange_answer(x, 200, (struct fields){ headers, HEADERS }, buf_str(&body));
  buf_free(&body);
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

static void finish(struct console_poll *poll) {
  struct console_feed *feed = poll->feed;
  struct exchange *x = poll->x;
  uint64_t after = poll->after;
  forget(poll);
  answer(feed, x, after);
}

static void time_is_over(void *ctx) {
  finish(ctx);
}

static void left(struct exchange *x) {
  forget(x->owner);
}

static bool wait(struct console_feed *feed, struct exchange *x, uint64_t after, int64_t wait_ms) {
  struct console_poll *poll = malloc(sizeof *poll);
  if (!poll) return false;
  *poll = (struct console_poll){ .feed = feed, .x = x, .after = after, .next = feed->polls, .link = &feed->polls };
  poll->limit = (struct loop_timer){ .fire = time_is_over, .ctx = poll };
  if (!loop_timer_start(feed->loop, &poll->limit, wait_ms)) {
    free(poll);
    return false;
  }
  if (poll->next) poll->next->link = &poll->next;
  feed->polls = poll;
  feed->count++;
  x->owner = poll;
  x->left = left;
  return true;
}

static void answer_oldest(struct console_feed *feed) {
  struct console_poll *oldest = feed->polls;
  while (oldest->next) oldest = oldest->next;
  finish(oldest);
}

void console_feed_request(struct console_feed *feed, struct exchange *x, uint64_t after, int64_t wait_ms) {
  if (wait_ms > CONSOLE_FEED_WAIT_MS) wait_ms = CONSOLE_FEED_WAIT_MS;
  if (wait_ms > 0 && !feed->ended && feed->count == CONSOLE_FEED_POLLS) answer_oldest(feed);
  if (wait_ms <= 0 || feed->ended || !wait(feed, x, after, wait_ms)) answer(feed, x, after);
}

static void tell(void *ctx) {
  struct console_feed *feed = ctx;
  while (feed->polls) finish(feed->polls);
}

void console_feed_wake(struct console_feed *feed) {
  if (feed->count > 0 && feed->batch.place == 0) loop_timer_start(feed->loop, &feed->batch, CONSOLE_FEED_BATCH_MS);
}

void console_feed_init(struct console_feed *feed, struct loop *loop,
                       void (*write)(void *ctx, uint64_t after, struct buf *out), void *ctx) {
  *feed = (struct console_feed){ .loop = loop, .write = write, .ctx = ctx };
  feed->batch = (struct loop_timer){ .fire = tell, .ctx = feed };
}

void console_feed_end(struct console_feed *feed) {
  if (!feed->loop) return;
  feed->ended = true;
  loop_timer_stop(feed->loop, &feed->batch);
  tell(feed);
}
