#include "invoke.h"

#include <stdlib.h>
#include <string.h>

#include "digest.h"

enum { LOG_MAX = 2 * INVOKE_LOG_TAIL + 1 };

struct invoke *invoke_new(void) {
  struct invoke *in = calloc(1, sizeof *in);
  if (!in) return NULL;
  buf_init(&in->event, INVOKE_EVENT_MAX);
  buf_init(&in->payload, INVOKE_RESPONSE_MAX);
  buf_init(&in->client_context, INVOKE_CONTEXT_MAX);
  buf_init(&in->log, LOG_MAX);
  return in;
}

void invoke_delete(struct invoke *in) {
  if (!in) return;
  buf_free(&in->event);
  buf_free(&in->payload);
  buf_free(&in->client_context);
  buf_free(&in->log);
  free(in);
}

void invoke_keep_line(struct invoke *in, struct str line) {
  struct buf *log = &in->log;
  if (!in->keeps_log) return;
  if (line.len > INVOKE_LOG_TAIL) line = str_slice(line, line.len - INVOKE_LOG_TAIL, line.len);
  if (log->len + line.len >= LOG_MAX) {
    memmove(log->ptr, log->ptr + log->len - INVOKE_LOG_TAIL, INVOKE_LOG_TAIL);
    log->len = INVOKE_LOG_TAIL;
  }
  buf_add(log, line);
  buf_add_char(log, '\n');
}

int64_t invoke_billed_ms(const struct invoke *in) {
  enum { NS_IN_MS = 1000000 };
  if (in->begun_ns == 0) return 0;
  return (in->done_ns - in->begun_ns + (in->cold ? in->init_ns : 0) + NS_IN_MS - 1) / NS_IN_MS;
}

void invoke_make_id(char uuid[UUID_LEN]) {
  unsigned char bytes[UUID_BYTES] = { 0 };
  digest_random(bytes, sizeof bytes, NULL);
  uuid_write(uuid, bytes);
}
