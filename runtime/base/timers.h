/* timers.h -- the loop's timers: a binary heap, earliest first. Used by loop.c only. */
#ifndef MOONWIRE_TIMERS_H
#define MOONWIRE_TIMERS_H

#include "loop.h"

struct timers {
  struct loop_timer **heap; /* heap[0] fires first; owned array of borrowed timers */
  size_t count, capacity;
};

void timers_free(struct timers *timers);

/* Adds t, or moves it when it is there already. False when memory is short. */
bool timers_set(struct timers *timers, struct loop_timer *t, int64_t due_ns);

/* Takes t out; nothing when it is not active. */
void timers_remove(struct timers *timers, struct loop_timer *t);

/* The timer that fires first, or NULL. */
static inline struct loop_timer *timers_first(const struct timers *timers) {
  return timers->count > 0 ? timers->heap[0] : NULL;
}

#endif
