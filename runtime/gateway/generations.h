/* generations.h -- who serves: the current generation, the one that is to follow it, and those that finish what they have.
 * A new one is tried with one environment for each function. When all of them wait for events it becomes the current one;
 * when one of them cannot start it is given up, and the current one stays. A newer one takes the place of one that is being
 * tried.
 */
#ifndef MOONWIRE_GENERATIONS_H
#define MOONWIRE_GENERATIONS_H

#include "generation.h"

/* From the loop. `adopted`: it has become the current one. `refused`: it cannot; the report is JSON, borrowed. `broken`: the
 * first one serves, but the code of this function of it cannot be loaded. */
struct generations_events {
  void (*adopted)(void *ctx, const struct generation *generation);
  void (*refused)(void *ctx, const struct generation *generation, struct str report);
  void (*broken)(void *ctx, const struct pool *pool, struct str report);
};

struct generations {
  struct pool_options pool; /* what all pools have in common */
  struct generations_events events;
  void *ctx;
  struct generation *current, *next; /* next: the one that is tried, or NULL */
  struct generation *ending;         /* list */
  struct function_number *functions; /* list */
  struct invoke *refused;            /* invocations of functions that are gone; list */
  struct loop_job job;               /* tells them */
  size_t alive;                      /* pools, after generations_end */
  void (*ended)(void *ctx);
  void *ended_ctx;
};

/* *gs must stay where it is. Starts nothing. */
void generations_init(struct generations *gs, const struct generations_events *events, void *ctx);

/* A function's number: the same whatever generation it is in. SIZE_MAX when memory is short. */
size_t generations_number(struct generations *gs, struct str function);

/* The first one, which serves at once, whether its code can be loaded or not. Takes over the hold of the snapshot, which may
 * be NULL. False when memory is short. */
bool generations_start(struct generations *gs, const struct pool_options *pool, const struct project *project,
                       struct snapshot *snapshot);

/* Tries another one. The project lives as long as gs. Likewise. */
bool generations_try(struct generations *gs, const struct project *project, struct snapshot *snapshot);

/* Gives up the one that is tried: something newer is known. */
void generations_drop(struct generations *gs);

/* Runs a function, by its number. Takes the invocation over, as pool_invoke does. */
void generations_invoke(struct generations *gs, size_t function, struct invoke *in);

/* The environment of a function with this key, of whatever generation; NULL when there is none. */
struct environment *generations_environment(const struct generations *gs, struct str function, struct str key);

/* Calls `each` for every environment, those of generations that end included. */
void generations_environments(const struct generations *gs, void (*each)(void *ctx, const struct environment *e),
                              void *ctx);

/* The one invocation that is at hand with the root of this X-Amzn-Trace-Id ("Root=1-...;Parent=..."): NULL when there is none, or more
 * than one. */
struct invoke *generations_traced(const struct generations *gs, struct str trace_id);

/* The code that a pool runs, held for the caller; NULL: the folder itself. */
struct snapshot *generations_snapshot(const struct generations *gs, const struct pool *pool);

/* Ends all environments, as pool_end does; nothing may be tried any more. `ended` is called from the loop. */
void generations_end(struct generations *gs, void (*ended)(void *ctx), void *ctx);

/* Kills what is left. Before httpd_delete. Safe on a zeroed gs. */
void generations_free(struct generations *gs);

#endif
