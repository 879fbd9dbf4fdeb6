#include "generation.h"

#include <stdlib.h>

struct generation *generation_new(const struct project *project, struct snapshot *snapshot,
                                  const struct pool_options *pool, int *(*last_number)(void *ctx, struct str function),
                                  void *ctx) {
  struct generation *generation = calloc(1, sizeof *generation);
  struct pool *pools = calloc(project->function_count + 1, sizeof *pools);
  if (!generation || !pools) {
    snapshot_release(snapshot);
    free(generation);
    free(pools);
    return NULL;
  }
  *generation =
      (struct generation){ .number = pool->generation, .project = project, .snapshot = snapshot, .pools = pools };
  for (size_t i = 0; i < project->function_count; i++) {
    struct pool_options options = *pool;
    options.project = project;
    options.function = &project->functions[i];
    options.task_root = str_from(snapshot ? snapshot->path : NULL);
    options.last_number = last_number(ctx, options.function->name);
    pool_init(&pools[i], &options);
  }
  return generation;
}

struct pool *generation_pool(const struct generation *generation, struct str function) {
  for (size_t i = 0; i < generation->project->function_count; i++)
    if (str_equal(generation->project->functions[i].name, function)) return &generation->pools[i];
  return NULL;
}

void generation_delete(struct generation *generation) {
  if (!generation) return;
  for (size_t i = 0; i < generation->project->function_count; i++) pool_free(&generation->pools[i]);
  snapshot_release(generation->snapshot);
  free(generation->pools);
  free(generation);
}
