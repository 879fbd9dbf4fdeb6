#include "container.h"

#include "log.h"

/* One for the process; holds secrets. */
static struct container_keys *in_hand; /* NULL: none yet, or dropped */
static int64_t asked_ms;               /* Unix time when the last fetch began */
static struct container_fetch fetch;
static bool is_fetching;
static struct container_waiter *waiting; /* in the order they came */

/* Those who wait. */

static void wait_in(struct container_waiter **list, struct container_waiter *waiter) {
  while (*list) list = &(*list)->next;
  waiter->next = NULL;
  waiter->link = list;
  *list = waiter;
}

void container_forget(struct container_waiter *waiter) {
  if (!waiter->link) return;
  *waiter->link = waiter->next;
  if (waiter->next) waiter->next->link = waiter->link;
  waiter->link = NULL;
}

/* Whoever is told may make others forget, and may wait again: that is for another fetch then. */
static void tell_waiters(enum client_code code, const char *message) {
  struct container_waiter *told = waiting;
  waiting = NULL;
  if (told) told->link = &told;
  while (told) {
    struct container_waiter *waiter = told;
    container_forget(waiter);
    waiter->done(waiter->ctx, code, message);
  }
}

/* The fetch. */

static void replace_keys(struct container_keys *keys) {
  container_keys_release(in_hand);
  in_hand = keys;
}

/* Nobody waits for it: only the log is told. */
static void warn(const char *message) {
  log_printf(LOG_WARN, NULL, "%s%s", message, in_hand ? "; those in hand are used until they expire" : "");
}

static void fetched(void *ctx, const struct container_reply *reply) {
  (void)ctx;
  struct container_keys *keys = reply->code == CLIENT_OK ? container_keys_new(&reply->keys, reply->expires_ms) : NULL;
  is_fetching = false;
  if (keys) {
    replace_keys(keys);
    tell_waiters(CLIENT_OK, "");
    return;
  }
  const char *message = reply->code == CLIENT_OK ? "no AWS credentials: out of memory" : reply->message;
  if (!waiting) warn(message);
  tell_waiters(reply->code == CLIENT_OK ? CLIENT_NETWORK : reply->code, message);
}

static bool start(struct http *http, char err[ERR_LEN]) {
  if (is_fetching) return true;
  fetch.http = http;
  fetch.done = fetched;
  asked_ms = clock_unix_ms();
  return is_fetching = container_fetch_start(&fetch, err);
}

static void refresh(struct http *http) {
  char err[ERR_LEN];
  if (!start(http, err)) warn(err);
}

struct container_keys *container_keys_now(struct http *http) {
  enum container_state state = container_keys_state(in_hand, clock_unix_ms(), asked_ms);
  if (state == CONTAINER_NONE) return NULL;
  if (state == CONTAINER_STALE) refresh(http);
  return container_keys_hold(in_hand);
}

bool container_wait(struct http *http, struct container_waiter *waiter, char err[ERR_LEN]) {
  if (!start(http, err)) return false;
  wait_in(&waiting, waiter);
  return true;
}

void container_drop(const struct container_keys *keys) {
  if (keys == in_hand) replace_keys(NULL);
}

void container_close(void) {
  container_fetch_stop(&fetch);
  is_fetching = false;
  replace_keys(NULL);
  fetch = (struct container_fetch){ 0 };
  asked_ms = 0;
}
