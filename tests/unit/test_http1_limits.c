/* http1_reader: its limits, exactly, whatever the size of the pieces; and one reader for many responses. */
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
#define EMPTY "Content-Length: 0\r\n\r\n"

/* head, then `count` times `part`, then tail; `size`: bytes of 'x' in place of a '*' in the part. */
static const struct {
  const char *name, *head, *part, *tail;
  size_t count, size;
  const char *err; /* NULL: accepted */
} cases[] = {
  { "100 headers", OK, "A: b\r\n", EMPTY, HTTP1_HEADERS_MAX - 1, 0, NULL },
  { "101 headers", OK, "A: b\r\n", EMPTY, HTTP1_HEADERS_MAX, 0, "more than 100 headers" },
  { "the longest head", OK, "A: *\r\n", EMPTY, 1, HTTP1_HEAD_MAX - sizeof(OK "A: \r\n" EMPTY) + 1, NULL },
  { "a head that is one byte longer", OK, "A: *\r\n", EMPTY, 1, HTTP1_HEAD_MAX - sizeof(OK "A: \r\n" EMPTY) + 2,
    "headers longer than 262144 bytes" },
  { "a head without an end", OK, "A: *", "", 1, HTTP1_HEAD_MAX, "headers longer than 262144 bytes" },
  { "a status line without an end", "HTTP/1.1 200 ", "*", "", 1, HTTP1_HEAD_MAX, "headers longer than 262144 bytes" },
  { "interim responses longer than a head", "", "HTTP/1.1 103 -\r\nLink: *\r\n\r\n", OK EMPTY, 6, 60000, NULL },
  { "20 interim responses", "", "HTTP/1.1 100 Continue\r\n\r\n", OK EMPTY, HTTP1_INTERIM_MAX, 0, NULL },
  { "21 interim responses", "", "HTTP/1.1 100 Continue\r\n\r\n", OK EMPTY, HTTP1_INTERIM_MAX + 1, 0,
    "more than 20 interim responses" },
  { "the longest chunk line", CHUNKED, "0;*\r\n\r\n", "", 1, HTTP1_LINE_MAX - 3, NULL },
  { "a longer chunk line", CHUNKED, "0;*\r\n\r\n", "", 1, HTTP1_LINE_MAX - 2, "a chunk line longer than 8192 bytes" },
  { "a chunk line without an end", CHUNKED, "*", "", 1, HTTP1_LINE_MAX + 1, "a chunk line longer than 8192 bytes" },
  { "the longest trailer line", CHUNKED "0\r\n", "A:*\r\n", "\r\n", 3, HTTP1_LINE_MAX - 3, NULL },
  { "a longer trailer line", CHUNKED "0\r\n", "A:*\r\n", "\r\n", 1, HTTP1_LINE_MAX - 2,
    "a chunk line longer than 8192 bytes" },
  { "a chunk without an end", CHUNKED "1\r\nx", "*", "", 1, HTTP1_LINE_MAX + 1, "a chunk line longer than 8192 bytes" },
  { "the longest body", OK "Content-Length: 33554432\r\n\r\n", "*", "", 1, HTTP1_BODY_MAX, NULL },
  { "the longest chunk", CHUNKED "2000000\r\n", "*\r\n", "0\r\n\r\n", 1, HTTP1_BODY_MAX, NULL },
  { "chunks that are too long together", CHUNKED, "1000000\r\n*\r\n", "1\r\nx\r\n", 2, HTTP1_BODY_MAX / 2,
    "a body of more than 33554432 bytes" },
  { "a body without an end", OK "\r\n", "*", "", 1, (size_t)HTTP1_BODY_MAX + 1, "a body of more than 33554432 bytes" },
};

static void make_text(struct buf *text, size_t index) {
  struct str part = str_from(cases[index].part), before, after;
  bool filled = str_cut(part, '*', &before, &after);
  buf_clear(text);
  buf_add(text, str_from(cases[index].head));
  for (size_t i = 0; i < cases[index].count; i++) {
    buf_add(text, before);
    if (!filled) continue;
    char *room = buf_reserve(text, cases[index].size);
    assert_non_null(room);
    memset(room, 'x', cases[index].size);
    buf_grew(text, cases[index].size);
    buf_add(text, after);
  }
  buf_add(text, str_from(cases[index].tail));
  assert_false(text->failed);
}

static enum http1_progress read_pieces(struct http1_reader *r, struct str text, size_t size, char err[ERR_LEN]) {
  enum http1_progress progress = HTTP1_MORE;
  size_t used;
  http1_reader_reset(r);
  for (size_t at = 0; progress == HTTP1_MORE && at < text.len; at += used)
    progress = http1_reader_feed(r, str_slice(text, at, at + size), &used, err);
  return progress;
}

static void test_limits(void **state) {
  (void)state;
  static const size_t sizes[] = { SIZE_MAX / 2, 4093, 1 };
  struct buf text;
  struct http1_reader r;
  buf_init(&text, 64 * 1024 * 1024);
  http1_reader_init(&r);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    make_text(&text, i);
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
      if (sizes[k] == 1 && text.len > 1000000) continue; /* takes too long under valgrind */
      char err[ERR_LEN] = "";
      enum http1_progress progress = read_pieces(&r, buf_str(&text), sizes[k], err);
      if (progress != (cases[i].err ? HTTP1_BAD : HTTP1_DONE)) fail_msg("%s: %d %s", cases[i].name, (int)progress, err);
      if (cases[i].err) assert_string_equal(err, cases[i].err);
    }
  }
  http1_reader_free(&r);
  buf_free(&text);
}

/* After a reset nothing of the response before is left; a refused one does not spoil the next. */
static void test_again(void **state) {
  (void)state;
  static const char *const before[] = { OK "A: b\r\nContent-Length: 3\r\n\r\nabc",
                                        OK "A: b\r\nContent-Length: 3\r\n\r\na",
                                        CHUNKED "3\r\na",
                                        CHUNKED "3;a",
                                        CHUNKED "0\r\nA",
                                        OK "A",
                                        "bad\r\n\r\n",
                                        "" };
  struct http1_reader r;
  char err[ERR_LEN];
  http1_reader_init(&r);
  for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
    read_pieces(&r, str_from(before[i]), 2, err);
    assert_int_equal(read_pieces(&r, STR("HTTP/1.0 202 -\r\nC: d\r\nContent-Length: 2\r\n\r\nhi"), 3, err), HTTP1_DONE);
    assert_true(r.status == 202 && !r.keep_alive && r.header_count == 2);
    assert_true(str_equal(r.headers[0].name, STR("C")) && str_equal(r.headers[0].value, STR("d")));
    assert_true(str_equal(buf_str(&r.body), STR("hi")));
    assert_int_equal(http1_reader_end(&r, err), HTTP1_DONE);
  }
  http1_reader_free(&r);
  http1_reader_free(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_limits),
    cmocka_unit_test(test_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
