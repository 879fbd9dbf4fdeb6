#include "moment.h"

#include "digest.h"
#include "loop.h"

bool moment_now(struct model_moment *moment, char err[ERR_LEN]) {
  struct {
    unsigned char connection[MODEL_ID_BYTES], message[MODEL_ID_BYTES], request[MODEL_ID_BYTES],
        trace[MODEL_TRACE_BYTES];
  } random;
  if (!digest_random(&random, sizeof random, err)) return false;
  moment->now_ms = clock_unix_ms();
  model_id_from(moment->connection_id, random.connection);
  model_id_from(moment->message_id, random.message);
  model_id_from(moment->request_id, random.request);
  model_trace_from(moment->trace_id, moment->now_ms, random.trace);
  return true;
}
