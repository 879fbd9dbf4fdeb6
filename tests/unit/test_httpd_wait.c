/* httpd: requests that are answered later, and clients that do not wait for it. */
#include <sys/socket.h>

#include "httpd_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h> /* last: it defines a macro `fail` */

#define HEAD_END "Host: h\r\n\r\n"

static struct httpd_fixture f;

static int open_server(void **state) {
  (void)state;
  httpd_fixture_open(&f, 60, 2000);
  return 0;
}

static int close_server(void **state) {
  (void)state;
  httpd_fixture_close(&f);
  return 0;
}

static void connect_peer(struct peer *c, struct str bytes) {
  peer_open(c, f.loop, httpd_port(f.httpd), bytes);
}

static void test_late_answer(void **state) {
  (void)state;
  struct peer c;
  connect_peer(&c, STR("POST /wait HTTP/1.1\r\nContent-Length: 2\r\n" HEAD_END "ab"));
  for (int i = 1; i <= 3; i++) {
    run_until(f.loop, &f.held, i);
    run_turns(f.loop, 10);
    assert_int_equal(c.in.len, 0);
    assert_true(str_equal(f.last->body, STR("ab"))); /* is still there */
    assert_true(str_equal(f.last->path, STR("/wait")));
    answer_exchange(f.last, f.last->body);
    peer_await(&c, STR("\r\n\r\nab"));
    assert_string_equal(peer_summary(&c, false), "200 ab;");
    buf_clear(&c.in);
    peer_send(&c, STR("POST /wait HTTP/1.1\r\nContent-Length: 2\r\n" HEAD_END "ab")); /* the same connection again */
  }
  run_until(f.loop, &f.held, 4);
  peer_close(&c);
  run_until(f.loop, &f.left, 1);
}

/* A server that waits for nobody but itself has nothing to do. */
static void test_waits_quietly(void **state) {
  (void)state;
  struct peer c;
  connect_peer(&c, STR("GET /wait HTTP/1.1\r\n" HEAD_END));
  run_until(f.loop, &f.held, 1);
  run_turns(f.loop, 10);
  assert_int_equal(loop_pending(f.loop), 4); /* server, both ends of the connection, idle timer: no job */
  peer_close(&c);
  run_until(f.loop, &f.left, 1);
}

/* What was sent behind a request that waits is served when that one was answered, in order. */
static void test_pipelined(void **state) {
  (void)state;
  struct peer c;
  connect_peer(
      &c, STR("GET /wait/1 HTTP/1.1\r\n" HEAD_END "GET /a HTTP/1.1\r\n" HEAD_END "GET /wait/2 HTTP/1.1\r\n" HEAD_END));
  run_until(f.loop, &f.held, 1);
  peer_send(&c, STR("GET /b HTTP/1.1\r\n" HEAD_END)); /* later, while it waits */
  run_turns(f.loop, 10);
  assert_int_equal(f.requests, 1);
  answer_exchange(f.last, STR("one"));
  run_until(f.loop, &f.held, 2);
  answer_exchange(f.last, STR("two"));
  peer_await(&c, STR("/b? HTTP/1.1 "));
  assert_string_equal(peer_summary(&c, false), "200 one;200 GET /a? HTTP/1.1 ;200 two;200 GET /b? HTTP/1.1 ;");
  peer_close(&c);
}

/* Answers come in the order of the answers, whatever the order of the requests. */
static void test_many_wait(void **state) {
  (void)state;
  enum { COUNT = 50 };
  struct peer peers[COUNT];
  struct exchange *held[COUNT];
  for (int i = 0; i < COUNT; i++) {
    connect_peer(&peers[i], STR("GET /wait HTTP/1.1\r\n" HEAD_END));
    run_until(f.loop, &f.held, i + 1);
    held[i] = f.last;
  }
  for (int n = 0; n < COUNT; n++) {
    int i = (n * 7) % COUNT;
    if (i % 5 == 0) {
      peer_close(&peers[i]);
    } else {
      answer_exchange(held[i], STR("x"));
      peer_await(&peers[i], STR("\r\n\r\nx"));
      peer_close(&peers[i]);
    }
  }
  run_until(f.loop, &f.left, COUNT / 5);
  run_turns(f.loop, 10);
  assert_int_equal(f.left, COUNT / 5);
}

