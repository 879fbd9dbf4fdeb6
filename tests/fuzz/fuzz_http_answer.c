/* fuzz_http_answer.c -- libFuzzer: any lines and any body as the response to an outbound request.
 * The bytes are handed over as libcurl does it: line by line until the headers are over, then the body, whole or in
 * pieces, then the lines of a trailer. Nothing may be lost, kept beyond the limits, or differ with the pieces.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http_answer.h"

enum { BODY_MAX = 200 };

static void must(bool condition) {
  if (!condition) abort();
}

/* Cuts the next line off, with its line end. */
static struct str take_line(struct str *text) {
  struct str line, rest;
  str_cut(*text, '\n', &line, &rest);
  line = str_slice(*text, 0, line.len + 1);
  *text = rest;
  return line;
}

/* Returns whether the answer was taken to the end. */
static bool read_answer(struct http_answer *a, struct str text, size_t piece, int64_t announced) {
  bool ok = true;
  http_answer_reset(a, BODY_MAX);
  a->origin = STR("http://h");
  while (ok && text.len > 0 && !a->headers_over) ok = http_answer_line(a, take_line(&text));
  for (size_t at = 0; ok && at < text.len; at += piece)
    ok = http_answer_body(a, str_slice(text, at, at + piece), announced);
  size_t count = a->header_count;
  if (!ok || !a->headers_over) return ok;
  must(http_answer_line(a, STR("Trailer: x\r\n")) && a->header_count == count);
  return true;
}

static void check_sound(const struct http_answer *a, bool ok, struct str text) {
  struct http_response out;
  http_answer_get(a, &out);
  must(ok == (out.code == HTTP_OK));
  must(ok ? out.message[0] == '\0' : strncmp(out.message, "http://h: ", 10) == 0);
  must(out.status >= 0 && out.status <= 999 && out.body.len <= BODY_MAX && out.body.len <= text.len);
  must(ok || (out.status == 0 && out.header_count == 0 && out.body.len == 0));
  int64_t length = -1, here;
  for (size_t i = 0; i < out.header_count; i++) {
    struct http_header h = out.headers[i];
    must(h.name.len > 0 && str_trim(h.name).len == h.name.len && str_trim(h.value).len == h.value.len);
    must(!memchr(h.name.ptr, '\n', h.name.len) && !memchr(h.value.ptr, '\n', h.value.len));
    if (!str_equal_nocase(h.name, STR("content-length"))) continue;
    must(str_to_int64(h.value, &here) && (length < 0 || length == here));
    length = here;
  }
}

static void must_agree(const struct http_answer *a, const struct http_answer *b) {
  must(a->code == b->code && a->status == b->status && a->header_count == b->header_count);
  must(strcmp(a->message, b->message) == 0);
  must(a->code != HTTP_OK || str_equal(buf_str(&a->body), buf_str(&b->body)));
  for (size_t i = 0; i < a->header_count; i++)
    must(str_equal(a->headers[i].name, b->headers[i].name) && str_equal(a->headers[i].value, b->headers[i].value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct http_answer whole, pieces; /* reset between inputs: what one leaves behind must not show in the next */
  if (size == 0) return 0;
  int64_t announced = (int64_t)data[0] * 2 - 56; /* less than nothing, within and beyond the limit */
  struct str text = str_of((const char *)data + 1, size - 1);
  check_sound(&whole, read_answer(&whole, text, SIZE_MAX / 2, announced), text);
  for (size_t piece = 1; piece <= 64; piece *= 4) {
    read_answer(&pieces, text, piece, announced);
    must_agree(&whole, &pieces);
  }
  return 0;
}
