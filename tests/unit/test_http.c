/* test_http.c -- requests against a server that reads one request and answers with prepared bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "buf.h"
#include "http.h"

#include <cmocka.h> /* after ours: it makes a macro of fail */

/* The server: a thread that blocks, one connection at a time. */

struct server {
  int listener;
  uint16_t port;
  pthread_t thread;
  struct str answer;         /* to every request */
  size_t answers_per_socket; /* then the connection is closed */
  bool hold;                 /* keep the connection until the client closes it instead */
  char received[8192];       /* the last request */
  size_t received_len;
  int connections;
};

/* Reads a request with a body of Content-Length bytes; false when the client is gone. */
static bool server_read(struct server *s, int fd) {
  s->received_len = 0;
  for (;;) {
    ssize_t got = read(fd, s->received + s->received_len, sizeof s->received - 1 - s->received_len);
    if (got <= 0) return false;
    s->received_len += (size_t)got;
    s->received[s->received_len] = '\0';
    const char *end = strstr(s->received, "\r\n\r\n"), *length = strstr(s->received, "Content-Length: ");
    size_t body = length ? strtoul(length + 16, NULL, 10) : 0;
    if (end && s->received_len >= (size_t)(end + 4 - s->received) + body) return true;
  }
}

static void *server_run(void *ctx) {
  struct server *s = ctx;
  int fd;
  while ((fd = accept(s->listener, NULL, NULL)) >= 0) {
    s->connections++;
    for (size_t i = 0; i < s->answers_per_socket && server_read(s, fd); i++)
      if (send(fd, s->answer.ptr, s->answer.len, MSG_NOSIGNAL) < 0) break;
    char byte;
    if (s->hold)
      while (read(fd, &byte, 1) > 0) {
      }
    close(fd);
  }
  return NULL;
}

