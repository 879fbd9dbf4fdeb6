/* metrics_state.h -- what a collection of metrics holds; for metrics.c and metrics_write.c. */
#ifndef MOONWIRE_METRICS_STATE_H
#define MOONWIRE_METRICS_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "str.h"

/* A set of dimensions. `members` tells it from others: the names stand in order. */
struct metrics_set {
  struct metrics_set *next;
  struct str names;   /* "FunctionName","Room" */
  struct str members; /* ,"FunctionName":"chat","Room":"lobby" */
};

struct metrics_entry {
  struct metrics_entry *next;
  const struct metrics_set *set;
  struct str name, unit;
  bool counted;
  double *values; /* of a counter: the sum */
  size_t count, capacity;
};

struct metrics {
  struct arena memory;
  struct metrics_set *sets, **last_set;
  struct metrics_entry *entries, **last_entry;
  size_t count; /* entries */
  size_t kept;  /* bytes, about */
};

#endif
