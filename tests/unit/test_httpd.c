/* Requests that are answered at once, and those that are refused before anybody sees them. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "httpd_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h> /* last: it defines a macro `fail` */

#define HOST "Host: h\r\n"
#define LAST HOST "Connection: close\r\n\r\n"

static const struct {
  const char *name, *request, *want;
  int requests; /* that were handed over */
} cases[] = {
  { "GET", "GET /a?b=c&d HTTP/1.1\r\n" LAST, "200 GET /a?b=c&d HTTP/1.1 ;", 1 },
  { "target stays encoded", "GET /%40x%3D?a=%20+%2F HTTP/1.1\r\n" LAST, "200 GET /%40x%3D?a=%20+%2F HTTP/1.1 ;", 1 },
  { "second question mark", "GET /a?b?c HTTP/1.1\r\n" LAST, "200 GET /a?b?c HTTP/1.1 ;", 1 },
  { "HEAD", "HEAD /a HTTP/1.1\r\n" LAST, "200 ;", 1 },
  { "DELETE", "DELETE /a HTTP/1.1\r\n" LAST, "200 DELETE /a? HTTP/1.1 ;", 1 },
  { "POST", "POST /a HTTP/1.1\r\nContent-Length: 3\r\n" LAST "xyz", "200 POST /a? HTTP/1.1 xyz;", 1 },
  { "chunks", "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" LAST "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    "200 POST /a? HTTP/1.1 abcde;", 1 },
  { "chunks, spelt otherwise", "POST /a HTTP/1.1\r\ntransfer-encoding:  Chunked\r\n" LAST "3\r\nabc\r\n0\r\n\r\n",
    "200 POST /a? HTTP/1.1 abc;", 1 },
  { "headers", "GET / HTTP/1.1\r\nX-A:  1 \r\nX-b: 2\r\nX-A: 3\r\nX-E:\r\n" LAST,
    "200 GET /? HTTP/1.1  X-A=1 X-b=2 X-A=3 X-E=;", 1 },
  { "HTTP/1.0", "GET /a HTTP/1.0\r\n\r\n", "200 GET /a? HTTP/1.0 ;", 1 },
  { "pipelined",
    "GET /a HTTP/1.1\r\n" HOST "\r\nPOST /b HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nxGET /c HTTP/1.1\r\n" LAST,
    "200 GET /a? HTTP/1.1 ;200 POST /b? HTTP/1.1 x;200 GET /c? HTTP/1.1 ;", 3 },
  { "an upgrade that nobody wants", "GET /a HTTP/1.1\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n" HOST "\r\n",
    "200 GET /a? HTTP/1.1 ;", 1 },
  { "body announced too long", "POST /a HTTP/1.1\r\nContent-Length: 101\r\n" HOST "\r\n",
    "413 The request body is too long.\n;", 0 },
  { "body of 2^63 bytes", "POST /a HTTP/1.1\r\nContent-Length: 9223372036854775807\r\n" HOST "\r\n",
    "413 The request body is too long.\n;", 0 },
  { "chunks too long",
    "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" LAST
    "40\r\n0123456789012345678901234567890123456789012345678901234567890123\r\n"
    "40\r\n0123456789012345678901234567890123456789012345678901234567890123\r\n0\r\n\r\n",
    "413 The request body is too long.\n;", 0 },
};

static struct httpd_fixture f;

static int open_server(void **state) {
  (void)state;
  httpd_fixture_open(&f, 60, 100);
  return 0;
}

static int close_server(void **state) {
  (void)state;
  httpd_fixture_close(&f);
  return 0;
}

static void test_requests(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct peer c;
    f.requests = 0;
    peer_open(&c, f.loop, httpd_port(f.httpd), str_from(cases[i].request));
    peer_await_end(&c);
    const char *got = peer_summary(&c, strncmp(cases[i].request, "HEAD", 4) == 0);
    if (strcmp(got, cases[i].want) != 0) fail_msg("%s: %s", cases[i].name, got);
    if (f.requests != cases[i].requests) fail_msg("%s: %d requests", cases[i].name, f.requests);
    peer_close(&c);
  }
}

