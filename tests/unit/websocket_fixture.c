#include "websocket_fixture.h"

void add_frame(struct buf *out, const struct frame *f) {
  static const unsigned char mask[4] = { 0x37, 0xfa, 0x21, 0x3d };
  int masked = f->unmasked ? 0 : 0x80;
  buf_add_char(out, (char)f->head);
  if (f->len < 126) {
    buf_add_char(out, (char)(masked | (int)f->len));
  } else if (f->len < 65536) {
    buf_add_char(out, (char)(masked | 126));
    for (int shift = 8; shift >= 0; shift -= 8) buf_add_char(out, (char)((f->len >> shift) & 0xff));
  } else {
    buf_add_char(out, (char)(masked | 127));
    for (int shift = 56; shift >= 0; shift -= 8) buf_add_char(out, (char)((f->len >> shift) & 0xff));
  }
  if (masked) buf_add(out, str_of((const char *)mask, sizeof mask));
  for (size_t i = 0; i < f->len; i++) {
    int byte = f->payload ? f->payload[i] : 'a';
    buf_add_char(out, (char)(masked ? byte ^ mask[i % 4] : byte));
  }
}
