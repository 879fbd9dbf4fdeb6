/* model_authorization.h -- what an authorizer returned: who the client is, whether it may connect, and what later events
 * say about it. Pure.
 * { principalId, policyDocument, context }; usageIdentifierKey and what else there may be is not looked at.
 * Source: API Gateway Developer Guide, "Output from an API Gateway Lambda authorizer"; "WebSocket API mapping template
 * reference": $context.authorizer holds texts.
 */
#ifndef MOONWIRE_MODEL_AUTHORIZATION_H
#define MOONWIRE_MODEL_AUTHORIZATION_H

#include <stdbool.h>

#include "arena.h"
#include "buf.h"
#include "err.h"
#include "model_policy.h"
#include "str.h"

enum {
  MODEL_AUTHORIZATION_MAX = 8 * 1024, /* bytes of a result (API Gateway quotas) */
  MODEL_AUTHORIZER_MAX = 256 * 1024   /* bytes of what becomes of it, which has escapes of its own */
};

/* Reads a result that answers for this method. Appends to `authorizer` what events will have as requestContext.authorizer:
 * principalId, then the members of context in their order, every value as text. False, with err saying what is wrong
 * ("principalId must be a string"), when the result is malformed or memory is short. */
bool model_authorization_read(enum model_verdict *verdict, struct buf *authorizer, struct arena *memory,
                              struct str payload, struct str method_arn, char err[ERR_LEN]);

#endif