/* Byte by byte: the same answers. */
static void test_in_pieces(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct peer c;
    struct str request = str_from(cases[i].request);
    peer_open(&c, f.loop, httpd_port(f.httpd), STR(""));
    for (size_t at = 0; at < request.len && !c.ended; at++) {
      peer_send(&c, str_slice(request, at, at + 1));
      if (at % 8 == 0) run_turns(f.loop, 2);
    }
    peer_await_end(&c);
    const char *got = peer_summary(&c, strncmp(cases[i].request, "HEAD", 4) == 0);
    if (strcmp(got, cases[i].want) != 0) fail_msg("%s: %s", cases[i].name, got);
    peer_close(&c);
  }
}

static void test_keep_alive(void **state) {
  (void)state;
  struct peer c;
  peer_open(&c, f.loop, httpd_port(f.httpd), STR(""));
  for (int i = 0; i < 50; i++) {
    peer_send(&c, STR("POST /a HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nping"));
    peer_await(&c, STR("HTTP/1.1 ping"));
    assert_string_equal(peer_summary(&c, false), "200 POST /a? HTTP/1.1 ping;");
    buf_clear(&c.in);
  }
  assert_int_equal(f.requests, 50);
  assert_string_equal(buf_text(&f.peer), "127.0.0.1");
  peer_close(&c);
}

static void test_response_head(void **state) {
  (void)state;
  struct peer c;
  peer_open(&c, f.loop, httpd_port(f.httpd), STR("GET /a HTTP/1.1\r\n" HOST "\r\n"));
  peer_await(&c, STR("/a?"));
  static const char *const wanted[] = { "\r\nContent-Length: 17\r\n",
                                        "\r\nDate: ", "\r\nContent-Type: text/plain\r\n" };
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) assert_non_null(strstr(buf_text(&c.in), wanted[i]));
  assert_null(strstr(buf_text(&c.in), "ours")); /* Connection is the server's */
  peer_close(&c);
}

/* The longest target that passes, and one more. */
static void test_long_target(void **state) {
  (void)state;
  for (size_t len = 4096; len <= 4097; len++) {
    struct peer c;
    char target[4098] = "/";
    memset(target + 1, 'a', len - 1);
    target[len] = '\0';
    peer_open(&c, f.loop, httpd_port(f.httpd), STR("GET "));
    peer_send(&c, str_of(target, len));
    peer_send(&c, STR(" HTTP/1.1\r\n" LAST));
    peer_await_end(&c);
    assert_int_equal(strncmp(peer_summary(&c, false), len == 4096 ? "200 GET /aa" : "414 The", 7), 0);
    peer_close(&c);
  }
  assert_int_equal(f.requests, 1);
}

/* As many parameters as the longest target has room for. */
static void test_many_parameters(void **state) {
  (void)state;
  struct buf request, want;
  struct peer c;
  buf_init(&request, 8192);
  buf_init(&want, 8192);
  buf_add(&request, STR("GET /a?"));
  while (request.len < 4 + 4096 - 2) buf_add(&request, STR("a&"));
  buf_addf(&want, "200 %s HTTP/1.1 ;", buf_text(&request));
  buf_add(&request, STR(" HTTP/1.1\r\n" LAST));
  peer_open(&c, f.loop, httpd_port(f.httpd), buf_str(&request));
  peer_await_end(&c);
  assert_string_equal(peer_summary(&c, false), buf_text(&want));
  peer_close(&c);
  buf_free(&request);
  buf_free(&want);
}

