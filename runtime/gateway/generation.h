/* generation.h -- one state of a service's code and configuration, and the environments that run it: a pool for each function.
 * Code is a snapshot, which does not change any more; the next state is another generation.
 */
#ifndef MOONWIRE_GENERATION_H
#define MOONWIRE_GENERATION_H

#include "pool.h"
#include "project.h"
#include "snapshot.h"

struct generations;

struct generation {
  struct generations *all; /* for generations.c */
  int number;              /* the first one is 1; one that is given up has had a number, too */
  const struct project *project;
  struct snapshot *snapshot; /* held; NULL: the project's folder itself */
  struct pool *pools;        /* as many as the project has functions */
  size_t untried;            /* pools of which it is not known whether they can serve */
  size_t left;               /* pools that have not ended */
  bool failed;
  struct generation *next;
};

/* `pool` is what all pools have in common, the number in it included; `last_number` gives the count of a function's environments, for ever. Takes over
 * the hold of the snapshot, which may be NULL. NULL when memory is short. */
struct generation *generation_new(const struct project *project, struct snapshot *snapshot,
                                  const struct pool_options *pool, int *(*last_number)(void *ctx, struct str function),
                                  void *ctx);

/* NULL when it has no such function. */
struct pool *generation_pool(const struct generation *generation, struct str function);

/* Kills what is left. Before httpd_delete. Safe on NULL. */
void generation_delete(struct generation *generation);

#endif
