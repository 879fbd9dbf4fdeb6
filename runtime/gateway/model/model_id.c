#include "model_id.h"

#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "encoding.h"

static const char BASE64URL[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char HEX[] = "0123456789abcdef";

enum { ID_DIGITS = MODEL_ID_LEN - 2 }; /* without "=" and NUL */

/* The six bits from bit `at` on, the highest one first; zeros behind the end. */
static unsigned six_bits(const unsigned char *bytes, size_t at) {
  size_t byte = at / 8;
  unsigned next = byte + 1 < MODEL_ID_BYTES ? bytes[byte + 1] : 0;
  unsigned pair = (unsigned)bytes[byte] << 8 | next;
  return pair >> (10 - at % 8) & 63;
}

void model_id_from(char id[MODEL_ID_LEN], const unsigned char bytes[MODEL_ID_BYTES]) {
  for (size_t i = 0; i < ID_DIGITS; i++) id[i] = BASE64URL[six_bits(bytes, i * 6)];
  id[ID_DIGITS] = '=';
  id[ID_DIGITS + 1] = '\0';
}

bool model_id_is_valid(struct str id) {
  struct buf bytes;
  if (id.len != MODEL_ID_LEN - 1 || !str_ends(id, STR("="))) return false;
  buf_init(&bytes, 0); /* nothing is kept: the decoder only judges */
  return base64url_decode(&bytes, str_slice(id, 0, ID_DIGITS));
}

static char *write_hex(char *to, const unsigned char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) {
    *to++ = HEX[bytes[i] >> 4];
    *to++ = HEX[bytes[i] & 15];
  }
  return to;
}

void model_trace_from(char trace[MODEL_TRACE_LEN], int64_t now_ms, const unsigned char bytes[MODEL_TRACE_BYTES]) {
  int start = snprintf(trace, MODEL_TRACE_LEN, "Root=1-%08x-", (unsigned)(now_ms / 1000));
  *write_hex(trace + start, bytes, MODEL_TRACE_BYTES) = '\0';
}

void model_uuid_from(char uuid[MODEL_UUID_LEN], const unsigned char bytes[MODEL_UUID_BYTES]) {
  static const size_t groups[] = { 4, 2, 2, 2, 6 }; /* bytes */
  unsigned char b[MODEL_UUID_BYTES];
  memcpy(b, bytes, sizeof b);
  b[6] = (unsigned char)(0x40 | (b[6] & 0x0F)); /* version 4 */
  b[8] = (unsigned char)(0x80 | (b[8] & 0x3F)); /* variant 10 */
  const unsigned char *from = b;
  char *to = uuid;
  for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
    if (i > 0) *to++ = '-';
    to = write_hex(to, from, groups[i]);
    from += groups[i];
  }
  *to = '\0';
}

void model_api_id_from(char id[MODEL_API_ID_LEN], const unsigned char hash[32]) {
  static const char characters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  for (size_t i = 0; i < MODEL_API_ID_LEN - 1; i++) id[i] = characters[hash[i] % (sizeof characters - 1)];
  id[MODEL_API_ID_LEN - 1] = '\0';
}
