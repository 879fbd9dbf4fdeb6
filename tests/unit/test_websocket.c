/* websocket: what a client does, what it gets, and how it ends. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "httpd_fixture.h"
#include "websocket_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h> /* last: it defines a macro `fail` */

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
  buf_init(&seen, KB);
  buf_init(&bytes, KB);
  ws = websocket_new(f.loop, &noting, NULL);
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
    TEST(test_turns_are_short),
    TEST(test_close_takes_too_long),
    TEST(test_long_reason),
    TEST(test_over_http),
    TEST(test_deleted_while_open),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
