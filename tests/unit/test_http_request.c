/* test_http_request.c -- what goes on the wire, and what is refused before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_fixture.h"

#include <cmocka.h> /* after ours: it makes a macro of fail */

/* What goes on the wire; 127.0.0.1:PORT is written HOST */

static const struct http_header some_headers[] = {
  { { "X-One", 5 }, { "1", 1 } },    { { "x-empty", 7 }, { "", 0 } },           { { "X-One", 5 }, { " 2 ", 3 } },
  { { "Accept", 6 }, { "a/b", 3 } }, { { "content-length", 14 }, { " 2", 2 } },
};

static const struct {
  const char *name;
  struct http_request request;
  const char *path, *want;
} wires[] = {
  { "nothing is added", { .method = { "GET", 3 } }, "/", "GET / HTTP/1.1\r\nHost: HOST\r\n\r\n" },
  { "GET is the default", { .timeout_ms = 0 }, "", "GET / HTTP/1.1\r\nHost: HOST\r\n\r\n" },
  { "the path stays as it is",
    { .timeout_ms = 0 },
    "/a/../b//@c/%3d%3D?q=/../&%41#fragment",
    "GET /a/../b//@c/%3d%3D?q=/../&%41 HTTP/1.1\r\nHost: HOST\r\n\r\n" },
  { "headers in order, body",
    { .method = { "POST", 4 }, .headers = some_headers, .header_count = 5, .body = { "\0x", 2 } },
    "/",
    "POST / HTTP/1.1\r\nHost: HOST\r\nX-One: 1\r\nx-empty:\r\nX-One: 2\r\nAccept: a/b\r\nContent-Length: 2\r\n\r\n" },
  { "an empty POST has a length",
    { .method = { "POST", 4 } },
    "/",
    "POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\n\r\n" },
  { "an empty DELETE has none", { .method = { "DELETE", 6 } }, "/", "DELETE / HTTP/1.1\r\nHost: HOST\r\n\r\n" },
  { "any method with a body",
    { .method = { "PURGE", 5 }, .body = { "b", 1 } },
    "/",
    "PURGE / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1\r\n\r\n" },
};

static void test_wire(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof wires / sizeof *wires; i++) {
    struct fixture f = fixture_open();
    struct server s = { .answer = STR("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), .answers_per_socket = 1 };
    server_start(&s);
    struct seen seen = { 0 };
    struct http_request request = wires[i].request;
    char err[ERR_LEN] = "", host[64], want[1024];
    request.url = str_from(server_url(&s, wires[i].path));
    assert_non_null(http_send(f.http, &request, note, &seen, err));
    loop_run(f.loop);
    snprintf(host, sizeof host, "127.0.0.1:%u", (unsigned)s.port);
    const char *place = strstr(wires[i].want, "HOST");
    snprintf(want, sizeof want, "%.*s%s%s", (int)(place - wires[i].want), wires[i].want, host, place + 4);
    size_t head = strlen(want);
    assert_int_equal(seen.code, HTTP_OK);
    assert_int_equal(s.received_len, head + request.body.len);
    assert_memory_equal(s.received, want, head);
    if (request.body.len > 0) assert_memory_equal(s.received + head, request.body.ptr, request.body.len);
    seen_free(&seen);
    fixture_close(&f);
    server_stop(&s);
  }
}

/* Refused before anything is sent */

static const struct {
  const char *name;
  struct http_request request;
  const char *want; /* part of the message; NULL: fine */
} checks[] = {
  { "plain", { .url = { "http://h", 8 } }, NULL },
  { "scheme in capitals", { .url = { "HTTPS://h", 9 } }, NULL },
  { "no url", { .timeout_ms = 0 }, "url must start with" },
  { "no scheme", { .url = { "h/path", 6 } }, "url must start with" },
  { "another scheme", { .url = { "file:///etc/passwd", 18 } }, "url must start with" },
  { "line break in url", { .url = { "http://h/\r\nX: y", 15 } }, "control" },
  { "blank in url", { .url = { "http://h/a b", 12 } }, "percent-encoded" },
  { "NUL in url", { .url = { "http://h/\0b", 11 } }, "control" },
  { "umlaut in url", { .url = { "http://h/\xc3\xbc", 11 } }, "percent-encoded" },
  { "line break in method", { .method = { "GET\r\n", 5 }, .url = { "http://h", 8 } }, "method" },
  { "blank in method", { .method = { "GET /", 5 }, .url = { "http://h", 8 } }, "method" },
  { "CONNECT", { .method = { "CONNECT", 7 }, .url = { "http://h", 8 } }, "CONNECT" },
  { "HEAD with a body", { .method = { "HEAD", 4 }, .url = { "http://h", 8 }, .body = { "x", 1 } }, "HEAD" },
  { "negative timeout", { .url = { "http://h", 8 }, .timeout_ms = -1 }, "timeout_ms" },
};

static void test_request_check(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
    char err[ERR_LEN] = "";
    bool ok = http_request_check(&checks[i].request, err) && http_url_check(checks[i].request.url, err);
    if (ok != !checks[i].want || (checks[i].want && !strstr(err, checks[i].want)))
      fail_msg("%s: %d \"%s\"", checks[i].name, ok, err);
  }
}

static const struct {
  const char *name;
  struct http_header header;
  const char *want;
} header_checks[] = {
  { "plain", { { "A-1_b", 5 }, { "\x80 any \t~", 8 } }, NULL },
  { "right length", { { "Content-Length", 14 }, { "0", 1 } }, NULL },
  { "empty name", { { "", 0 }, { "x", 1 } }, "header name" },
  { "colon in name", { { "a:b", 3 }, { "x", 1 } }, "header name" },
  { "line break in name", { { "a\r\nb", 4 }, { "x", 1 } }, "header name" },
  { "CR in value", { { "a", 1 }, { "x\ry", 3 } }, "header a has a line break" },
  { "LF in value", { { "a", 1 }, { "x\ny", 3 } }, "header a has a line break" },
  { "NUL in value", { { "a", 1 }, { "x\0y", 3 } }, "header a has a line break" },
  { "wrong length", { { "content-length", 14 }, { "5", 1 } }, "Content-Length" },
  { "framing", { { "transfer-encoding", 17 }, { "chunked", 7 } }, "Transfer-Encoding" },
};

static void test_header_check(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof header_checks / sizeof *header_checks; i++) {
    char err[ERR_LEN] = "";
    struct http_request request = { .url = STR("http://h"), .headers = &header_checks[i].header, .header_count = 1 };
    bool ok = http_request_check(&request, err);
    if (ok != !header_checks[i].want || (header_checks[i].want && !strstr(err, header_checks[i].want)))
      fail_msg("%s: %d \"%s\"", header_checks[i].name, ok, err);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_wire),
    cmocka_unit_test(test_request_check),
    cmocka_unit_test(test_header_check),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
