#include "shown.h"

#include "utf8.h"

static bool is_control(struct str s, size_t length) {
  unsigned char first = (unsigned char)s.ptr[0];
  if (length == 1) return first < 0x20 || first == 0x7f;
  return length == 2 && first == 0xc2 && (unsigned char)s.ptr[1] < 0xa0;
}

struct shown shown_of(struct str text) {
  static const struct str more = { "...", 3 };
  struct shown out;
  size_t at = 0, used = 0;
  size_t room = text.len < SHOWN_LEN ? SHOWN_LEN - 1 : SHOWN_LEN - 1 - more.len;
  while (at < text.len) {
    bool valid;
    struct str rest = str_slice(text, at, text.len);
    size_t length = utf8_length(rest, &valid);
    if (used + length > room) break;
    if (!valid || is_control(rest, length))
      out.text[used++] = '?';
    else
      memcpy(out.text + used, rest.ptr, length), used += length;
    at += length;
  }
  if (at < text.len) memcpy(out.text + used, more.ptr, more.len), used += more.len;
  out.text[used] = '\0';
  return out;
}
