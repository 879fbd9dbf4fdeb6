/* http1_reader: what is a response and what is none (RFC 9112), however its bytes are cut into pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http1_reader.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define OK "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"
#define CHUNKED_HEAD "200 keep|Transfer-Encoding=chunked;|"
#define CUT "bad: the connection was closed in the middle of a response"

/* What becomes of the bytes, in one line: "200 keep|Name=value;|body|what was left over"; "end 200 ..." when the end of
 * the connection was the end of the response; "bad: why". */
static const struct {
  const char *name;
  struct str bytes, want;
} responses[] = {
  { "a length", STR(OK "Content-Length: 5\r\n\r\nhello"), STR("200 keep|Content-Length=5;|hello|") },
  { "an empty body", STR(OK "Content-Length: 0\r\n\r\n"), STR("200 keep|Content-Length=0;||") },
  { "bytes behind it", STR(OK "Content-Length: 2\r\n\r\nhello"), STR("200 keep|Content-Length=2;|he|llo") },
  { "the next response behind it", STR(OK "Content-Length: 0\r\n\r\n" OK "\r\n"),
    STR("200 keep|Content-Length=0;||" OK "\r\n") },
  { "NUL and line ends in the body", STR(OK "Content-Length: 5\r\n\r\n\0\r\n\r\n"),
    STR("200 keep|Content-Length=5;|\0\r\n\r\n|") },
  { "up to the end", STR(OK "\r\nhello"), STR("end 200 close||hello|") },
  { "up to the end, whatever Connection says", STR(OK "Connection: keep-alive\r\n\r\nhello"),
    STR("end 200 close|Connection=keep-alive;|hello|") },
  { "up to the end, nothing", STR(OK "\r\n"), STR("end 200 close|||") },
  /* line ends, names and values */
  { "line feeds alone", STR("HTTP/1.1 200 OK\nContent-Length: 2\n\nhi"), STR("200 keep|Content-Length=2;|hi|") },
  { "mixed line ends", STR("HTTP/1.1 200 OK\nContent-Length: 2\r\n\nhi"), STR("200 keep|Content-Length=2;|hi|") },
  { "blanks around a value", STR(OK "A: \t b c\t \r\ncontent-length:0\r\n\r\n"),
    STR("200 keep|A=b c;content-length=0;||") },
  { "an empty value", STR(OK "A:\r\nContent-Length: 0\r\n\r\n"), STR("200 keep|A=;Content-Length=0;||") },
  { "colons in a value", STR(OK "A: b:c: d\r\nContent-Length: 0\r\n\r\n"),
    STR("200 keep|A=b:c: d;Content-Length=0;||") },
  { "bytes beyond ASCII in a value", STR(OK "A: \xC3\xBC\xFF\r\nContent-Length: 0\r\n\r\n"),
    STR("200 keep|A=\xC3\xBC\xFF;Content-Length=0;||") },
  { "every character of a name", STR(OK "!#$%&'*+-.^_`|~09azAZ: b\r\nContent-Length: 0\r\n\r\n"),
    STR("200 keep|!#$%&'*+-.^_`|~09azAZ=b;Content-Length=0;||") },
  { "a blank before the colon", STR(OK "A : b\r\n\r\n"), STR("bad: malformed header line") },
  { "a folded line (RFC 9112, section 5.2)", STR(OK "A: b\r\n c\r\nContent-Length: 0\r\n\r\n"),
    STR("200 keep|A=b   c;Content-Length=0;||") },
  { "a folded line with a colon", STR(OK "A: b\r\n\tc: d\r\nContent-Length: 0\r\n\r\n"),
    STR("200 keep|A=b  \tc: d;Content-Length=0;||") },
  { "a line folded twice, with nothing in it", STR(OK "A:\r\n \r\n\t\nContent-Length: 0\r\n\r\n"),
    STR("200 keep|A=;Content-Length=0;||") },
  { "a folded line behind a line feed", STR(OK "A: b\n c\nContent-Length: 0\n\n"),
    STR("200 keep|A=b  c;Content-Length=0;||") },
  { "the last line is folded", STR(OK "Content-Length: 0\r\nA: b\r\n c\r\n\r\n"),
    STR("200 keep|Content-Length=0;A=b   c;||") },
  { "a folded length", STR(OK "Content-Length: 1\r\n 2\r\n\r\n"), STR("bad: malformed Content-Length") },
  { "a NUL in a folded line", STR(OK "A: b\r\n \0\r\n\r\n"), STR("bad: a NUL or CR in header A") },
  { "a blank in front of the first header (RFC 9112, section 2.2)", STR(OK " A: b\r\n\r\n"),
    STR("bad: malformed header line") },
  { "a blank line that is none", STR(OK " \r\nA: b\r\n\r\n"), STR("bad: malformed header line") },
  { "a carriage return before the line end of a folded line", STR(OK "A: b\r\r\n c\r\n\r\n"),
    STR("bad: a NUL or CR in header A") },
  { "no name", STR(OK ": b\r\n\r\n"), STR("bad: malformed header line") },
  { "no colon", STR(OK "hello\r\n\r\n"), STR("bad: malformed header line") },
  { "a name with a NUL", STR(OK "A\0B: c\r\n\r\n"), STR("bad: malformed header line") },
  { "a name beyond ASCII", STR(OK "\xC3\xBC: c\r\n\r\n"), STR("bad: malformed header line") },
  { "a NUL in a value", STR(OK "A: b\0c\r\n\r\n"), STR("bad: a NUL or CR in header A") },
  { "a carriage return in a value", STR(OK "A: b\rc: d\r\n\r\n"), STR("bad: a NUL or CR in header A") },
  { "a carriage return at the end of a value", STR(OK "A: b\r\r\n\r\n"), STR("bad: a NUL or CR in header A") },
  { "a line of a carriage return", STR(OK "\r\r\n\r\n"), STR("bad: malformed header line") },
  /* the status line */
  { "no reason phrase", STR("HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n"), STR("404 keep|Content-Length=0;||") },
  { "an empty reason phrase", STR("HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n"), STR("404 keep|Content-Length=0;||") },
  { "a long reason phrase", STR("HTTP/1.1 599 \xC3\xBC b  c\t\r\nContent-Length: 0\r\n\r\n"),
    STR("599 keep|Content-Length=0;||") },
  { "four digits", STR("HTTP/1.1 2000 OK\r\n\r\n"), STR("bad: malformed status line \"HTTP/1.1 2000 OK\"") },
  { "two digits", STR("HTTP/1.1 20 OK\r\n\r\n"), STR("bad: malformed status line \"HTTP/1.1 20 OK\"") },
  { "a sign", STR("HTTP/1.1 +20 OK\r\n\r\n"), STR("bad: malformed status line \"HTTP/1.1 +20 OK\"") },
  { "below 100", STR("HTTP/1.1 099 OK\r\n\r\n"), STR("bad: malformed status line \"HTTP/1.1 099 OK\"") },
  { "above 599", STR("HTTP/1.1 600 OK\r\n\r\n"), STR("bad: malformed status line \"HTTP/1.1 600 OK\"") },
  { "no number", STR("HTTP/1.1 OK\r\n\r\n"), STR("bad: malformed status line \"HTTP/1.1 OK\"") },
  { "two blanks", STR("HTTP/1.1  200 OK\r\n\r\n"), STR("bad: malformed status line \"HTTP/1.1  200 OK\"") },
  { "a version of tomorrow", STR("HTTP/2 200\r\n\r\n"), STR("bad: malformed status line \"HTTP/2 200\"") },
  { "a version of today", STR("HTTP/1.2 200\r\n\r\n"), STR("bad: malformed status line \"HTTP/1.2 200\"") },
  { "lower case", STR("http/1.1 200\r\n\r\n"), STR("bad: malformed status line \"http/1.1 200\"") },
  { "a line end in front", STR("\r\n" OK "\r\n"), STR("bad: malformed status line \"\"") },
  { "a request", STR("GET / HTTP/1.1\r\n\r\n"), STR("bad: malformed status line \"GET / HTTP/1.1\"") },
  { "a long line is cut", STR("0123456789012345678901234567890123456789012345678901234567890123456789\r\n\r\n"),
    STR("bad: malformed status line \"012345678901234567890123456789012345678901234567890123456789\"") },
  /* statuses without a body */
  { "204", STR("HTTP/1.1 204 No Content\r\n\r\n"), STR("204 keep|||") },
  { "204 with a length", STR("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"),
    STR("204 keep|Content-Length=5;||hello") },
  { "304 with chunks", STR("HTTP/1.1 304 -\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    STR("304 keep|Transfer-Encoding=chunked;||0\r\n\r\n") },
  { "interim responses",
    STR("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 -\r\nLink: x\r\n\r\nHTTP/1.1 202 -\r\nContent-Length: 2\r\n\r\nhi"),
    STR("202 keep|Content-Length=2;|hi|") },
  { "an interim response with a length",
    STR("HTTP/1.1 100 -\r\nContent-Length: 9\r\nConnection: close\r\n\r\nHTTP/1.1 204 -\r\n\r\n"), STR("204 keep|||") },
  { "an interim response and nothing", STR("HTTP/1.1 100 Continue\r\n\r\n"), STR(CUT) },
  { "another protocol", STR("HTTP/1.1 101 -\r\nUpgrade: x\r\n\r\nHTTP/1.1 204 -\r\n\r\n"),
    STR("bad: an answer in another protocol (101)") },
  /* lengths */
  { "the same length twice", STR(OK "Content-Length: 2\r\nContent-Length: 02\r\n\r\nhi"),
    STR("200 keep|Content-Length=2;Content-Length=02;|hi|") },
  { "two lengths", STR(OK "Content-Length: 2\r\nX: y\r\ncontent-length: 3\r\n\r\nhi!"),
    STR("bad: two different Content-Lengths") },
  { "a list of lengths", STR(OK "Content-Length: 2, 2\r\n\r\nhi"), STR("bad: malformed Content-Length") },
  { "a length with a sign", STR(OK "Content-Length: +2\r\n\r\nhi"), STR("bad: malformed Content-Length") },
  { "a negative length", STR(OK "Content-Length: -2\r\n\r\nhi"), STR("bad: malformed Content-Length") },
  { "a hexadecimal length", STR(OK "Content-Length: 0x2\r\n\r\nhi"), STR("bad: malformed Content-Length") },
  { "a length of nothing", STR(OK "Content-Length:\r\n\r\n"), STR("bad: malformed Content-Length") },
  { "a length beyond 64 bits", STR(OK "Content-Length: 18446744073709551618\r\n\r\nhi"),
    STR("bad: malformed Content-Length") },
  { "a length over the limit", STR(OK "Content-Length: 33554433\r\n\r\nhi"),
    STR("bad: a body of 33554433 bytes; at most 33554432 are read") },
  /* Connection and versions */
  { "close", STR(OK "Connection: close\r\nContent-Length: 0\r\n\r\n"),
    STR("200 close|Connection=close;Content-Length=0;||") },
  { "close in a list", STR(OK "connection: Foo , CLOSE\r\nContent-Length: 0\r\n\r\n"),
    STR("200 close|connection=Foo , CLOSE;Content-Length=0;||") },
  { "close in a second header", STR(OK "Connection: keep-alive\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
    STR("200 close|Connection=keep-alive;Connection=close;Content-Length=0;||") },
  { "close wins", STR(OK "Connection: close, keep-alive\r\nContent-Length: 0\r\n\r\n"),
    STR("200 close|Connection=close, keep-alive;Content-Length=0;||") },
  { "something like close", STR(OK "Connection: closed,,\r\nContent-Length: 0\r\n\r\n"),
    STR("200 keep|Connection=closed,,;Content-Length=0;||") },
  { "HTTP/1.0", STR("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi"), STR("200 close|Content-Length=2;|hi|") },
  { "HTTP/1.0 that stays", STR("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nhi"),
    STR("200 keep|Connection=Keep-Alive;Content-Length=2;|hi|") },
  { "HTTP/1.0 does not know chunks (RFC 9112, section 6.1)",
    STR("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    STR("200 close|Connection=keep-alive;Transfer-Encoding=chunked;||") },
  /* chunks */
  { "chunks", STR(CHUNKED "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\nmore"), STR(CHUNKED_HEAD "hello|more") },
  { "no chunks", STR(CHUNKED "0\r\n\r\n"), STR(CHUNKED_HEAD "|") },
  { "hexadecimal sizes", STR(CHUNKED "a\r\n0123456789\r\n00B\r\n0123456789a\r\n000\r\n\r\n"),
    STR(CHUNKED_HEAD "01234567890123456789a|") },
  { "extensions", STR(CHUNKED "2;a\r\nhe\r\n3 ; b=\"c;d\"\r\nllo\r\n0;e\r\n\r\n"), STR(CHUNKED_HEAD "hello|") },
  { "trailers", STR(CHUNKED "2\r\nhi\r\n0\r\nA: b\r\nContent-Length: 7\r\n\r\nx"), STR(CHUNKED_HEAD "hi|x") },
  { "line feeds alone between chunks", STR(CHUNKED "2\nhi\n0\n\n"), STR(CHUNKED_HEAD "hi|") },
  { "line ends in chunks", STR(CHUNKED "4\r\n\r\n0\r\r\n1\r\n\n\r\n0\r\n\r\n"), STR(CHUNKED_HEAD "\r\n0\r\n|") },
  { "the coding in another case", STR(OK "transfer-encoding: Chunked\r\n\r\n0\r\n\r\n"),
    STR("200 keep|transfer-encoding=Chunked;||") },
  { "a length besides", STR(OK "Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    STR("200 close|Content-Length=9;Transfer-Encoding=chunked;||") },
  { "another coding", STR(OK "Transfer-Encoding: gzip\r\n\r\n"), STR("bad: unknown Transfer-Encoding") },
  { "two codings", STR(OK "Transfer-Encoding: gzip, chunked\r\n\r\n"), STR("bad: unknown Transfer-Encoding") },
  { "two codings in two headers", STR(OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n"),
    STR("bad: unknown Transfer-Encoding") },
  { "chunks of chunks", STR(OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    STR("bad: unknown Transfer-Encoding") },
  { "no size", STR(CHUNKED "\r\nhi"), STR("bad: malformed chunk size") },
  { "no size but an extension", STR(CHUNKED ";a\r\nhi"), STR("bad: malformed chunk size") },
  { "a size with a prefix", STR(CHUNKED "0x2\r\nhi\r\n"), STR("bad: malformed chunk size") },
  { "a size with a sign", STR(CHUNKED "-2\r\nhi\r\n"), STR("bad: malformed chunk size") },
  { "two sizes", STR(CHUNKED "2 2\r\nhi\r\n"), STR("bad: malformed chunk size") },
  { "a size with a carriage return", STR(CHUNKED "2\r\r\nhi\r\n"), STR("bad: malformed chunk size") },
  { "a size over the limit", STR(CHUNKED "2000001\r\nhi"), STR("bad: a chunk of more than 33554432 bytes") },
  { "a size beyond 64 bits", STR(CHUNKED "10000000000000002\r\nhi"), STR("bad: a chunk of more than 33554432 bytes") },
  { "a chunk that is too long", STR(CHUNKED "2\r\nhi!\r\n0\r\n\r\n"),
    STR("bad: a chunk is longer than its size says") },
  /* cut short */
  { "nothing", STR(""), STR("bad: the connection was closed") },
  { "in the status line", STR("HTTP/1.1 2"), STR(CUT) },
  { "in the headers", STR(OK "A: b\r\n"), STR(CUT) },
  { "in the body", STR(OK "Content-Length: 5\r\n\r\nhell"), STR(CUT) },
  { "in a chunk size", STR(CHUNKED "2"), STR(CUT) },
  { "in a chunk", STR(CHUNKED "2\r\nh"), STR(CUT) },
  { "behind a chunk", STR(CHUNKED "2\r\nhi"), STR(CUT) },
  { "before the last chunk", STR(CHUNKED "2\r\nhi\r\n"), STR(CUT) },
  { "in the trailers", STR(CHUNKED "0\r\nA: b\r\n"), STR(CUT) },
};

static void describe(struct buf *out, const struct http1_reader *r, struct str left) {
  buf_addf(out, "%d %s|", r->status, r->keep_alive ? "keep" : "close");
  for (size_t i = 0; i < r->header_count; i++) {
    buf_add(out, r->headers[i].name);
    buf_add_char(out, '=');
    buf_add(out, r->headers[i].value);
    buf_add_char(out, ';');
  }
  buf_add_char(out, '|');
  buf_add(out, buf_str(&r->body));
  buf_add_char(out, '|');
  buf_add(out, left);
}

/* Feeds a copy that has exactly this size, so that a sanitizer sees a step beyond its end. */
static enum http1_progress feed_copy(struct http1_reader *r, struct str piece, size_t *used, char err[ERR_LEN]) {
  char *exact = malloc(piece.len + 1);
  assert_non_null(exact);
  if (piece.len > 0) memcpy(exact + 1, piece.ptr, piece.len);
  enum http1_progress progress = http1_reader_feed(r, str_of(exact + 1, piece.len), used, err);
  free(exact);
  return progress;
}

/* Reads the bytes in pieces of a length that `size` chooses, then the end of the connection. */
static void read_pieces(struct buf *out, struct str bytes, size_t (*size)(size_t at, unsigned *ctx), unsigned ctx) {
  struct http1_reader r;
  char err[ERR_LEN] = "";
  size_t at = 0, used;
  enum http1_progress progress = HTTP1_MORE;
  http1_reader_init(&r);
  while (progress == HTTP1_MORE && at < bytes.len) {
    struct str piece = str_slice(bytes, at, at + size(at, &ctx));
    progress = feed_copy(&r, piece, &used, err);
    if (progress == HTTP1_MORE) assert_int_equal(used, piece.len);
    assert_true(used <= piece.len);
    at += used;
  }
  buf_clear(out);
  if (progress == HTTP1_MORE && (progress = http1_reader_end(&r, err)) == HTTP1_DONE) buf_add(out, STR("end "));
  if (progress == HTTP1_DONE)
    describe(out, &r, str_slice(bytes, at, bytes.len));
  else
    buf_addf(out, "bad: %s", err);
  http1_reader_free(&r);
}

static size_t whole(size_t at, unsigned *ctx) {
  (void)at;
  (void)ctx;
  return SIZE_MAX / 2;
}

static size_t fixed(size_t at, unsigned *ctx) {
  (void)at;
  return *ctx;
}

static size_t two(size_t at, unsigned *ctx) {
  return at == 0 ? *ctx : SIZE_MAX / 2;
}

static size_t random_size(size_t at, unsigned *ctx) {
  (void)at;
  return (size_t)(rand_r(ctx) % 9) + 1;
}

static void check(const char *name, struct buf *got, const char *split, unsigned ctx, struct str want) {
  if (!str_equal(buf_str(got), want))
    fail_msg("%s (%s %u): got\n%s\ninstead of\n%.*s", name, split, ctx, buf_text(got), STR_ARG(want));
}

static void test_responses(void **state) {
  (void)state;
  struct buf got;
  buf_init(&got, 4096);
  for (size_t i = 0; i < sizeof responses / sizeof *responses; i++) {
    struct str bytes = responses[i].bytes, want = responses[i].want;
    read_pieces(&got, bytes, whole, 0);
    check(responses[i].name, &got, "whole", 0, want);
    read_pieces(&got, bytes, fixed, 1);
    check(responses[i].name, &got, "pieces of", 1, want);
    for (unsigned cut = 1; cut < bytes.len; cut++) {
      read_pieces(&got, bytes, two, cut);
      check(responses[i].name, &got, "cut at", cut, want);
    }
    for (unsigned seed = 1; seed <= 20; seed++) {
      read_pieces(&got, bytes, random_size, seed);
      check(responses[i].name, &got, "random", seed, want);
    }
  }
  buf_free(&got);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_responses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
