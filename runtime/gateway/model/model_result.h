/* model_result.h -- what a function returned, read as a proxy result. Pure.
 * An object with statusCode and, if it likes, headers, multiValueHeaders, body and isBase64Encoded; null counts as
 * absent, as some languages' libraries write it. Everything else is malformed: another member, a body that is no text.
 * Source: API Gateway Developer Guide, "Output format of a Lambda function for proxy integration"; recorded behaviour.
 */
#ifndef MOONWIRE_MODEL_RESULT_H
#define MOONWIRE_MODEL_RESULT_H

#include <stdbool.h>

#include "arena.h"
#include "err.h"
#include "str.h"

/* The strs are borrowed from the arena. */
struct model_result {
  int status;          /* 100 to 599 */
  struct str body;     /* decoded when it was base64; empty when there was none */
  struct str protocol; /* Sec-WebSocket-Protocol, a token; empty when there was none */
  bool is_null;        /* of a result that failed: it was null, or empty */
};

/* False, with err saying what is wrong ("the result has no statusCode"), when it is malformed or memory is short. */
bool model_result_read(struct model_result *out, struct arena *memory, struct str payload, char err[ERR_LEN]);

#endif
