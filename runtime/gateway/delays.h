/* delays.h -- work that is put off on purpose (`moonwire ctl latency`), until its time comes or everything ends.
 */
#ifndef MOONWIRE_DELAYS_H
#define MOONWIRE_DELAYS_H

#include <stdbool.h>
#include <stdint.h>

#include "loop.h"

struct delays {
  struct loop *loop;
  struct delay *first;
};

/* One piece of work. Belongs to the caller, who sets the first three. */
struct delay {
  void (*run)(void *ctx);  /* its time has come; from the loop */
  void (*drop)(void *ctx); /* it will not: delays_drop was called */
  void *ctx;
  struct delays *all; /* NULL while it is not put off */
  struct loop_timer timer;
  struct delay *next, **link;
};

/* Exactly one of run and drop is called, unless delays_stop comes first; both may free *delay. False, and nothing is put off,
 * when memory is short. */
bool delays_add(struct delays *delays, struct delay *delay, int64_t ms);

/* Nothing when it is not put off. */
void delays_stop(struct delay *delay);

/* Drops all that waits. */
void delays_drop(struct delays *delays);

#endif
