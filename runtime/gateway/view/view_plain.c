#include "view_plain.h"

#include <stdint.h>

#include "utf8.h"

static bool is_safe(unsigned char byte) {
  return (byte >= 0x20 && byte < 0x7f) || byte == '\t';
}

/* The character that these 2 to 4 bytes are. */
static uint32_t decode(struct str s) {
  uint32_t c = (unsigned char)s.ptr[0] & (0xffu >> (s.len + 1));
  for (size_t i = 1; i < s.len; i++) c = c << 6 | ((unsigned char)s.ptr[i] & 0x3fu);
  return c;
}

static bool is_shown(uint32_t c) {
  static const struct {
    uint32_t from, to;
  } hidden[] = { { 0x80, 0x9f },     { 0x61c, 0x61c },   { 0x200e, 0x200f },
                 { 0x2028, 0x202e }, { 0x2066, 0x2069 }, { 0xfeff, 0xfeff } };
  for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
    if (c >= hidden[i].from && c <= hidden[i].to) return false;
  return true;
}

/* One character, or bytes that are none. */
static void add_character(struct buf *out, struct str s, bool valid) {
  if (valid && s.len > 1 && is_shown(decode(s)))
    buf_add(out, s);
  else if (valid && s.len > 1)
    buf_addf(out, "\\u%04x", (unsigned)decode(s));
  else
    for (size_t i = 0; i < s.len; i++) buf_addf(out, "\\x%02x", (unsigned char)s.ptr[i]);
}

void view_plain_add(struct buf *out, struct str text) {
  for (size_t at = 0; at < text.len;) {
    size_t from = at;
    while (at < text.len && is_safe((unsigned char)text.ptr[at])) at++;
    buf_add(out, str_slice(text, from, at));
    if (at == text.len) return;
    bool valid;
    size_t len = utf8_length(str_slice(text, at, text.len), &valid);
    add_character(out, str_slice(text, at, at + len), valid);
    at += len;
  }
}

static size_t count_characters(struct str s) {
  size_t count = 0;
  for (size_t i = 0; i < s.len; i++) count += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
  return count;
}

void view_plain_pad(struct buf *out, struct str text, size_t width) {
  size_t start = out->len;
  view_plain_add(out, text);
  if (out->failed) return;
  size_t shown = count_characters(str_of(out->ptr ? out->ptr + start : NULL, out->len - start));
  for (; shown < width; shown++) buf_add_char(out, ' ');
}

size_t view_plain_width(struct str text) {
  struct buf plain;
  buf_init(&plain, 6 * text.len);
  view_plain_add(&plain, text);
  size_t width = count_characters(buf_str(&plain));
  buf_free(&plain);
  return width;
}
