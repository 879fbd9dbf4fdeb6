/* project_authorizer.h -- the key `authorizer` of a websocket event: which function says who may connect.
 * "auth" (a function of the service), an ARN, or a mapping with name or arn, and identitySource.
 * Source: Serverless Framework v3, "WebSocket" (docs/providers/aws/events/websocket.md).
 */
#ifndef MOONWIRE_PROJECT_AUTHORIZER_H
#define MOONWIRE_PROJECT_AUTHORIZER_H

#include "project_value.h"

enum { PROJECT_SOURCES_MAX = 50 };

/* *out lives in the report's arena and names no function yet. `place` is that of the event: "functions.echo.events[0].". */
bool project_authorizer_read(struct project_report *report, struct project_place place, const struct yaml_entry *entry,
                             const struct project_authorizer **out);

/* Once all functions are read: finds those of the authorizers. An ARN names the function of this service with that name,
 * deployed (SERVICE-STAGE-KEY) or as it stands in the file; when there is none, a warning. A plain name must be that of a
 * function. */
bool project_authorizers_resolve(struct project_report *report, struct project *project);

#endif
