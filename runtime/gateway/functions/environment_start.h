/* environment_start.h -- the process of an execution environment: which program, where, with which variables. Used by
 * environment.c only.
 */
#ifndef MOONWIRE_ENVIRONMENT_START_H
#define MOONWIRE_ENVIRONMENT_START_H

#include "environment.h"

/* Makes e->key and starts e->process, with e as the context of its events. False, with a sentence. */
bool environment_start(struct environment *e, const struct process_events *events, char err[ERR_LEN]);

#endif
