#include "model_id.h"

#include <stdio.h>

#include "buf.h"
#include "encoding.h"

enum { ID_DIGITS = MODEL_ID_LEN - 2 }; /* without "=" and NUL */

void model_id_from(char id[MODEL_ID_LEN], const unsigned char bytes[MODEL_ID_BYTES]) {
  char *to = base64url_write(id, str_of((const char *)bytes, MODEL_ID_BYTES));
  *to++ = '=';
  *to = '\0';
}

bool model_id_is_valid(struct str id) {
  struct buf bytes;
  if (id.len != MODEL_ID_LEN - 1 || !str_ends(id, STR("="))) return false;
  buf_init(&bytes, 0); /* nothing is kept: the decoder only judges */
  return base64url_decode(&bytes, str_slice(id, 0, ID_DIGITS));
}

void model_trace_from(char trace[MODEL_TRACE_LEN], int64_t now_ms, const unsigned char bytes[MODEL_TRACE_BYTES]) {
  int start = snprintf(trace, MODEL_TRACE_LEN, "Root=1-%08x-", (unsigned)(now_ms / 1000));
  *hex_write(trace + start, str_of((const char *)bytes, MODEL_TRACE_BYTES)) = '\0';
}

void model_api_id_from(char id[MODEL_API_ID_LEN], const unsigned char hash[32]) {
  static const char characters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  for (size_t i = 0; i < MODEL_API_ID_LEN - 1; i++) id[i] = characters[hash[i] % (sizeof characters - 1)];
  id[MODEL_API_ID_LEN - 1] = '\0';
}
