/* test_http_response.c -- what servers send, sane or not, and what becomes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_fixture.h"

#include <cmocka.h> /* after ours: it makes a macro of fail */

/* Responses */

#define LINE8 "x: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n"

static const struct {
  const char *name, *answer, *method;
  enum http_code code;
  int status;
  const char *headers, *body; /* what arrives; body NULL: not looked at */
} responses[] = {
  { "with a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "GET", HTTP_OK, 200, "Content-Length=5;",
    "hello" },
  { "until the end", "HTTP/1.1 200 OK\r\nA: b\r\n\r\nhello", "GET", HTTP_OK, 200, "A=b;", "hello" },
  { "in chunks, trailer dropped",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: x\r\n\r\n", "GET",
    HTTP_OK, 200, "Transfer-Encoding=chunked;", "hello" },
  { "after an interim one",
    "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", "POST", HTTP_OK,
    201, "Content-Length=0;", "" },
  { "order, case, duplicates and blanks of headers",
    "HTTP/1.1 200 OK\r\nset-cookie: a=1\r\nB:\r\nSet-Cookie: \t b=2 \r\nContent-Length: 0\r\n\r\n", "GET", HTTP_OK, 200,
    "set-cookie=a=1;B=;Set-Cookie=b=2;Content-Length=0;", "" },
  { "a redirect is an answer", "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", "GET", HTTP_OK, 302,
    "Location=/x;Content-Length=0;", "" },
  { "no content", "HTTP/1.1 204 No Content\r\n\r\n", "DELETE", HTTP_OK, 204, "", "" },
  { "to HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", "HEAD", HTTP_OK, 200, "Content-Length=99999999;",
    "" },
  { "no reason phrase", "HTTP/1.1 410\r\nContent-Length: 0\r\n\r\n", "GET", HTTP_OK, 410, "Content-Length=0;", "" },
  { "cut short", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", "GET", HTTP_NETWORK, 0, NULL, NULL },
  { "cut in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe", "GET", HTTP_NETWORK, 0, NULL,
    NULL },
  { "bad chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhe", "GET", HTTP_NETWORK, 0, NULL,
    NULL },
  { "cut in the headers", "HTTP/1.1 200 OK\r\nContent-Le", "GET", HTTP_NETWORK, 0, NULL, NULL },
  { "nothing", "", "GET", HTTP_NETWORK, 0, NULL, NULL },
  { "not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", "GET", HTTP_NETWORK, 0, NULL, NULL },
  { "a status that is no number", "HTTP/1.1 OK fine\r\n\r\n", "GET", HTTP_NETWORK, 0, NULL, NULL },
  { "a folded header", "HTTP/1.1 200 OK\r\nA: b\r\n c: d\r\nContent-Length: 0\r\n\r\n", "GET", HTTP_NETWORK, 0, NULL,
    NULL },
  { "two lengths in two lines", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-length: 6\r\n\r\nhello", "GET",
    HTTP_NETWORK, 0, NULL, NULL },
  { "a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", "GET", HTTP_NETWORK, 0, NULL, NULL },
  { "two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello", "GET", HTTP_NETWORK, 0, NULL, NULL },
  { "a body over the limit, announced", "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\nx", "GET", HTTP_TOO_LARGE, 0,
    NULL, NULL },
};

static void test_responses(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof responses / sizeof *responses; i++) {
    struct fixture f = fixture_open();
    struct server s = { .answer = str_from(responses[i].answer), .answers_per_socket = 1 };
    server_start(&s);
    struct seen seen = request_once(&f, &s, responses[i].method);
    if (seen.code != responses[i].code || seen.status != responses[i].status)
      fail_msg("%s: code %d status %d %s", responses[i].name, (int)seen.code, seen.status, seen.message);
    if (seen.code == HTTP_OK) {
      assert_string_equal(buf_text(&seen.headers), responses[i].headers);
      assert_string_equal(buf_text(&seen.body), responses[i].body);
      assert_string_equal(seen.message, "");
    } else if (!strstr(seen.message, "http://127.0.0.1:")) {
      fail_msg("%s: the message does not say where: %s", responses[i].name, seen.message);
    }
    seen_free(&seen);
    fixture_close(&f);
    server_stop(&s);
  }
}

/* Answers that are too long to write down */

static const struct {
  const char *name, *head, *part;
  int repeats;
  const char *tail;
} floods[] = {
  { "many header lines", "HTTP/1.1 200 OK\r\n", LINE8, 1000, "\r\n" },
  { "one long header line", "HTTP/1.1 200 OK\r\nA: ", "0123456789abcdef", 10000, "\r\n\r\n" },
  { "interim responses", "", "HTTP/1.1 100 Continue\r\n\r\n", 4000, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" },
  { "chunks over the limit", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", 101, "0\r\n\r\n" },
};

static void test_floods(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof floods / sizeof *floods; i++) {
    struct buf answer;
    buf_init(&answer, 1 << 24);
    buf_add(&answer, str_from(floods[i].head));
    for (int n = 0; n < floods[i].repeats; n++) buf_add(&answer, str_from(floods[i].part));
    buf_add(&answer, str_from(floods[i].tail));
    struct fixture f = fixture_open();
    struct server s = { .answer = buf_str(&answer), .answers_per_socket = 1 };
    server_start(&s);
    struct seen seen = request_once(&f, &s, "GET");
    if (seen.code != HTTP_TOO_LARGE) fail_msg("%s: code %d %s", floods[i].name, (int)seen.code, seen.message);
    seen_free(&seen);
    fixture_close(&f);
    server_stop(&s);
    buf_free(&answer);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_responses),
    cmocka_unit_test(test_floods),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
