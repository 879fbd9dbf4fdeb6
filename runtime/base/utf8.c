#include "utf8.h"

#include <stdint.h>
#include <string.h>

/* What may follow a first byte: so many bytes, the first of them within these limits, the others 80 to BF. */
struct tail {
  unsigned char count, low, high;
};

static struct tail tail_of(unsigned char first) {
  if (first < 0x80) return (struct tail){ 0, 0, 0 };
  if (first >= 0xC2 && first <= 0xDF) return (struct tail){ 1, 0x80, 0xBF };
  if (first == 0xE0) return (struct tail){ 2, 0xA0, 0xBF };
  if (first == 0xED) return (struct tail){ 2, 0x80, 0x9F };
  if (first >= 0xE1 && first <= 0xEF) return (struct tail){ 2, 0x80, 0xBF };
  if (first == 0xF0) return (struct tail){ 3, 0x90, 0xBF };
  if (first >= 0xF1 && first <= 0xF3) return (struct tail){ 3, 0x80, 0xBF };
  if (first == 0xF4) return (struct tail){ 3, 0x80, 0x8F };
  return (struct tail){ 1, 1, 0 }; /* no byte is within these limits */
}

size_t utf8_length(struct str s, bool *valid) {
  const unsigned char *bytes = (const unsigned char *)s.ptr;
  struct tail tail = tail_of(bytes[0]);
  size_t len = 1;
  for (; len <= tail.count && len < s.len; len++) {
    if (bytes[len] < tail.low || bytes[len] > tail.high) break;
    tail.low = 0x80;
    tail.high = 0xBF;
  }
  *valid = len == tail.count + 1u;
  return len;
}

size_t utf8_control(struct str s) {
  unsigned char c = (unsigned char)s.ptr[0], next = s.len > 1 ? (unsigned char)s.ptr[1] : 0;
  if (c < 0x20 || c == 0x7F) return 1;
  return c == 0xC2 && next >= 0x80 && next <= 0x9F ? 2 : 0;
}

size_t utf8_prefix(struct str s) {
  size_t at = 0;
  while (at < s.len) {
    uint64_t word;
    if (s.len - at >= 8 && (memcpy(&word, s.ptr + at, 8), (word & UINT64_C(0x8080808080808080)) == 0)) {
      at += 8;
      continue;
    }
    bool valid;
    size_t len = utf8_length(str_of(s.ptr + at, s.len - at), &valid);
    if (!valid) break;
    at += len;
  }
  return at;
}

struct str utf8_cut(struct str s, size_t most) {
  if (s.len <= most) return s;
  size_t at = most;
  while (at > 0 && most - at < 3 && ((unsigned char)s.ptr[at] & 0xC0) == 0x80) at--;
  bool valid;
  size_t len = utf8_length(str_slice(s, at, s.len), &valid);
  return str_slice(s, 0, valid && at + len > most ? at : most);
}
