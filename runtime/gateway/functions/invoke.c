#include "invoke.h"

#include <stdlib.h>

#include "digest.h"

struct invoke *invoke_new(void) {
  struct invoke *in = calloc(1, sizeof *in);
  if (!in) return NULL;
  buf_init(&in->event, INVOKE_EVENT_MAX);
  buf_init(&in->payload, INVOKE_RESPONSE_MAX);
  return in;
}

void invoke_delete(struct invoke *in) {
  if (!in) return;
  buf_free(&in->event);
  buf_free(&in->payload);
  free(in);
}

void invoke_make_id(char uuid[UUID_LEN]) {
  unsigned char bytes[UUID_BYTES] = { 0 };
  digest_random(bytes, sizeof bytes, NULL);
  uuid_write(uuid, bytes);
}
