/* model_id.h -- the ids of API Gateway and X-Ray, made from random bytes. Pure.
 * Connection, message and request ids look alike: 11 bytes as base64url with padding, 16 characters ("BFaT_fALIAMCKug=").
 */
#ifndef MOONWIRE_MODEL_ID_H
#define MOONWIRE_MODEL_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "str.h"

enum {
  MODEL_ID_BYTES = 11,
  MODEL_ID_LEN = 17, /* 16 characters and a NUL */
  MODEL_TRACE_BYTES = 12,
  MODEL_TRACE_LEN = 41, /* "Root=1-" 8 hex "-" 24 hex and a NUL; one to spare */
  MODEL_API_ID_LEN = 11
};

void model_id_from(char id[MODEL_ID_LEN], const unsigned char bytes[MODEL_ID_BYTES]);

/* Whether the text has that form: what is not answered with 400 by @connections. */
bool model_id_is_valid(struct str id);

/* "Root=1-{8 hex: seconds}-{24 hex}" (AWS X-Ray Developer Guide, "Tracing header"). */
void model_trace_from(char trace[MODEL_TRACE_LEN], int64_t now_ms, const unsigned char bytes[MODEL_TRACE_BYTES]);

/* Ten lower-case letters and digits from a hash of service and stage: the same at every start. */
void model_api_id_from(char id[MODEL_API_ID_LEN], const unsigned char hash[32]);

#endif