/* What never ends is ended: a header, headers, a body in chunks. */
static void test_endless(void **state) {
  (void)state;
  static const struct {
    const char *begin, *more;
  } endless[] = {
    { "GET / HTTP/1.1\r\nX-A: ", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
    { "GET / HTTP/1.1\r\n" HOST, "X-A: 1\r\nX-B: 2\r\n" },
    { "GET /", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
    { "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" HOST "\r\n", "10\r\n0123456789abcdef\r\n" },
  };
  for (size_t i = 0; i < sizeof endless / sizeof *endless; i++) {
    struct peer c;
    struct buf more;
    buf_init(&more, 65536);
    while (more.len < 16384) buf_add(&more, str_from(endless[i].more));
    peer_open(&c, f.loop, httpd_port(f.httpd), str_from(endless[i].begin));
    fcntl(c.watch.fd, F_SETFL, O_NONBLOCK);
    for (int n = 0; n < 1000 && !c.ended; n++) {
      peer_send(&c, buf_str(&more));
      run_turns(f.loop, 2);
    }
    if (!c.ended) fail_msg("case %zu goes on", i);
    if (c.in.len) assert_int_equal(strncmp(buf_text(&c.in), "HTTP/1.1 4", 10), 0);
    buf_free(&more);
    peer_close(&c);
  }
  assert_int_equal(f.requests, 0);
}

static void test_idle(void **state) {
  (void)state;
  static const char *const halves[] = { "", "GET / HTT", "GET / HTTP/1.1\r\nHost",
                                        "POST / HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nab",
                                        "GET /a HTTP/1.1\r\n" HOST "\r\n" };
  struct peer clients[sizeof halves / sizeof *halves];
  struct httpd_fixture idle;
  httpd_fixture_open(&idle, 1, 100);
  for (size_t i = 0; i < sizeof halves / sizeof *halves; i++)
    peer_open(&clients[i], idle.loop, httpd_port(idle.httpd), str_from(halves[i]));
  for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
    peer_await_end(&clients[i]);
    peer_close(&clients[i]);
  }
  assert_int_equal(idle.requests, 1);
  httpd_fixture_close(&idle);
}

/* Beyond the limit of connections they wait for their turn. */
static void test_many(void **state) {
  (void)state;
  enum { COUNT = 500 };
  static const unsigned limits[] = { 1, 64 };
  static struct peer peers[100];
  for (size_t l = 0; l < sizeof limits / sizeof *limits; l++) {
    struct httpd_fixture many;
    httpd_fixture_open(&many, 60, limits[l]);
    for (int n = 0; n < COUNT; n++) {
      int i = n % 100;
      peer_open(&peers[i], many.loop, httpd_port(many.httpd), STR("GET /a HTTP/1.1\r\n" LAST));
      if (i < 99) continue;
      for (int k = 0; k < 100; k++) {
        peer_await_end(&peers[k]);
        assert_string_equal(peer_summary(&peers[k], false), "200 GET /a? HTTP/1.1 ;");
        peer_close(&peers[k]);
      }
    }
    assert_int_equal(many.requests, COUNT);
    httpd_fixture_close(&many);
  }
}

/* Child processes must not inherit what the server opens. */
static void test_close_on_exec(void **state) {
  (void)state;
  struct peer c;
  int sockets = 0;
  peer_open(&c, f.loop, httpd_port(f.httpd), STR("GET /a HTTP/1.1\r\n" HOST "\r\n"));
  peer_await(&c, STR("/a?"));
  for (int fd = 3; fd < 1024; fd++) {
    char link[32], what[64] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (readlink(link, what, sizeof what - 1) < 0) continue;
    if (strncmp(what, "socket:", 7) != 0 && strncmp(what, "anon_inode:", 11) != 0) continue; /* not ours */
    if (!(fcntl(fd, F_GETFD) & FD_CLOEXEC)) fail_msg("descriptor %d (%s) is inherited", fd, what);
    sockets++;
  }
  assert_true(sockets >= 5); /* two epoll descriptors, the listener, both ends of the connection */
  peer_close(&c);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_server, close_server)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_requests),         TEST(test_in_pieces),       TEST(test_keep_alive), TEST(test_response_head),
    TEST(test_long_target),      TEST(test_many_parameters), TEST(test_endless),    cmocka_unit_test(test_idle),
    cmocka_unit_test(test_many), TEST(test_close_on_exec),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
