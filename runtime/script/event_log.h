/* event_log.h -- MOONWIRE_LOG_EVENT=errors: the event of a failed invocation goes to the log.
 * One ERROR record behind that of the failure (ERROR, so that AWS_LAMBDA_LOG_LEVEL=ERROR keeps it), with the event under
 * `event`, its secrets redacted (redact.h). One that is too long for a record loses the ends of its strings, the body's
 * first, and the record has "truncated". An event that is no JSON is not shown: nobody can say what is in it.
 */
#ifndef MOONWIRE_EVENT_LOG_H
#define MOONWIRE_EVENT_LOG_H

#include "log.h"

struct invocation;

/* Does nothing unless the setting asks for it. */
void event_log_failed(const struct invocation *inv, const struct log_context *log);

#endif
