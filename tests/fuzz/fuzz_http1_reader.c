/* fuzz_http1_reader.c -- libFuzzer: any bytes as a response of the Runtime API.
 * Whole, byte by byte and in pieces of random sizes, the same bytes must give the same response, or be refused for the
 * same reason. What is accepted keeps the limits, and its parts lie where they should.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http1_reader.h"

static void must(bool condition) {
  if (!condition) abort();
}

struct outcome {
  enum http1_progress progress;
  bool ended; /* complete only when the connection was closed */
  size_t used;
  char err[ERR_LEN];
  struct http1_reader reader;
};

static uint32_t next_random(uint32_t *seed) {
  *seed = *seed * 1664525 + 1013904223;
  return *seed >> 16;
}

/* most: the longest piece. */
static void read_pieces(struct outcome *o, struct str bytes, size_t most, uint32_t seed) {
  o->progress = HTTP1_MORE;
  o->used = 0;
  o->err[0] = '\0';
  http1_reader_reset(&o->reader);
  while (o->progress == HTTP1_MORE && o->used < bytes.len) {
    size_t used, size = most > 1 && most < bytes.len ? next_random(&seed) % most + 1 : most;
    struct str piece = str_slice(bytes, o->used, o->used + size);
    o->progress = http1_reader_feed(&o->reader, piece, &used, o->err);
    must(used <= piece.len && (o->progress != HTTP1_MORE || used == piece.len));
    o->used += used;
  }
  o->ended = o->progress == HTTP1_MORE;
  if (o->ended) o->progress = http1_reader_end(&o->reader, o->err);
}

static void check_sound(const struct outcome *o, struct str bytes) {
  const struct http1_reader *r = &o->reader;
  must(o->progress == HTTP1_DONE || o->progress == HTTP1_BAD);
  must((o->progress == HTTP1_BAD) == (o->err[0] != '\0'));
  if (o->progress == HTTP1_BAD) return;
  must(r->status >= 200 && r->status <= 599);
  must(r->head.len + r->body.len <= bytes.len);
  must(!(o->ended && r->keep_alive));
  for (size_t i = 0; i < r->header_count; i++) {
    struct http1_header h = r->headers[i];
    must(h.name.len > 0 && h.name.ptr > r->head.ptr && h.value.ptr + h.value.len <= r->head.ptr + r->head.len);
    must(str_trim(h.value).len == h.value.len);
    must(!h.value.len || (!memchr(h.value.ptr, '\n', h.value.len) && !memchr(h.value.ptr, '\r', h.value.len)));
  }
}

static void must_agree(const struct outcome *a, const struct outcome *b) {
  must(a->progress == b->progress && a->ended == b->ended && strcmp(a->err, b->err) == 0);
  if (a->progress == HTTP1_BAD) return;
  must(a->used == b->used && a->reader.status == b->reader.status && a->reader.keep_alive == b->reader.keep_alive);
  must(str_equal(buf_str(&a->reader.body), buf_str(&b->reader.body)));
  must(a->reader.header_count == b->reader.header_count);
  for (size_t i = 0; i < a->reader.header_count; i++) {
    must(str_equal(a->reader.headers[i].name, b->reader.headers[i].name));
    must(str_equal(a->reader.headers[i].value, b->reader.headers[i].value));
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct outcome whole, pieces;
  struct str bytes = str_of((const char *)data, size);
  static const size_t sizes[] = { 1, 2, 7, 100 };
  if (whole.reader.head.ceiling == 0) {
    http1_reader_init(&whole.reader);
    http1_reader_init(&pieces.reader);
  }
  read_pieces(&whole, bytes, SIZE_MAX / 2, 0);
  check_sound(&whole, bytes);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    read_pieces(&pieces, bytes, sizes[i], (uint32_t)size);
    must_agree(&whole, &pieces);
  }
  return 0;
}
