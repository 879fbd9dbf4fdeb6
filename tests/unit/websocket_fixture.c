#include "websocket_fixture.h"

#include <sys/socket.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h> /* last: it defines a macro `fail` */

struct loop *loop;
struct websocket *ws;
struct buf seen;
size_t seen_bytes;
int messages, closed, given_back, client, inside;
bool delete_when_closed;
struct buf in;
static char err[ERR_LEN];

static void note_message(void *ctx, struct str text) {
  (void)ctx;
  assert_false(inside);
  messages++;
  seen_bytes += text.len;
  buf_addf(&seen, "text %.*s;", STR_ARG(str_slice(text, 0, 40)));
  if (str_starts(text, STR("echo"))) assert_int_equal(websocket_send(ws, text), WEBSOCKET_SENT);
  if (str_equal(text, STR("reply"))) websocket_send(ws, text);
  if (!str_equal(text, STR("close"))) return;
  websocket_close(ws, 1000, STR("done"));
  assert_int_equal(websocket_send(ws, STR("late")), WEBSOCKET_CLOSING);
  websocket_close(ws, 1001, STR("again"));
}

static void note_closed(void *ctx, int code, struct str reason) {
  (void)ctx;
  assert_false(inside);
  assert_int_equal(given_back, 1);
  closed++;
  if (delete_when_closed) websocket_delete(ws); /* the reason must survive that */
  if (delete_when_closed) ws = NULL;
  buf_addf(&seen, "closed %d %.*s;", code, STR_ARG(reason));
}

static void close_socket(struct httpd_socket *socket) {
  given_back++;
  close(socket->fd);
}

const struct websocket_events noting = { note_message, note_closed };

int open_websocket(void **state) {
  (void)state;
  messages = closed = given_back = 0;
  seen_bytes = 0;
  client = -1;
  delete_when_closed = false;
  buf_init(&seen, 64 * 1024 * KB);
  buf_init(&in, 64 * 1024 * KB);
  loop = loop_new(err);
  assert_non_null(loop);
  ws = websocket_new(loop, &noting, NULL);
  assert_non_null(ws);
  return 0;
}

int close_websocket(void **state) {
  (void)state;
  bool opened = client >= 0;
  websocket_delete(ws);
  assert_int_equal(given_back, opened);
  assert_int_equal(loop_pending(loop), 0);
  loop_delete(loop);
  buf_free(&seen);
  buf_free(&in);
  if (opened) close(client);
  return 0;
}

void finish_handshake(struct str early) {
  int pair[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
  client = pair[1];
  inside = 1;
  websocket_open(ws, (struct httpd_socket){ .fd = pair[0], .close = close_socket }, early);
  inside = 0;
}

void send_bytes(struct str bytes) {
  if (bytes.len) assert_int_equal(send(client, bytes.ptr, bytes.len, MSG_NOSIGNAL), bytes.len);
}

void send_frames(const struct frame *frames, size_t count) {
  struct buf bytes;
  buf_init(&bytes, 1024 * KB);
  for (size_t i = 0; i < count && (frames[i].head || frames[i].payload); i++) add_frame(&bytes, &frames[i]);
  send_bytes(buf_str(&bytes));
  buf_free(&bytes);
}

void send_frame(struct frame f) {
  send_frames(&f, 1);
}

bool receive(void) {
  for (;;) {
    char *room = buf_reserve(&in, 64 * KB);
    ssize_t size = recv(client, room, 64 * KB, MSG_DONTWAIT);
    if (size <= 0) return size < 0;
    buf_grew(&in, (size_t)size);
  }
}

/* The frames received: "text X;", "part X;", "rest X;", "last X;", "pong X;", "close CODE REASON;"; a long X is its length. */
static const char *received(struct buf *out) {
  struct str rest = buf_str(&in);
  buf_init(out, 64 * KB);
  while (rest.len >= 2) {
    const unsigned char *b = (const unsigned char *)rest.ptr;
    size_t len = b[1], head = 2;
    assert_true(len != 127 && !(len & 0x80)); /* never so long, never masked */
    if (len == 126) {
      len = (size_t)b[2] << 8 | b[3];
      head = 4;
    }
    const char *name = b[0] == 0x81   ? "text"
                       : b[0] == 0x01 ? "part"
                       : b[0] == 0x00 ? "rest"
                       : b[0] == 0x80 ? "last"
                       : b[0] == 0x8a ? "pong"
                       : b[0] == 0x88 ? "close"
                                      : "?";
    struct str payload = str_slice(rest, head, head + len);
    assert_int_equal(payload.len, len);
    buf_addf(out, "%s ", name);
    if (b[0] == 0x88 && len >= 2) {
      buf_addf(out, "%d ", (unsigned char)payload.ptr[0] << 8 | (unsigned char)payload.ptr[1]);
      payload = str_slice(payload, 2, len);
    }
    if (len > 200)
      buf_addf(out, "[%zu];", len);
    else
      buf_addf(out, "%.*s;", STR_ARG(payload));
    rest = str_slice(rest, head + len, rest.len);
  }
  assert_int_equal(rest.len, 0);
  return buf_text(out);
}

void assert_received(const char *name, const char *want) {
  struct buf out;
  receive();
  const char *got = received(&out);
  if (strcmp(got, want) != 0) fail_msg("%s: received %s", name, got);
  buf_free(&out);
}

void assert_seen(const char *name, const char *want) {
  if (strcmp(buf_text(&seen), want) != 0) fail_msg("%s: seen %s", name, buf_text(&seen));
}

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
