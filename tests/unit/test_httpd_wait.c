/* httpd: requests that are answered later, clients that do not wait for it, and connections that are handed over. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "httpd_fixture.h"
#include "httpd_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h> /* last: it defines a macro `fail` */

#define HEAD_END "Host: h\r\n\r\n"
#define UPGRADE "Connection: keep-alive, Upgrade\r\nUpgrade: echo\r\n" HEAD_END

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

/* Waiting */

static void test_late_answer(void **state) {
  (void)state;
  struct peer c;
  connect_peer(&c, STR("POST /wait HTTP/1.1\r\nContent-Length: 2\r\n" HEAD_END "ab"));
  for (int i = 1; i <= 3; i++) {
    run_until(f.loop, &f.held, i);
    run_turns(f.loop, 10);
    assert_int_equal(c.in.len, 0);
    assert_true(str_equal(f.last->body, STR("ab"))); /* is still there */
    assert_true(str_equal(f.last->target, STR("/wait")));
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

static void reset_connection(struct peer *c) {
  struct linger now = { .l_onoff = 1 };
  setsockopt(c->watch.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
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
    if (i / 2 == 1) reset_connection(&c);
    if (i / 2 == 0) peer_await_end(&c);
    assert_int_equal(c.in.len, 0);
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
  reset_connection(&c);
  peer_close(&c);
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

/* Upgrading */

static void give_back(void) {
  f.socket.close(&f.socket);
}

static void test_upgrade(void **state) {
  (void)state;
  static const char *const paths[] = { "/upgrade", "/wait" };
  for (int i = 0; i < 2; i++) {
    struct peer c;
    char byte[8] = "";
    connect_peer(&c, STR("GET "));
    peer_send(&c, str_from(paths[i]));
    peer_send(&c, STR(" HTTP/1.1\r\n" UPGRADE "early"));
    if (i == 1) {
      run_until(f.loop, &f.held, 1);
      run_turns(f.loop, 10);
      assert_int_equal(f.upgraded, 1);
      upgrade_exchange(&f, f.last);
    }
    peer_await(&c, STR("\r\n\r\n"));
    assert_int_equal(f.upgraded, i + 1);
    assert_non_null(strstr(buf_text(&c.in), "HTTP/1.1 101 Switching Protocols\r\n"));
    assert_non_null(strstr(buf_text(&c.in), "Upgrade: echo\r\n"));
    assert_non_null(strstr(buf_text(&c.in), "Connection: Upgrade\r\n"));
    assert_null(strstr(buf_text(&c.in), "Content-Length"));
    assert_string_equal(buf_text(&f.early), "early");
    assert_int_equal(recv(f.socket.fd, byte, 1, 0), -1); /* non-blocking */
    peer_send(&c, STR("more"));
    run_turns(f.loop, 10);
    assert_int_equal(recv(f.socket.fd, byte, sizeof byte, 0), 4); /* nobody else reads it */
    assert_int_equal(send(f.socket.fd, "over", 4, 0), 4);
    peer_await(&c, STR("over"));
    give_back();
    peer_await_end(&c);
    peer_close(&c);
  }
  assert_int_equal(f.failed, 0);
}

/* More bytes behind the head than the server has read so far: none is lost. */
static void test_many_early_bytes(void **state) {
  (void)state;
  struct peer c;
  struct buf sent, got;
  buf_init(&sent, 200000);
  buf_init(&got, 200000);
  for (int i = 0; sent.len < 100000; i++) buf_add_int(&sent, i);
  connect_peer(&c, STR("GET /upgrade HTTP/1.1\r\n" UPGRADE));
  peer_send(&c, buf_str(&sent));
  run_until(f.loop, &f.upgraded, 1);
  buf_add(&got, buf_str(&f.early));
  while (got.len < sent.len) {
    char *room = buf_reserve(&got, 100000);
    ssize_t size = recv(f.socket.fd, room, 100000, 0);
    assert_true(size > 0);
    buf_grew(&got, (size_t)size);
  }
  assert_true(str_equal(buf_str(&got), buf_str(&sent)));
  give_back();
  peer_await_end(&c);
  peer_close(&c);
  buf_free(&sent);
  buf_free(&got);
}

/* Gone before the 101 was written, and HTTP/1.0, which knows no 101. */
static void test_upgrade_fails(void **state) {
  (void)state;
  struct peer c;
  int before = descriptors_open();
  connect_peer(&c, STR("GET /wait HTTP/1.1\r\n" UPGRADE));
  run_until(f.loop, &f.held, 1);
  reset_connection(&c);
  peer_close(&c);
  upgrade_exchange(&f, f.last);
  run_until(f.loop, &f.failed, 1);
  connect_peer(&c, STR("GET /upgrade HTTP/1.0\r\n" UPGRADE));
  peer_await_end(&c);
  assert_int_equal(f.failed, 2);
  peer_close(&c);
  assert_int_equal(f.left, 0);
  assert_int_equal(f.upgraded, 0);
  run_turns(f.loop, 10);
  assert_int_equal(descriptors_open(), before);
}

static void test_deleted_after_a_socket_was_given_back(void **state) {
  (void)state;
  struct peer c, d;
  struct httpd_fixture other;
  httpd_fixture_open(&other, 60, 100);
  peer_open(&c, other.loop, httpd_port(other.httpd), STR("GET /upgrade HTTP/1.1\r\n" UPGRADE));
  run_until(other.loop, &other.upgraded, 1);
  peer_open(&d, other.loop, httpd_port(other.httpd), STR("GET /wait HTTP/1.1\r\n" UPGRADE));
  run_until(other.loop, &other.held, 1);
  upgrade_exchange(&other, other.last); /* not written yet: neither upgraded nor failed will be called */
  other.socket.close(&other.socket);
  httpd_delete(other.httpd);
  other.httpd = NULL;
  peer_await_end(&c);
  peer_await_end(&d);
  peer_close(&c);
  peer_close(&d);
  assert_int_equal(other.upgraded, 1);
  assert_int_equal(other.failed, 0);
  httpd_fixture_close(&other);
}

/* Many upgraded connections at once; no descriptor is left of them. */
static void test_many_upgraded(void **state) {
  (void)state;
  enum { COUNT = 400 };
  static struct peer peers[COUNT];
  static struct httpd_socket sockets[COUNT];
  int before = descriptors_open();
  for (int i = 0; i < COUNT; i++) {
    connect_peer(&peers[i], STR("GET /upgrade HTTP/1.1\r\n" UPGRADE));
    run_until(f.loop, &f.upgraded, i + 1);
    sockets[i] = f.socket;
  }
  assert_int_equal(descriptors_open(), before + 2 * COUNT);
  for (int i = 0; i < COUNT; i++) {
    if (i % 2) peer_close(&peers[i]);
    sockets[i].close(&sockets[i]);
    if (i % 2) continue;
    peer_await_end(&peers[i]);
    peer_close(&peers[i]);
  }
  run_turns(f.loop, 10);
  assert_int_equal(descriptors_open(), before);
}

/* Addresses */

static void test_addresses(void **state) {
  (void)state;
  static const struct {
    int family;
    const char *address, *want;
  } cases[] = {
    { AF_INET, "127.0.0.1", "127.0.0.1" },
    { AF_INET, "203.0.113.9", "203.0.113.9" },
    { AF_INET6, "::1", "::1" },
    { AF_INET6, "2001:db8::7", "2001:db8::7" },
    { AF_INET6, "::ffff:192.0.2.7", "192.0.2.7" },
  };
  char text[INET6_ADDRSTRLEN];
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sockaddr_in v4 = { .sin_family = AF_INET };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
    bool is_v4 = cases[i].family == AF_INET;
    void *bytes = is_v4 ? (void *)&v4.sin_addr : (void *)&v6.sin6_addr;
    assert_int_equal(inet_pton(cases[i].family, cases[i].address, bytes), 1);
    httpd_address_text(is_v4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6, text);
    assert_string_equal(text, cases[i].want);
  }
  struct sockaddr other = { .sa_family = AF_UNIX };
  httpd_address_text(&other, text);
  assert_string_equal(text, "");
  httpd_address_text(NULL, text);
  assert_string_equal(text, "");
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
    cmocka_unit_test(test_deleted_while_some_wait),
    TEST(test_upgrade),
    TEST(test_many_early_bytes),
    TEST(test_upgrade_fails),
    cmocka_unit_test(test_deleted_after_a_socket_was_given_back),
    TEST(test_many_upgraded),
    cmocka_unit_test(test_addresses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
