#include "generations.h"

#include <stdlib.h>

#include "report.h"

/* Functions: they keep their number, and the count of their environments, for ever */

struct function_number {
  struct function_number *next;
  size_t number;
  int last; /* number of its last environment */
  char name[];
};

static struct function_number *function_of(struct generations *gs, struct str name) {
  size_t count = 0;
  struct function_number **link = &gs->functions;
  for (; *link; link = &(*link)->next, count++)
    if (str_equal(str_from((*link)->name), name)) return *link;
  struct function_number *function = calloc(1, sizeof *function + name.len + 1);
  if (!function) return NULL;
  function->number = count;
  str_copy(name, function->name, name.len + 1);
  return *link = function;
}

size_t generations_number(struct generations *gs, struct str function) {
  const struct function_number *found = function_of(gs, function);
  return found ? found->number : SIZE_MAX;
}

/* NULL when memory is short: then the pool counts itself. */
static int *last_number(void *ctx, struct str name) {
  struct function_number *function = function_of(ctx, name);
  return function ? &function->last : NULL;
}

/* Ends of generations */

static void has_ended(void *ctx) {
  struct generation *generation = ctx;
  struct generation **link = &generation->all->ending;
  if (--generation->left > 0) return;
  while (*link != generation) link = &(*link)->next;
  *link = generation->next;
  generation_delete(generation);
}

/* Its pools end one by one, and the last one takes it along. */
static void let_end(struct generations *gs, struct generation *generation) {
  generation->next = gs->ending;
  gs->ending = generation;
  generation->left = generation->project->function_count;
  if (generation->left > 0) return;
  generation->left = 1;
  has_ended(generation);
}

static void retire(struct generations *gs, struct generation *generation) {
  size_t count = generation->project->function_count;
  let_end(gs, generation);
  for (size_t i = 0; i < count; i++) {
    struct pool *pool = &generation->pools[i];
    pool_retire(pool, generation_pool(gs->current, pool->options.function->name), has_ended, generation);
  }
}

void generations_drop(struct generations *gs) {
  struct generation *generation = gs->next;
  if (!generation) return;
  gs->next = NULL;
  size_t count = generation->project->function_count;
  let_end(gs, generation);
  for (size_t i = 0; i < count; i++) {
    generation->pools[i].options.observer.line = NULL; /* what is still to come of it is no news */
    pool_end(&generation->pools[i], has_ended, generation);
  }
}

/* Trying */

static void adopt(struct generations *gs) {
  struct generation *before = gs->current;
  gs->current = gs->next;
  gs->next = NULL;
  gs->events.adopted(gs->ctx, gs->current); /* first: what is asked for from now on is of its routes */
  retire(gs, before);
}

static void tried(void *ctx, const struct pool *pool, struct str report) {
  struct generation *generation = ctx;
  struct generations *gs = generation->all;
  (void)pool;
  if (generation != gs->next) return;
  if (report.len > 0) {
    gs->events.refused(gs->ctx, generation, report);
    generations_drop(gs);
  } else if (--generation->untried == 0) {
    adopt(gs);
  }
}

bool generations_try(struct generations *gs, const struct project *project, struct snapshot *snapshot) {
  generations_drop(gs);
  gs->pool.generation++;
  struct generation *generation = generation_new(project, snapshot, &gs->pool, last_number, gs);
  if (!generation) return false;
  generation->all = gs;
  gs->next = generation;
  generation->untried = project->function_count;
  for (size_t i = 0; i < project->function_count; i++) pool_try(&generation->pools[i], tried, generation);
  if (generation->untried == 0) adopt(gs);
  return true;
}

/* It is the current one, whatever comes of it. */
static void tried_first(void *ctx, const struct pool *pool, struct str report) {
  struct generations *gs = ctx;
  if (report.len > 0) gs->events.broken(gs->ctx, pool, report);
}

bool generations_start(struct generations *gs, const struct pool_options *pool, const struct project *project,
                       struct snapshot *snapshot) {
  gs->pool = *pool;
  gs->pool.generation = 1;
  gs->current = generation_new(project, snapshot, &gs->pool, last_number, gs);
  if (!gs->current) return false;
  gs->current->all = gs;
  for (size_t i = 0; i < project->function_count; i++) pool_try(&gs->current->pools[i], tried_first, gs);
  return true;
}

/* Invocations */

/* Whoever asked for a function that is gone meanwhile. */
static void tell_refused(void *ctx) {
  struct generations *gs = ctx;
  struct invoke *in;
  while ((in = gs->refused)) {
    gs->refused = in->next;
    if (in->done) in->done(in);
    invoke_delete(in);
  }
}

static void refuse(struct generations *gs, struct invoke *in) {
  in->outcome = INVOKE_ERROR;
  report_write(&in->payload, STR("ResourceNotFoundException"), STR("The function has been removed from the service"));
  in->next = gs->refused;
  gs->refused = in;
  loop_job_add(gs->pool.loop, &gs->job);
}

