#include "encoding.h"

#include <stdint.h>

static const char HEX[] = "0123456789abcdef";
static const char HEX_UPPER[] = "0123456789ABCDEF";
static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char BASE64URL[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static unsigned byte_at(struct str s, size_t i) {
  return (unsigned char)s.ptr[i];
}

char *hex_write(char *to, struct str bytes) {
  for (size_t i = 0; i < bytes.len; i++) {
    *to++ = HEX[byte_at(bytes, i) >> 4];
    *to++ = HEX[byte_at(bytes, i) & 15];
  }
  return to;
}

void hex_encode(struct buf *out, struct str bytes) {
  char *to = buf_reserve(out, bytes.len * 2);
  if (!to) return;
  hex_write(to, bytes);
  buf_grew(out, bytes.len * 2);
}

void uuid_write(char uuid[UUID_LEN], const unsigned char bytes[UUID_BYTES]) {
  char b[UUID_BYTES], *to = uuid;
  memcpy(b, bytes, sizeof b);
  b[6] = (char)((b[6] & 0x0f) | 0x40); /* version 4 */
  b[8] = (char)((b[8] & 0x3f) | 0x80); /* variant 10 */
  for (size_t i = 0; i < sizeof b; i += 2) {
    if (i >= 4 && i <= 10) *to++ = '-';
    to = hex_write(to, str_of(b + i, 2));
  }
  *to = '\0';
}

/* Value of a hexadecimal digit, or -1. */
static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* Value of the two digits at i, or -1 when they are not there. */
static int hex_pair(struct str text, size_t i) {
  if (i + 2 > text.len) return -1;
  int high = hex_digit(text.ptr[i]), low = hex_digit(text.ptr[i + 1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool hex_decode(struct buf *out, struct str text) {
  if (text.len % 2 != 0) return false;
  char *to = buf_reserve(out, text.len / 2);
  for (size_t i = 0; i < text.len; i += 2) {
    int byte = hex_pair(text, i);
    if (byte < 0) return false;
    if (to) to[i / 2] = (char)byte;
  }
  if (to) buf_grew(out, text.len / 2);
  return true;
}

static char *base64_any_write(char *to, struct str bytes, const char *alphabet, bool padded) {
  size_t tail = bytes.len % 3, whole = bytes.len - tail;
  for (size_t i = 0; i < whole; i += 3) {
    unsigned three = byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
    for (unsigned shift = 24; shift > 0; shift -= 6) *to++ = alphabet[three >> (shift - 6) & 63];
  }
  if (tail > 0) {
    unsigned rest = byte_at(bytes, whole) << 16 | (tail == 2 ? byte_at(bytes, whole + 1) << 8 : 0);
    *to++ = alphabet[rest >> 18 & 63];
    *to++ = alphabet[rest >> 12 & 63];
    if (tail == 2) *to++ = alphabet[rest >> 6 & 63];
    for (size_t i = tail; padded && i < 3; i++) *to++ = '=';
  }
  return to;
}

static void base64_any_encode(struct buf *out, struct str bytes, const char *alphabet, bool padded) {
  size_t tail = bytes.len % 3, size = bytes.len / 3 * 4 + (tail == 0 ? 0 : padded ? 4 : tail + 1);
  char *to = buf_reserve(out, size);
  if (!to) return;
  base64_any_write(to, bytes, alphabet, padded);
  buf_grew(out, size);
}

/* Value of a digit of base 64, or -1; c62 and c63 are the last two of the alphabet. */
static int base64_digit(char c, char c62, char c63) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == c62 ? 62 : c == c63 ? 63 : -1;
}

/* Text without its padding. */
static bool base64_any_decode(struct buf *out, struct str text, char c62, char c63) {
  uint32_t bits = 0;
  unsigned held = 0; /* bits that are read and not yet written: 0, 2, 4, 6 */
  if (text.len % 4 == 1) return false;
  size_t size = text.len / 4 * 3 + text.len % 4 * 3 / 4;
  char *start = buf_reserve(out, size), *to = start;
  for (size_t i = 0; i < text.len; i++) {
    int digit = base64_digit(text.ptr[i], c62, c63);
    if (digit < 0) return false;
    bits = bits << 6 | (uint32_t)digit;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    if (start) *to++ = (char)(bits >> held & 0xff);
  }
  if ((bits & ((1u << held) - 1)) != 0) return false;
  if (start) buf_grew(out, size);
  return true;
}

void base64_encode(struct buf *out, struct str bytes) {
  base64_any_encode(out, bytes, BASE64, true);
}

bool base64_decode(struct buf *out, struct str text) {
  if (text.len % 4 != 0) return false;
  for (int pads = 0; pads < 2 && str_ends(text, STR("=")); pads++) text.len--;
  return base64_any_decode(out, text, '+', '/');
}

char *base64url_write(char *to, struct str bytes) {
  return base64_any_write(to, bytes, BASE64URL, false);
}

void base64url_encode(struct buf *out, struct str bytes) {
  base64_any_encode(out, bytes, BASE64URL, false);
}

bool base64url_decode(struct buf *out, struct str text) {
  return base64_any_decode(out, text, '-', '_');
}

static bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

static void encode_unless(struct buf *out, struct str bytes, char kept) {
  for (size_t i = 0; i < bytes.len;) {
    size_t from = i;
    while (i < bytes.len && (is_unreserved(bytes.ptr[i]) || (kept && bytes.ptr[i] == kept))) i++;
    buf_add(out, str_slice(bytes, from, i));
    if (i == bytes.len) break;
    const char code[] = { '%', HEX_UPPER[byte_at(bytes, i) >> 4], HEX_UPPER[byte_at(bytes, i) & 15] };
    buf_add(out, str_of(code, sizeof code));
    i++;
  }
}

void uri_encode(struct buf *out, struct str bytes) {
  encode_unless(out, bytes, '\0');
}

void uri_encode_path(struct buf *out, struct str bytes) {
  encode_unless(out, bytes, '/');
}

void uri_decode(struct buf *out, struct str text) {
  for (size_t i = 0; i < text.len; i++) {
    int byte = text.ptr[i] == '%' ? hex_pair(text, i + 1) : -1;
    buf_add_char(out, byte < 0 ? text.ptr[i] : (char)byte);
    if (byte >= 0) i += 2;
  }
}

/* Looks at every byte, so that the compiler can look at many at once: session tokens are a thousand bytes long. */
bool ascii_is_visible(struct str text) {
  unsigned char others = 0;
  for (size_t i = 0; i < text.len; i++) others |= (unsigned char)(text.ptr[i] - '!') > '~' - '!';
  return others == 0;
}
