/* httpd: connections that are handed over. */
#include <string.h>
#include <sys/socket.h>

#include "httpd_fixture.h"

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
  peer_reset(&c);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_server, close_server)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_upgrade),       TEST(test_many_early_bytes),
    TEST(test_upgrade_fails), cmocka_unit_test(test_deleted_after_a_socket_was_given_back),
    TEST(test_many_upgraded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
