/* Heads that are refused: of requests before anybody sees them, of answers that are too long. */
#include <string.h>

#include "httpd_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h> /* last: it defines a macro `fail` */

#define HOST "Host: h\r\n"
#define LAST HOST "Connection: close\r\n\r\n"

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

static void test_malformed(void **state) {
  (void)state;
  static const char *const requests[] = {
    "GET / HTTP/1.1\r\n\r\n", /* no Host */
    "\x16\x03\x01\x02\x01\xfc\r\n\r\n",
    "GET / HTTP/9.9\r\n" LAST,
    "POST /a HTTP/1.1\r\nContent-Length: x\r\n" LAST,
    "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" LAST "zz\r\n",
    "nonsense\r\n\r\n",
  };
  for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
    struct peer c;
    peer_open(&c, f.loop, httpd_port(f.httpd), str_from(requests[i]));
    peer_await(&c, STR("\r\n\r\n"));
    if (c.in.len && strncmp(buf_text(&c.in), "HTTP/1.1 4", 10) != 0 && strncmp(buf_text(&c.in), "HTTP/1.1 5", 10) != 0)
      fail_msg("%s: %s", requests[i], buf_text(&c.in));
    peer_close(&c);
  }
  assert_int_equal(f.requests, 0);
}

/* What two readers may read differently is refused, with its connection: what follows is no request of anybody's. */
static void test_ambiguous(void **state) {
  (void)state;
  static const char *const heads[] = {
    "Host: h\r\nHost: evil\r\n",
    "Host: h\r\nhOST: h\r\n",
    "Host: h\r\nHost : evil\r\n",
    "Host: h\r\nHost\t: evil\r\n",
    " X: 1\r\nHost: h\r\n",
    "Host: h\r\nX(: 1\r\n",
    "Host: h\r\nTransfer-Encoding: chunked \r\n",
    "Host: h\r\nContent-Length: 3\r\nContent-Length: 30\r\n",
    "Host: h\r\nContent-Length: 3\r\ncontent-length: 3\r\n",
    "Host: h\r\nTransfer-Encoding: xchunked\r\n",
    "Host: h\r\nTransfer-Encoding: identity, chunked\r\n",
    "Host: h\r\nTransfer-Encoding: gzip\r\n",
    "Host: h\r\nTransfer-Encoding:\r\n",
    "Host: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    "Host: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n",
  };
  for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
    struct peer c;
    peer_open(&c, f.loop, httpd_port(f.httpd), STR("POST /a HTTP/1.1\r\n"));
    peer_send(&c, str_from(heads[i]));
    peer_send(&c, STR("\r\n0\r\n\r\nGET /b HTTP/1.1\r\n" LAST));
    peer_await_end(&c);
    if (!str_starts(buf_str(&c.in), STR("HTTP/1.1 400 "))) fail_msg("%s: %s", heads[i], buf_text(&c.in));
    if (str_find(buf_str(&c.in), STR("HTTP/1.1 "), 1) != SIZE_MAX) fail_msg("%s: answered twice", heads[i]);
    peer_close(&c);
  }
  assert_int_equal(f.requests, 0);
}

#define TOO_LONG "500 {\"message\":\"Internal Server Error\"};"

/* 11 KB of headers fit, "X-Long: " and the end of its line included; whatever does not is answered all the same. */
static void test_long_answer(void **state) {
  (void)state;
  static const struct {
    const char *request, *want;
  } answers[] = {
    { "GET /headers?11254 HTTP/1.1\r\n" LAST, "200 fits;" },
    { "GET /headers?11255 HTTP/1.1\r\n" LAST, TOO_LONG },
    { "GET /headers?25000 HTTP/1.1\r\n" LAST, TOO_LONG },
    { "GET /headers/upgrade?25000 HTTP/1.1\r\n" LAST, TOO_LONG },
  };
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    struct peer c;
    peer_open(&c, f.loop, httpd_port(f.httpd), str_from(answers[i].request));
    peer_await_end(&c);
    assert_string_equal(peer_summary(&c, false), answers[i].want);
    peer_close(&c);
  }
  assert_int_equal(f.failed, 1);
  assert_int_equal(f.upgraded, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_server, close_server)

int main(void) {
  const struct CMUnitTest tests[] = { TEST(test_malformed), TEST(test_ambiguous), TEST(test_long_answer) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