/* Closed, reset, half closed (which counts as gone), with bytes behind the request or without. */
static void test_left(void **state) {
  (void)state;
  int before = descriptors_open();
  for (int i = 0; i < 6; i++) {
    struct peer c;
    connect_peer(&c, STR("GET /wait HTTP/1.1\r\n" HEAD_END));
    if (i % 2) peer_send(&c, STR("GET /never HTTP/1.1\r\n" HEAD_END));
    run_until(f.loop, &f.held, i + 1);
    if (i / 2 == 0) shutdown(c.watch.fd, SHUT_WR);
    if (i / 2 == 0) peer_await_end(&c);
    assert_int_equal(c.in.len, 0);
    if (i / 2 == 1)
      peer_reset(&c);
    else
      peer_close(&c);
    run_until(f.loop, &f.left, i + 1);
    run_turns(f.loop, 10);
    assert_int_equal(f.left, i + 1);
    assert_int_equal(descriptors_open(), before);
  }
  assert_int_equal(f.requests, 6);
}

/* The client goes after it was answered, before the answer was written. */
static void test_answered_when_gone(void **state) {
  (void)state;
  struct peer c;
  int before = descriptors_open();
  connect_peer(&c, STR("GET /wait HTTP/1.1\r\n" HEAD_END));
  run_until(f.loop, &f.held, 1);
  peer_reset(&c);
  answer_exchange(f.last, STR("late"));
  run_turns(f.loop, 10);
  assert_int_equal(f.left, 0);
  assert_int_equal(descriptors_open(), before);
}

static void test_deleted_while_some_wait(void **state) {
  (void)state;
  struct peer peers[5];
  struct httpd_fixture other;
  httpd_fixture_open(&other, 60, 100);
  for (int i = 0; i < 5; i++)
    peer_open(&peers[i], other.loop, httpd_port(other.httpd), STR("GET /wait HTTP/1.1\r\n" HEAD_END));
  run_until(other.loop, &other.held, 5);
  answer_exchange(other.last, STR("never written"));
  httpd_delete(other.httpd);
  other.httpd = NULL;
  for (int i = 0; i < 5; i++) {
    peer_await_end(&peers[i]);
    peer_close(&peers[i]);
  }
  assert_int_equal(other.left, 0);
  httpd_fixture_close(&other);
}

static void count_tick(void *ctx) {
  ++*(int *)ctx;
}

/* The bytes and the end behind them are there before the server looks: nothing may be kept until it has been idle. */
static void test_end_with_the_last_bytes(void **state) {
  (void)state;
  static const struct str sent[] = {
    STR(""),
    STR("GE"),
    STR("GET / HTTP/1.1\r\nHost:"),
    STR("GET /a HTTP/1.1\r\n" HEAD_END),
    STR("GET /a HTTP/1.1\r\n" HEAD_END "GE"),
    STR("POST /a HTTP/1.1\r\nContent-Length: 9\r\n" HEAD_END "abc"),
    STR("GET /wait HTTP/1.1\r\n" HEAD_END),
    STR("\x88\0\0"),
  };
  enum { EACH = 30, PATIENCE = 2000 };
  int before = descriptors_open();
  for (size_t i = 0; i < EACH * sizeof sent / sizeof *sent; i++) {
    struct peer c;
    connect_peer(&c, sent[i % (sizeof sent / sizeof *sent)]);
    peer_close(&c);
    run_turns(f.loop, (int)i % 3);
  }
  for (int i = 0; i < PATIENCE && descriptors_open() > before; i++) {
    int ticks = 0;
    struct loop_timer timer = { .fire = count_tick, .ctx = &ticks };
    assert_true(loop_timer_start(f.loop, &timer, 5));
    run_until(f.loop, &ticks, 1);
  }
  assert_int_equal(descriptors_open(), before);
  assert_int_equal(f.left, f.held);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_server, close_server)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_late_answer),
    TEST(test_waits_quietly),
    TEST(test_pipelined),
    TEST(test_many_wait),
    TEST(test_left),
    TEST(test_answered_when_gone),
    TEST(test_end_with_the_last_bytes),
    cmocka_unit_test(test_deleted_while_some_wait),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