static void server_start(struct server *s) {
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  s->listener = socket(AF_INET, SOCK_STREAM, 0);
  assert_true(s->listener >= 0);
  assert_int_equal(bind(s->listener, (struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(listen(s->listener, 64), 0);
  assert_int_equal(getsockname(s->listener, (struct sockaddr *)&address, &len), 0);
  s->port = ntohs(address.sin_port);
  assert_int_equal(pthread_create(&s->thread, NULL, server_run, s), 0);
}

/* The client must have closed its connections. */
static void server_stop(struct server *s) {
  shutdown(s->listener, SHUT_RDWR);
  pthread_join(s->thread, NULL);
  close(s->listener);
}

/* What a completion saw, as text. */
struct seen {
  int calls;
  enum http_code code;
  int status;
  char message[ERR_LEN];
  struct buf headers; /* "name=value;" each */
  struct buf body;
};

static void note(void *ctx, const struct http_response *response) {
  struct seen *seen = ctx;
  seen->calls++;
  seen->code = response->code;
  seen->status = response->status;
  snprintf(seen->message, sizeof seen->message, "%s", response->message);
  buf_init(&seen->headers, 1 << 20);
  buf_init(&seen->body, 1 << 24);
  for (size_t i = 0; i < response->header_count; i++)
    buf_addf(&seen->headers, "%.*s=%.*s;", STR_ARG(response->headers[i].name), STR_ARG(response->headers[i].value));
  buf_add(&seen->body, response->body);
}

static void seen_free(struct seen *seen) {
  buf_free(&seen->headers);
  buf_free(&seen->body);
}

struct fixture {
  struct loop *loop;
  struct http *http;
};

static struct fixture fixture_open(void) {
  char err[ERR_LEN] = "";
  struct fixture f = { .loop = loop_new(err) };
  f.http = http_new(f.loop, err);
  assert_non_null(f.http);
  return f;
}

static void fixture_close(struct fixture *f) {
  assert_int_equal(loop_pending(f->loop), 0);
  http_delete(f->http);
  assert_int_equal(loop_pending(f->loop), 0);
  loop_delete(f->loop);
}

static const char *url_of(const struct server *s, const char *path) {
  static char url[256];
  snprintf(url, sizeof url, "http://127.0.0.1:%u%s", (unsigned)s->port, path);
  return url;
}

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

static struct seen request_once(struct fixture *f, const struct server *s, const char *method) {
  struct seen seen = { 0 };
  char err[ERR_LEN] = "";
  struct http_request request = {
    .method = str_from(method), .url = str_from(url_of(s, "/")), .body_max = 100, .timeout_ms = 20000
  };
  assert_non_null(http_send(f->http, &request, note, &seen, err));
  assert_int_equal(seen.calls, 0);
  loop_run(f->loop);
  assert_int_equal(seen.calls, 1);
  return seen;
}

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
    request.url = str_from(url_of(&s, wires[i].path));
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

static void test_no_answer(void **state) {
  (void)state;
  static const struct {
    const char *name, *url;
    enum http_code code;
  } cases[] = {
    { "nobody listens", "http://127.0.0.1:1/", HTTP_NETWORK },
    { "no such host", "http://nowhere.invalid/", HTTP_NETWORK },
    { "a port that is none", "http://127.0.0.1:99999/", HTTP_BAD_REQUEST },
    { "no host", "http://", HTTP_BAD_REQUEST },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct fixture f = fixture_open();
    struct seen seen = { 0 };
    char err[ERR_LEN] = "";
    struct http_request request = { .url = str_from(cases[i].url) };
    assert_non_null(http_send(f.http, &request, note, &seen, err));
    loop_run(f.loop);
    if (seen.calls != 1 || seen.code != cases[i].code || seen.message[0] == '\0')
      fail_msg("%s: code %d %s", cases[i].name, (int)seen.code, seen.message);
    seen_free(&seen);
    fixture_close(&f);
  }
}

static void test_password_stays_out_of_messages(void **state) {
  (void)state;
  struct fixture f = fixture_open();
  struct seen seen = { 0 };
  char err[ERR_LEN] = "";
  struct http_request request = { .url = STR("http://me:p@ss@127.0.0.1:1/?token=abc") };
  assert_non_null(http_send(f.http, &request, note, &seen, err));
  loop_run(f.loop);
  assert_null(strstr(seen.message, "ss@"));
  assert_null(strstr(seen.message, "abc"));
  assert_non_null(strstr(seen.message, "127.0.0.1:1"));
  seen_free(&seen);
  fixture_close(&f);
}

static void test_timeout(void **state) {
  (void)state;
  struct fixture f = fixture_open();
  struct server s = { .answer = STR("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"),
                      .answers_per_socket = 1,
                      .hold = true };
  server_start(&s);
  struct seen seen = { 0 };
  char err[ERR_LEN] = "";
  struct http_request request = { .url = str_from(url_of(&s, "/")), .timeout_ms = 50 };
  assert_non_null(http_send(f.http, &request, note, &seen, err));
  loop_run(f.loop);
  assert_int_equal(seen.code, HTTP_TIMEOUT);
  seen_free(&seen);
  fixture_close(&f);
  server_stop(&s);
}

static void test_connections_are_kept(void **state) {
  (void)state;
  struct fixture f = fixture_open();
  struct server s = { .answer = STR("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), .answers_per_socket = 100 };
  server_start(&s);
  for (int i = 0; i < 5; i++) {
    struct seen seen = request_once(&f, &s, "POST");
    assert_int_equal(seen.code, HTTP_OK);
    seen_free(&seen);
  }
  fixture_close(&f);
  server_stop(&s);
  assert_int_equal(s.connections, 1);
}

static void test_dead_connections_are_replaced(void **state) {
  (void)state;
  struct fixture f = fixture_open();
  struct server s = { .answer = STR("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), .answers_per_socket = 1 };
  server_start(&s);
  for (int i = 0; i < 5; i++) {
    struct seen seen = request_once(&f, &s, "POST");
    assert_int_equal(seen.code, HTTP_OK);
    seen_free(&seen);
  }
  fixture_close(&f);
  server_stop(&s);
  assert_int_equal(s.connections, 5);
}

/* Ends without a completion: by cancelling each transfer, or by deleting the client, at once or while they run. */
static void end_early(bool cancel, bool run_first) {
  struct fixture f = fixture_open();
  struct server s = { .answer = STR("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"),
                      .answers_per_socket = 1,
                      .hold = true };
  server_start(&s);
  enum { COUNT = 4 };
  struct http_transfer *transfers[COUNT];
  struct seen seen = { 0 };
  char err[ERR_LEN] = "";
  for (size_t i = 0; i < COUNT; i++) {
    struct http_request request = { .url = str_from(i == 3 ? "http://nowhere.invalid/" : url_of(&s, "/")) };
    transfers[i] = http_send(f.http, &request, note, &seen, err);
    assert_non_null(transfers[i]);
  }
  struct loop_timer stop = { .fire = (void (*)(void *))loop_stop, .ctx = f.loop };
  if (run_first) {
    http_cancel(transfers[3]); /* would complete */
    assert_true(loop_timer_start(f.loop, &stop, 30));
    loop_run(f.loop);
  }
  if (cancel)
    for (size_t i = 0; i < (run_first ? 3 : COUNT); i++) http_cancel(transfers[i]);
  else
    http_delete(f.http), f.http = NULL;
  assert_int_equal(seen.calls, 0);
  fixture_close(&f);
  server_stop(&s);
}

static void test_ending_early_leaves_nothing(void **state) {
  (void)state;
  for (int i = 0; i < 4; i++) end_early(i & 1, i & 2);
}

/* A completion may send and cancel. */
struct chain {
  struct http *http;
  struct http_request request;
  struct http_transfer *victim;
  int calls, left;
};

static void never(void *ctx, const struct http_response *response) {
  (void)ctx, (void)response;
  fail_msg("a cancelled transfer was completed");
}

static void next_of_chain(void *ctx, const struct http_response *response) {
  struct chain *chain = ctx;
  char err[ERR_LEN] = "";
  assert_int_equal(response->code, HTTP_OK);
  chain->calls++;
  http_cancel(chain->victim);
  chain->victim = NULL;
  if (chain->left-- == 0) return;
  assert_non_null(http_send(chain->http, &chain->request, next_of_chain, chain, err));
  chain->victim = http_send(chain->http, &chain->request, never, chain, err);
  assert_non_null(chain->victim);
}

static void test_completions_may_send_and_cancel(void **state) {
  (void)state;
  struct fixture f = fixture_open();
  struct server s = { .answer = STR("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), .answers_per_socket = 100 };
  server_start(&s);
  char url[256], err[ERR_LEN] = "";
  snprintf(url, sizeof url, "%s", url_of(&s, "/"));
  struct chain chain = { .http = f.http, .request = { .url = str_from(url) }, .left = 5 };
  assert_non_null(http_send(f.http, &chain.request, next_of_chain, &chain, err));
  loop_run(f.loop);
  assert_int_equal(chain.calls, 6);
  fixture_close(&f);
  server_stop(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_responses),
    cmocka_unit_test(test_floods),
    cmocka_unit_test(test_wire),
    cmocka_unit_test(test_request_check),
    cmocka_unit_test(test_header_check),
    cmocka_unit_test(test_no_answer),
    cmocka_unit_test(test_password_stays_out_of_messages),
    cmocka_unit_test(test_timeout),
    cmocka_unit_test(test_connections_are_kept),
    cmocka_unit_test(test_dead_connections_are_replaced),
    cmocka_unit_test(test_ending_early_leaves_nothing),
    cmocka_unit_test(test_completions_may_send_and_cancel),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
