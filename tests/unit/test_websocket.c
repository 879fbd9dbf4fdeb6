/* websocket: what a client does, what it gets, and how it ends. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "httpd_fixture.h"
#include "websocket.h"
#include "websocket_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h> /* last: it defines a macro `fail` */

enum { KB = 1024 };

static struct loop *loop;
static struct websocket *ws;
static struct buf seen; /* "text X;" and "closed CODE REASON;", in their order */
static size_t seen_bytes;
static int messages, closed, given_back, client, inside;
static bool delete_when_closed;
static struct buf in; /* what the client received */
static char err[ERR_LEN];

static void note_message(void *ctx, struct str text) {
  (void)ctx;
  assert_false(inside);
  messages++;
  seen_bytes += text.len;
  buf_addf(&seen, "text %.*s;", STR_ARG(str_slice(text, 0, 40)));
  if (str_starts(text, STR("echo"))) assert_int_equal(websocket_send(ws, text), WEBSOCKET_SENT);
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

/* A websocket whose handshake is not through. */
static int open_websocket(void **state) {
  (void)state;
  static const struct websocket_events events = { note_message, note_closed };
  messages = closed = given_back = 0;
  seen_bytes = 0;
  client = -1;
  delete_when_closed = false;
  buf_init(&seen, 64 * 1024 * KB);
  buf_init(&in, 64 * 1024 * KB);
  loop = loop_new(err);
  assert_non_null(loop);
  ws = websocket_new(loop, &events, NULL);
  assert_non_null(ws);
  return 0;
}

static int close_websocket(void **state) {
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

static void finish_handshake(struct str early) {
  int pair[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
  client = pair[1];
  inside = 1;
  websocket_open(ws, (struct httpd_socket){ .fd = pair[0], .close = close_socket }, early);
  inside = 0;
}

static void send_bytes(struct str bytes) {
  if (bytes.len) assert_int_equal(send(client, bytes.ptr, bytes.len, MSG_NOSIGNAL), bytes.len);
}

static void send_frames(const struct frame *frames, size_t count) {
  struct buf bytes;
  buf_init(&bytes, 1024 * KB);
  for (size_t i = 0; i < count && (frames[i].head || frames[i].payload); i++) add_frame(&bytes, &frames[i]);
  send_bytes(buf_str(&bytes));
  buf_free(&bytes);
}

static void send_frame(struct frame f) {
  send_frames(&f, 1);
}

/* Returns whether the server's end is still open for sending. */
static bool receive(void) {
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

static void assert_received(const char *name, const char *want) {
  struct buf out;
  receive();
  const char *got = received(&out);
  if (strcmp(got, want) != 0) fail_msg("%s: received %s", name, got);
  buf_free(&out);
}

static void assert_seen(const char *name, const char *want) {
  if (strcmp(buf_text(&seen), want) != 0) fail_msg("%s: seen %s", name, buf_text(&seen));
}

/* What a client sends, and what comes of it */

enum then { STAYS, CLOSES_SOCKET, ANSWERS /* with a close frame of 3333 */ };

static const struct {
  const char *name;
  struct frame frames[4];
  const char *received;
  enum then then;
  const char *seen;
} cases[] = {
  { "text", { F(FIN | TEXT, "hi") }, "", CLOSES_SOCKET, "text hi;closed 1006 ;" },
  { "echo",
    { F(FIN | TEXT, "echo 1"), F(FIN | TEXT, "echo 2") },
    "text echo 1;text echo 2;",
    STAYS,
    "text echo 1;text echo 2;" },
  { "ping", { F(FIN | PING, "p"), F(FIN | PING, "") }, "pong p;pong ;", STAYS, "" },
  { "close",
    { F(FIN | CLOSE, "\x03\xe8"
                     "bye") },
    "close 1000 bye;",
    STAYS,
    "closed 1000 bye;" },
  { "close without code", { F(FIN | CLOSE, "") }, "close ;", STAYS, "closed 1005 ;" },
  { "nothing behind a close",
    { F(FIN | CLOSE, "\x03\xe9"), F(FIN | TEXT, "a"), F(FIN | PING, "b") },
    "close 1001 ;",
    STAYS,
    "closed 1001 ;" },
  { "gone", { F(TEXT, "a") }, "", CLOSES_SOCKET, "closed 1006 ;" },
  { "binary",
    { F(FIN | TEXT, "a"), F(FIN | BINARY, "b"), F(FIN | TEXT, "c") },
    "close 1003 Binary frames are not supported;",
    ANSWERS,
    "text a;closed 1003 Binary frames are not supported;" },
  { "binary, and gone",
    { F(FIN | BINARY, "b") },
    "close 1003 Binary frames are not supported;",
    CLOSES_SOCKET,
    "closed 1003 Binary frames are not supported;" },
  { "frame too long",
    { LONG(FIN | TEXT, 40 * KB), F(FIN | TEXT, "c") },
    "close 1009 Frame is longer than 32 KB;",
    ANSWERS,
    "closed 1009 Frame is longer than 32 KB;" },
  { "not UTF-8",
    { F(FIN | TEXT, "\xff") },
    "close 1007 Text is not UTF-8;",
    ANSWERS,
    "closed 1007 Text is not UTF-8;" },
  { "not masked",
    { UNMASKED(FIN | TEXT, "a") },
    "close 1002 Frame is not masked;",
    CLOSES_SOCKET,
    "closed 1002 Frame is not masked;" },
  { "ping too long",
    { LONG(FIN | PING, 126) },
    "close 1002 Malformed frame;",
    CLOSES_SOCKET,
    "closed 1002 Malformed frame;" },
  { "wrong close code",
    { F(FIN | CLOSE, "\x03\xee") },
    "close 1002 Close code is not allowed;",
    CLOSES_SOCKET,
    "closed 1002 Close code is not allowed;" },
  { "closed in a message",
    { F(FIN | TEXT, "close"), F(FIN | TEXT, "b"), F(FIN | PING, "c") },
    "close 1000 done;",
    ANSWERS,
    "text close;closed 1000 done;" },
  { "closed in a message, and gone",
    { F(FIN | TEXT, "close") },
    "close 1000 done;",
    CLOSES_SOCKET,
    "text close;closed 1000 done;" },
  { "both close at once",
    { F(FIN | TEXT, "close"), F(FIN | CLOSE, "\x03\xe8") },
    "close 1000 done;",
    STAYS,
    "text close;closed 1000 done;" },
};

static void test_cases(void **state) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    if (i > 0) open_websocket(state);
    delete_when_closed = i % 2;
    finish_handshake(STR(""));
    send_frames(cases[i].frames, 4);
    run_turns(loop, 5);
    assert_received(cases[i].name, cases[i].received);
    if (cases[i].then == ANSWERS) send_frame((struct frame)F(FIN | CLOSE, "\x0d\x05"));
    if (cases[i].then == CLOSES_SOCKET) shutdown(client, SHUT_RDWR);
    run_turns(loop, 5);
    assert_seen(cases[i].name, cases[i].seen);
    if (closed) assert_false(receive()); /* the end, and nothing more */
    if (i + 1 < sizeof cases / sizeof *cases) close_websocket(state);
  }
}

/* A client whose frames cannot be told apart any more sees the end at once. */
static void test_sending_ends_when_deaf(void **state) {
  (void)state;
  finish_handshake(STR(""));
  send_bytes(STR("\x81\xff\x80\0\0\0\0\0\0\0mask and more"));
  run_turns(loop, 5);
  assert_false(receive());
  assert_int_equal(closed, 0);
  send_bytes(STR("and more"));
  run_turns(loop, 5);
  assert_int_equal(closed, 0);
  shutdown(client, SHUT_WR);
  run_turns(loop, 5);
  assert_seen("2^63", "closed 1002 Malformed frame;");
}

/* The handshake */

static void test_queued_before_the_handshake(void **state) {
  (void)state;
  assert_int_equal(websocket_send(ws, STR("one")), WEBSOCKET_SENT);
  assert_int_equal(websocket_send(ws, STR("two")), WEBSOCKET_SENT);
  run_turns(loop, 5);
  finish_handshake(STR(""));
  assert_received("at once", "text one;text two;");
}

static void test_closed_before_the_handshake(void **state) {
  (void)state;
  assert_int_equal(websocket_send(ws, STR("one")), WEBSOCKET_SENT);
  websocket_close(ws, 1001, STR("Going away"));
  assert_int_equal(websocket_send(ws, STR("two")), WEBSOCKET_CLOSING);
  run_turns(loop, 5);
  assert_int_equal(closed, 0);
  finish_handshake(STR(""));
  run_turns(loop, 5);
  assert_received("both", "text one;close 1001 Going away;");
  send_frame((struct frame)F(FIN | CLOSE, "\x03\xe9"));
  run_turns(loop, 5);
  assert_seen("ended", "closed 1001 Going away;");
}

static void test_never_opened(void **state) {
  (void)state;
  assert_int_equal(websocket_send(ws, STR("one")), WEBSOCKET_SENT);
  websocket_close(ws, 1001, STR("Going away")); /* the teardown deletes it */
}

/* Early bytes may end in the middle of a frame, are copied, and come first. */
static void test_early_bytes(void **state) {
  (void)state;
  struct buf bytes;
  buf_init(&bytes, KB);
  add_frame(&bytes, &(struct frame)F(FIN | TEXT, "echo 1"));
  add_frame(&bytes, &(struct frame)F(FIN | TEXT, "echo 2"));
  size_t early = bytes.len - 3;
  finish_handshake(str_slice(buf_str(&bytes), 0, early));
  assert_int_equal(messages, 0); /* from the loop only */
  send_bytes(str_slice(buf_str(&bytes), early, bytes.len));
  memset(bytes.ptr, 0, bytes.len);
  run_turns(loop, 5);
  assert_received("early", "text echo 1;text echo 2;");
  buf_free(&bytes);
}

static void test_early_close(void **state) {
  (void)state;
  struct buf bytes;
  buf_init(&bytes, KB);
  add_frame(&bytes, &(struct frame)F(FIN | CLOSE, "\x03\xe8"));
  finish_handshake(buf_str(&bytes));
  buf_free(&bytes);
  run_turns(loop, 5);
  assert_seen("early close", "closed 1000 ;");
}

/* Sending */

static void test_long_messages(void **state) {
  (void)state;
  static const struct {
    size_t len;
    const char *want;
  } sizes[] = {
    { 0, "text ;" },
    { 125, NULL },
    { 126, NULL },
    { 32 * KB, "text [32768];" },
    { 32 * KB + 1, "part [32768];last a;" },
    { 128 * KB, "part [32768];rest [32768];rest [32768];last [32768];" },
  };
  static char text[128 * KB];
  memset(text, 'a', sizeof text);
  finish_handshake(STR(""));
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    buf_clear(&in);
    assert_int_equal(websocket_send(ws, str_of(text, sizes[i].len)), WEBSOCKET_SENT);
    run_turns(loop, 5);
    for (int n = 0; n < 20; n++) {
      receive();
      run_turns(loop, 1);
    }
    if (sizes[i].want) assert_received("long", sizes[i].want);
    if (!sizes[i].want) assert_int_equal(in.len, sizes[i].len + (sizes[i].len < 126 ? 2 : 4));
  }
}

/* Nothing is lost, doubled or exchanged for a client that reads late; beyond the limit we are told. */
static void test_slow_client(void **state) {
  (void)state;
  enum { SIZE = 100 * KB };
  static char text[SIZE];
  enum websocket_sent sent;
  size_t accepted = 0, at = 0;
  finish_handshake(STR(""));
  for (int round = 0; round < 3; round++) {
    size_t before = accepted;
    for (;; accepted++) {
      memset(text, 'a' + (int)(accepted % 26), SIZE);
      if ((sent = websocket_send(ws, str_of(text, SIZE))) != WEBSOCKET_SENT) break;
      assert_true(accepted < 500);
    }
    assert_int_equal(sent, WEBSOCKET_FULL);
    assert_true(round > 0 || (accepted - before) * SIZE >= WEBSOCKET_OUTBOX_MAX - SIZE);
    for (int n = 0; n < (round == 2 ? 2000 : 10); n++) { /* some of it, at the end all */
      receive();
      run_turns(loop, 1);
    }
  }
  const size_t frames = (SIZE + WEBSOCKET_FRAME_MAX - 1) / WEBSOCKET_FRAME_MAX, whole = SIZE + 4 * frames;
  assert_int_equal(in.len, accepted * whole);
  for (size_t i = 0; i < accepted; i++)
    for (size_t offset = 4; offset < whole; offset += 999) {
      at = i * whole + offset;
      if (offset % (WEBSOCKET_FRAME_MAX + 4) >= 4) assert_int_equal(in.ptr[at], 'a' + (int)(i % 26));
    }
  assert_int_equal(websocket_send(ws, STR("x")), WEBSOCKET_SENT);
}

/* A client that only pings and never reads is answered with some pongs, and costs no more memory than these. */
static void test_pings_without_reading(void **state) {
  (void)state;
  struct frame ping = LONG(FIN | PING, 125);
  finish_handshake(STR(""));
  for (int n = 0; n < 40000; n++) {
    send_frame(ping);
    if (n % 100 == 99) run_turns(loop, 3);
  }
  for (int n = 0; n < 100; n++) {
    run_turns(loop, 1);
    receive();
  }
  assert_true(in.len >= 64 * KB && in.len < 1024 * KB);
  assert_int_equal(in.len % 127, 0);
  send_frame((struct frame)F(FIN | TEXT, "echo still there"));
  run_turns(loop, 3);
  assert_seen("after pings", "text echo still there;");
}

static void test_sent_to_one_who_left(void **state) {
  (void)state;
  finish_handshake(STR(""));
  close(client);
  client = dup(0);
  inside = 1;
  websocket_send(ws, STR("x"));
  websocket_send(ws, STR("x"));
  websocket_close(ws, 1000, STR(""));
  inside = 0;
  assert_int_equal(closed, 0);
  run_turns(loop, 5);
  assert_seen("left", "closed 1006 ;");
  assert_int_equal(websocket_send(ws, STR("x")), WEBSOCKET_CLOSING);
  websocket_close(ws, 1000, STR(""));
  run_turns(loop, 5);
  assert_int_equal(closed, 1);
}

/* Reading */

/* What one client sends at once is read in several turns. */
static void test_turns_are_short(void **state) {
  (void)state;
  finish_handshake(STR(""));
  int size = 1024 * KB;
  setsockopt(client, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  for (int n = 0; n < 10; n++) send_frame((struct frame)LONG(FIN | TEXT, 16 * KB));
  run_turns(loop, 1);
  assert_in_range(seen_bytes, 16 * KB, 64 * KB);
  run_turns(loop, 10);
  assert_int_equal(seen_bytes, 160 * KB);
}

static void stop_loop(void *ctx) {
  loop_stop(ctx);
}

/* The client never answers our close, sends on, and does not even read. */
static void test_close_takes_too_long(void **state) {
  (void)state;
  struct loop_timer guard = { .fire = stop_loop, .ctx = loop };
  static char text[128 * KB];
  finish_handshake(STR(""));
  while (websocket_send(ws, str_of(text, sizeof text)) == WEBSOCKET_SENT) continue;
  websocket_close(ws, 1001, STR("Going away"));
  send_frame((struct frame)F(FIN | TEXT, "a"));
  assert_true(loop_timer_start(loop, &guard, 10 * WEBSOCKET_CLOSE_MS));
  while (!closed && guard.place) {
    struct loop_timer tick = { .fire = stop_loop, .ctx = loop };
    assert_true(loop_timer_start(loop, &tick, 50));
    loop_run(loop);
    loop_timer_stop(loop, &tick);
  }
  loop_timer_stop(loop, &guard);
  assert_seen("too long", "closed 1001 Going away;");
}

/* A reason is cut to what a close frame holds, between two characters. */
static void test_long_reason(void **state) {
  (void)state;
  char reason[200], want[300];
  for (size_t i = 0; i < sizeof reason; i += 2) memcpy(reason + i, "\xc3\xa4", 2);
  finish_handshake(STR(""));
  websocket_close(ws, 1011, str_of(reason, sizeof reason));
  snprintf(want, sizeof want, "close 1011 %.122s;", reason);
  assert_received("cut", want);
}

/* Over a real connection */

static void test_over_http(void **state) {
  struct httpd_fixture f;
  struct peer c;
  struct buf bytes;
  close_websocket(state);
  httpd_fixture_open(&f, 60, 10);
  static const struct websocket_events events = { note_message, note_closed };
  buf_init(&seen, KB);
  buf_init(&bytes, KB);
  ws = websocket_new(f.loop, &events, NULL);
  buf_add(&bytes, STR("GET /upgrade HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"));
  add_frame(&bytes, &(struct frame)F(FIN | TEXT, "echo early"));
  peer_open(&c, f.loop, httpd_port(f.httpd), buf_str(&bytes));
  run_until(f.loop, &f.upgraded, 1);
  websocket_open(ws, f.socket, buf_str(&f.early));
  peer_await(&c, STR("\x81\x0a"
                     "echo early"));
  buf_clear(&bytes);
  add_frame(&bytes, &(struct frame)F(FIN | CLOSE, "\x03\xe8"));
  given_back = 1;
  peer_send(&c, buf_str(&bytes));
  peer_await_end(&c);
  assert_string_equal(buf_text(&seen), "text echo early;closed 1000 ;");
  websocket_delete(ws);
  peer_close(&c);
  buf_free(&bytes);
  buf_free(&seen);
  httpd_fixture_close(&f);
  open_websocket(state);
}

static void test_deleted_while_open(void **state) {
  (void)state;
  finish_handshake(STR(""));
  websocket_send(ws, STR("x"));
  run_turns(loop, 2);
  websocket_delete(ws);
  ws = NULL;
  websocket_delete(NULL);
  receive();
  assert_received("deleted", "text x;");
  assert_int_equal(closed, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_websocket, close_websocket)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_cases),
    TEST(test_sending_ends_when_deaf),
    TEST(test_queued_before_the_handshake),
    TEST(test_closed_before_the_handshake),
    TEST(test_never_opened),
    TEST(test_early_bytes),
    TEST(test_early_close),
    TEST(test_long_messages),
    TEST(test_slow_client),
    TEST(test_pings_without_reading),
    TEST(test_sent_to_one_who_left),
    TEST(test_turns_are_short),
    TEST(test_close_takes_too_long),
    TEST(test_long_reason),
    TEST(test_over_http),
    TEST(test_deleted_while_open),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
