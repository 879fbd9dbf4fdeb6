/* model_identity.h -- the identity sources of an authorizer: what a request must have to be worth asking about. Pure.
 * "route.request.header.NAME", "route.request.querystring.NAME", "stageVariables.NAME", "context.NAME"; names are exact,
 * letter case included.
 * Source: API Gateway Developer Guide, "Create a Lambda REQUEST authorizer function" for WebSocket APIs.
 */
#ifndef MOONWIRE_MODEL_IDENTITY_H
#define MOONWIRE_MODEL_IDENTITY_H

#include <stdbool.h>

#include "json.h"
#include "str.h"

/* Whether the event that the authorizer would get has the source, and not as an empty text. */
bool model_identity_has(const struct json *event, struct str source);

/* The name of a header that would be the source but for its letter case; empty when there is none. */
struct str model_identity_lookalike(const struct json *event, struct str source);

#endif
