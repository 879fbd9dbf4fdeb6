#include "websocket_outbox.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "websocket.h"

enum {
  KEPT = 1024,           /* bytes kept while nothing waits */
  HEAD_MAX = 4,          /* bytes in front of a payload of at most 65,535 */
  HEADROOM = 1024 * 1024 /* bytes for heads, control frames, and what was sent already */
};

void websocket_outbox_init(struct websocket_outbox *o) {
  buf_init(&o->bytes, 2 * (size_t)WEBSOCKET_OUTBOX_MAX + HEADROOM); /* the sent part is never the larger one for long */
  o->sent = 0;
}

void websocket_outbox_free(struct websocket_outbox *o) {
  buf_free(&o->bytes);
  o->sent = 0;
}

size_t websocket_outbox_waiting(const struct websocket_outbox *o) {
  return o->bytes.len - o->sent;
}

/* Forgets what was sent once it is half of all: each byte is moved once on the average. */
static void compact(struct websocket_outbox *o) {
  size_t waiting = websocket_outbox_waiting(o);
  if (o->sent < waiting || o->sent == 0) return;
  memmove(o->bytes.ptr, o->bytes.ptr + o->sent, waiting);
  o->bytes.len = waiting;
  o->sent = 0;
}

static bool make_room(struct websocket_outbox *o, size_t size) {
  compact(o);
  if (buf_reserve(&o->bytes, size)) return true;
  o->bytes.failed = false; /* what waits is whole */
  return false;
}

static void add_frame(struct websocket_outbox *o, int first_byte, struct str data) {
  buf_add_char(&o->bytes, (char)first_byte);
  if (data.len < 126) {
    buf_add_char(&o->bytes, (char)data.len);
  } else {
    buf_add_char(&o->bytes, 126);
    buf_add_char(&o->bytes, (char)(data.len >> 8));
    buf_add_char(&o->bytes, (char)(data.len & 0xff));
  }
  buf_add(&o->bytes, data);
}

bool websocket_outbox_text(struct websocket_outbox *o, struct str text) {
  enum { FINAL = 0x80, TEXT = 1, CONTINUATION = 0 };
  size_t frames = text.len / WEBSOCKET_FRAME_MAX + 1;
  if (text.len > WEBSOCKET_OUTBOX_MAX || websocket_outbox_waiting(o) > WEBSOCKET_OUTBOX_MAX - text.len) return false;
  if (!make_room(o, text.len + frames * HEAD_MAX)) return false;
  int opcode = TEXT;
  for (; text.len > WEBSOCKET_FRAME_MAX; text = str_slice(text, WEBSOCKET_FRAME_MAX, text.len)) {
    add_frame(o, opcode, str_slice(text, 0, WEBSOCKET_FRAME_MAX));
    opcode = CONTINUATION;
  }
  add_frame(o, FINAL | opcode, text);
  return true;
}

bool websocket_outbox_control(struct websocket_outbox *o, enum websocket_control opcode, struct str data) {
  if (!make_room(o, data.len + HEAD_MAX)) return false;
  add_frame(o, 0x80 | (int)opcode, data);
  return true;
}

bool websocket_outbox_flush(struct websocket_outbox *o, int fd, size_t most) {
  while (websocket_outbox_waiting(o) > 0) {
    size_t waiting = websocket_outbox_waiting(o), next = waiting < most ? waiting : most;
    if (next == 0) return true;
    ssize_t size = send(fd, o->bytes.ptr + o->sent, next, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size > 0) {
      o->sent += (size_t)size;
      most -= (size_t)size;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return true;
    } else if (errno != EINTR) {
      return false;
    }
  }
  buf_trim(&o->bytes, KEPT);
  o->sent = 0;
  return true;
}
