#include "delays.h"

#include <stddef.h>

void delays_stop(struct delay *delay) {
  if (!delay->all) return;
  loop_timer_stop(delay->all->loop, &delay->timer);
  *delay->link = delay->next;
  if (delay->next) delay->next->link = delay->link;
  delay->all = NULL;
}

static void fire(void *ctx) {
  struct delay *delay = ctx;
  delays_stop(delay);
  delay->run(delay->ctx);
}

bool delays_add(struct delays *delays, struct delay *delay, int64_t ms) {
  delay->timer = (struct loop_timer){ .fire = fire, .ctx = delay };
  if (!loop_timer_start(delays->loop, &delay->timer, ms)) return false;
  delay->all = delays;
  delay->next = delays->first;
  delay->link = &delays->first;
  if (delay->next) delay->next->link = &delay->next;
  delays->first = delay;
  return true;
}

void delays_drop(struct delays *delays) {
  while (delays->first) {
    struct delay *delay = delays->first;
    delays_stop(delay);
    delay->drop(delay->ctx);
  }
}