void generations_invoke(struct generations *gs, size_t function, struct invoke *in) {
  const struct function_number *found = gs->functions;
  while (found && found->number != function) found = found->next;
  struct pool *pool = found ? generation_pool(gs->current, str_from(found->name)) : NULL;
  if (pool)
    pool_invoke(pool, in);
  else
    refuse(gs, in);
}

static struct environment *find(const struct generation *generation, struct str function, struct str key) {
  struct pool *pool = generation ? generation_pool(generation, function) : NULL;
  return pool ? pool_environment(pool, key) : NULL;
}

struct environment *generations_environment(const struct generations *gs, struct str function, struct str key) {
  struct environment *e = find(gs->current, function, key);
  if (!e) e = find(gs->next, function, key);
  for (const struct generation *at = gs->ending; at && !e; at = at->next) e = find(at, function, key);
  return e;
}

static void tell_environments(const struct generation *generation, void (*each)(void *ctx, const struct environment *e),
                              void *ctx) {
  for (size_t i = 0; generation && i < generation->project->function_count; i++)
    for (const struct environment *e = generation->pools[i].environments; e; e = e->next) each(ctx, e);
}

void generations_environments(const struct generations *gs, void (*each)(void *ctx, const struct environment *e),
                              void *ctx) {
  tell_environments(gs->current, each, ctx);
  tell_environments(gs->next, each, ctx);
  for (const struct generation *at = gs->ending; at; at = at->next) tell_environments(at, each, ctx);
}

struct traced {
  struct str trace_id;
  struct invoke *found;
  int count;
};

static void look_at(void *ctx, const struct environment *e) {
  struct traced *traced = ctx;
  for (size_t i = 0; e->busy > 0 && i < e->places; i++) {
    struct invoke *in = e->turns[i].invoke;
    if (!in || !str_equal(str_from(in->trace_id), traced->trace_id)) continue;
    traced->found = in;
    traced->count++;
  }
}

/* Handlers get a root; of what others add to it nothing counts. */
struct invoke *generations_traced(const struct generations *gs, struct str trace_id) {
  struct traced traced = { .count = 0 };
  struct str rest;
  str_cut(trace_id, ';', &traced.trace_id, &rest);
  if (traced.trace_id.len > 0) generations_environments(gs, look_at, &traced);
  return traced.count == 1 ? traced.found : NULL;
}

static bool has_pool(const struct generation *generation, const struct pool *pool) {
  return generation && pool >= generation->pools && pool < generation->pools + generation->project->function_count;
}

static const struct generation *generation_of(const struct generations *gs, const struct pool *pool) {
  const struct generation *at = gs->ending;
  if (has_pool(gs->current, pool)) return gs->current;
  if (has_pool(gs->next, pool)) return gs->next;
  while (at && !has_pool(at, pool)) at = at->next;
  return at;
}

struct snapshot *generations_snapshot(const struct generations *gs, const struct pool *pool) {
  const struct generation *generation = generation_of(gs, pool);
  return generation && generation->snapshot ? snapshot_hold(generation->snapshot) : NULL;
}

/* The whole */

void generations_init(struct generations *gs, const struct generations_events *events, void *ctx) {
  *gs = (struct generations){ .events = *events, .ctx = ctx };
  gs->job = (struct loop_job){ .run = tell_refused, .ctx = gs };
}

static void one_less(void *ctx) {
  struct generations *gs = ctx;
  if (--gs->alive == 0) gs->ended(gs->ended_ctx);
}

static void end_pools(struct generations *gs, struct generation *generation) {
  for (size_t i = 0; generation && i < generation->project->function_count; i++) {
    gs->alive++;
    pool_end(&generation->pools[i], one_less, gs);
  }
}

void generations_end(struct generations *gs, void (*ended)(void *ctx), void *ctx) {
  gs->ended = ended;
  gs->ended_ctx = ctx;
  end_pools(gs, gs->current);
  end_pools(gs, gs->next);
  for (struct generation *at = gs->ending; at; at = at->next) end_pools(gs, at);
  if (gs->alive == 0) ended(ctx);
}

void generations_free(struct generations *gs) {
  struct generation *generation;
  struct function_number *function;
  if (!gs->job.run) return;
  generation_delete(gs->current);
  generation_delete(gs->next);
  while ((generation = gs->ending)) {
    gs->ending = generation->next;
    generation_delete(generation);
  }
  if (gs->refused) tell_refused(gs);
  if (gs->pool.loop) loop_job_stop(gs->pool.loop, &gs->job);
  while ((function = gs->functions)) {
    gs->functions = function->next;
    free(function);
  }
  *gs = (struct generations){ 0 };
}
