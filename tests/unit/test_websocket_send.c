/* websocket: what is sent before the handshake is through, to slow clients, and to those who left. */
#include <string.h>
#include <unistd.h>

#include "httpd_fixture.h"
#include "websocket_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h> /* last: it defines a macro `fail` */

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
  enum { SIZE = 100 * KB, ROUNDS = 8 };
  static char text[SIZE];
  enum websocket_sent sent;
  size_t accepted = 0, at = 0;
  finish_handshake(STR(""));
  for (int round = 0; round < ROUNDS; round++) {
    size_t before = accepted;
    for (;; accepted++) {
      memset(text, 'a' + (int)(accepted % 26), SIZE);
      if ((sent = websocket_send(ws, str_of(text, SIZE))) != WEBSOCKET_SENT) break;
      assert_true(accepted < 500);
    }
    assert_int_equal(sent, WEBSOCKET_FULL);
    assert_true((accepted - before) * SIZE >= (round == 0 ? WEBSOCKET_OUTBOX_MAX - SIZE : WEBSOCKET_OUTBOX_MAX / 2));
    for (int n = 0; n < (round == ROUNDS - 1 ? 2000 : 16); n++) { /* most of it, at the end all */
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

/* A reply that cannot be sent any more ends it: the message behind is not delivered. */
static void test_left_before_the_reply(void **state) {
  (void)state;
  struct frame frames[] = { F(FIN | TEXT, "reply"), F(FIN | TEXT, "b") };
  finish_handshake(STR(""));
  send_frames(frames, 2);
  close(client);
  client = dup(0);
  run_turns(loop, 5);
  assert_seen("left before", "text reply;closed 1006 ;");
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_websocket, close_websocket)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_queued_before_the_handshake),
    TEST(test_closed_before_the_handshake),
    TEST(test_never_opened),
    TEST(test_early_bytes),
    TEST(test_early_close),
    TEST(test_long_messages),
    TEST(test_slow_client),
    TEST(test_pings_without_reading),
    TEST(test_left_before_the_reply),
    TEST(test_sent_to_one_who_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
