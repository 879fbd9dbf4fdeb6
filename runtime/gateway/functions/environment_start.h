/* environment_start.h -- the process of an execution environment: which program, where, with which variables. Starting is
 * environment.c's alone.
 */
#ifndef MOONWIRE_ENVIRONMENT_START_H
#define MOONWIRE_ENVIRONMENT_START_H

#include "arena.h"
#include "environment.h"

struct pool_options;

/* Makes e->key and starts e->process, with e as the context of its events. False, with a sentence. */
bool environment_start(struct environment *e, const struct process_events *events, char err[ERR_LEN]);

/* The variables of a process of a pool, NULL at the end, in the arena; `runtime_api` is AWS_LAMBDA_RUNTIME_API. NULL, with a
 * sentence, when there is no memory or no randomness. */
char **environment_start_variables(struct arena *memory, const struct pool_options *options, struct str runtime_api,
                                   char err[ERR_LEN]);

#endif
