/* scope_metrics.h -- the metrics of an invocation: collected in its scope, written before its reply is posted, because
 * Lambda may freeze the process afterwards, and when its scope closes.
 * The namespace is MOONWIRE_METRICS, else "Moonwire". The runtime's own counters exist only when MOONWIRE_METRICS is set.
 */
#ifndef MOONWIRE_SCOPE_METRICS_H
#define MOONWIRE_SCOPE_METRICS_H

#include <stdbool.h>

#include "client.h"
#include "err.h"
#include "metric.h"
#include "scope.h"

/* Reads MOONWIRE_METRICS, once; warns when it names no namespace. */
void scope_metrics_setup(void);

/* Takes a value that Lua code gives; NULL dimensions: { FunctionName = AWS_LAMBDA_FUNCTION_NAME }. False, with err, as
 * metrics_add has it. Writes early when there are many. */
bool scope_put_metric(struct scope *scope, struct metric metric, const struct fields *dimensions, char err[ERR_LEN]);

/* One of the runtime's own counters, such as "Sends": a literal. Does nothing when they are off. */
void scope_count(struct scope *scope, const char *name);

/* What became of a call to a connection: Sends (when it `sends` a message), Gone, Throttled. */
void scope_count_call(struct scope *scope, enum client_code code, bool sends);

/* The end of an invocation, before its reply is posted: counts what kind of event it was (Connects, Messages,
 * Disconnects), and Errors when it failed; then writes. */
void scope_end_metrics(struct scope *scope, bool failed);

/* Writes what was collected to standard error, a write(2) a line, and forgets it. Nothing was, mostly: then this returns
 * at once. */
void scope_write_metrics(struct scope *scope);

#endif
