#include "timers.h"

#include <stdlib.h>

void timers_free(struct timers *timers) {
  free(timers->heap);
  *timers = (struct timers){ 0 };
}

static void put(struct timers *timers, size_t index, struct loop_timer *t) {
  timers->heap[index] = t;
  t->place = index + 1;
}

static void sift_up(struct timers *timers, size_t index) {
  struct loop_timer *t = timers->heap[index];
  while (index > 0) {
    size_t parent = (index - 1) / 2;
    if (timers->heap[parent]->due_ns <= t->due_ns) break;
    put(timers, index, timers->heap[parent]);
    index = parent;
  }
  put(timers, index, t);
}

static void sift_down(struct timers *timers, size_t index) {
  struct loop_timer *t = timers->heap[index];
  for (;;) {
    size_t child = 2 * index + 1;
    if (child >= timers->count) break;
    if (child + 1 < timers->count && timers->heap[child + 1]->due_ns < timers->heap[child]->due_ns) child++;
    if (timers->heap[child]->due_ns >= t->due_ns) break;
    put(timers, index, timers->heap[child]);
    index = child;
  }
  put(timers, index, t);
}

static bool make_room(struct timers *timers) {
  if (timers->count < timers->capacity) return true;
  size_t capacity = timers->capacity ? timers->capacity * 2 : 16;
  struct loop_timer **heap = realloc(timers->heap, capacity * sizeof(struct loop_timer *));
  if (!heap) return false;
  timers->heap = heap;
  timers->capacity = capacity;
  return true;
}

bool timers_set(struct timers *timers, struct loop_timer *t, int64_t due_ns) {
  timers_remove(timers, t);
  if (!make_room(timers)) return false;
  t->due_ns = due_ns;
  put(timers, timers->count, t);
  sift_up(timers, timers->count++);
  return true;
}

void timers_remove(struct timers *timers, struct loop_timer *t) {
  if (t->place == 0) return;
  size_t index = t->place - 1;
  struct loop_timer *last = timers->heap[--timers->count];
  t->place = 0;
  if (last == t) return;
  put(timers, index, last);
  sift_up(timers, index);
  sift_down(timers, last->place - 1);
}
