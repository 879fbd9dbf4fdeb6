#include "http1_reader.h"

#include <string.h>

#include "http1_head.h"

void http1_reader_init(struct http1_reader *r) {
  memset(r, 0, sizeof *r);
  buf_init(&r->head, HTTP1_HEAD_MAX);
  buf_init(&r->body, HTTP1_BODY_MAX);
  buf_init(&r->line, HTTP1_LINE_MAX);
}

void http1_reader_free(struct http1_reader *r) {
  buf_free(&r->head);
  buf_free(&r->body);
  buf_free(&r->line);
}

void http1_reader_reset(struct http1_reader *r) {
  buf_clear(&r->head);
  buf_clear(&r->body);
  buf_clear(&r->line);
  r->status = 0;
  r->keep_alive = false;
  r->header_count = 0;
  r->interim_count = 0;
  r->body_left = 0;
  r->state = HTTP1_IN_HEAD;
}

/* The head */

/* Index just behind the blank line that ends the head, searched from a little before `from`; SIZE_MAX while it is not there. */
static size_t head_end(struct str head, size_t from) {
  const char *end = head.ptr + head.len, *at = head.ptr + (from < 3 ? 0 : from - 3);
  while (at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
    at++;
    if (at < end && *at == '\n') return (size_t)(at + 1 - head.ptr);
    if (end - at >= 2 && at[0] == '\r' && at[1] == '\n') return (size_t)(at + 2 - head.ptr);
  }
  return SIZE_MAX;
}

/* The real response follows. Nobody asked for another protocol (101), and nobody waits for ever. */
static bool skip_interim(struct http1_reader *r, char err[ERR_LEN]) {
  int count = r->interim_count + 1;
  if (r->status == 101) return fail(err, "an answer in another protocol (101)");
  if (count > HTTP1_INTERIM_MAX) return fail(err, "more than %d interim responses", HTTP1_INTERIM_MAX);
  http1_reader_reset(r);
  r->interim_count = count;
  return true;
}

static bool feed_head(struct http1_reader *r, struct str bytes, size_t *used, char err[ERR_LEN]) {
  size_t before = r->head.len;
  size_t room = HTTP1_HEAD_MAX - before;
  struct str taken = str_slice(bytes, 0, room);
  buf_add(&r->head, taken);
  size_t end = r->head.failed ? SIZE_MAX : head_end(buf_str(&r->head), before);
  *used = taken.len;
  if (end == SIZE_MAX) {
    if (r->head.failed) return fail(err, "out of memory");
    return taken.len < bytes.len || r->head.len == HTTP1_HEAD_MAX
               ? fail(err, "headers longer than %d bytes", HTTP1_HEAD_MAX)
               : true;
  }
  *used = end - before;
  r->head.len = end;
  if (!http1_head_read(r, err)) return false;
  return r->status >= 200 || skip_interim(r, err);
}

/* The body */

static bool add_to_body(struct http1_reader *r, struct str bytes, char err[ERR_LEN]) {
  buf_add(&r->body, bytes);
  return r->body.failed ? fail(err, "a body of more than %d bytes", HTTP1_BODY_MAX) : true;
}

/* Bytes of a known amount: the whole body, or one chunk; `after` is the state that follows. */
static bool feed_counted(struct http1_reader *r, struct str bytes, enum http1_state after, size_t *used,
                         char err[ERR_LEN]) {
  *used = bytes.len < r->body_left ? bytes.len : (size_t)r->body_left;
  r->body_left -= *used;
  if (r->body_left == 0) r->state = after;
  return add_to_body(r, str_slice(bytes, 0, *used), err);
}

/* Collects r->line; *complete when its line feed came (and was left out, with a CR before it). */
static bool feed_line(struct http1_reader *r, struct str bytes, size_t *used, bool *complete, char err[ERR_LEN]) {
  struct str line, rest;
  *complete = str_cut(bytes, '\n', &line, &rest);
  *used = line.len + (*complete ? 1 : 0);
  buf_add(&r->line, line);
  if (r->line.failed) return fail(err, "a chunk line longer than %d bytes", HTTP1_LINE_MAX);
  if (*complete && str_ends(buf_str(&r->line), STR("\r"))) r->line.len--;
  return true;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* "1a;name=value": the extension after the semicolon is ignored. */
static bool read_chunk_size(struct http1_reader *r, char err[ERR_LEN]) {
  struct str digits, extension;
  uint64_t size = 0;
  str_cut(buf_str(&r->line), ';', &digits, &extension);
  digits = str_trim(digits);
  if (digits.len == 0) return fail(err, "malformed chunk size");
  for (size_t i = 0; i < digits.len; i++) {
    int digit = hex_digit(digits.ptr[i]);
    if (digit < 0) return fail(err, "malformed chunk size");
    size = size * 16 + (uint64_t)digit;
    if (size > HTTP1_BODY_MAX) return fail(err, "a chunk of more than %d bytes", HTTP1_BODY_MAX);
  }
  r->body_left = size;
  r->state = size > 0 ? HTTP1_IN_CHUNK : HTTP1_IN_TRAILER;
  return true;
}

/* The lines between chunks: a size, the end of a chunk's data, or a trailer (which is read and ignored). */
static bool feed_chunk_line(struct http1_reader *r, struct str bytes, size_t *used, char err[ERR_LEN]) {
  bool complete, ok = true;
  if (!feed_line(r, bytes, used, &complete, err)) return false;
  if (!complete) return true;
  bool empty = r->line.len == 0;
  if (r->state == HTTP1_IN_CHUNK_SIZE) {
    ok = read_chunk_size(r, err);
  } else if (r->state == HTTP1_IN_CHUNK_END) {
    ok = empty || fail(err, "a chunk is longer than its size says");
    r->state = HTTP1_IN_CHUNK_SIZE;
  } else if (empty) {
    r->state = HTTP1_COMPLETE;
  }
  buf_clear(&r->line);
  return ok;
}

static bool feed_some(struct http1_reader *r, struct str bytes, size_t *used, char err[ERR_LEN]) {
  switch (r->state) {
  case HTTP1_IN_HEAD:
    return feed_head(r, bytes, used, err);
  case HTTP1_IN_LENGTH_BODY:
    return feed_counted(r, bytes, HTTP1_COMPLETE, used, err);
  case HTTP1_IN_CHUNK:
    return feed_counted(r, bytes, HTTP1_IN_CHUNK_END, used, err);
  case HTTP1_IN_ENDLESS_BODY:
    *used = bytes.len;
    return add_to_body(r, bytes, err);
  default:
    return feed_chunk_line(r, bytes, used, err);
  }
}

enum http1_progress http1_reader_feed(struct http1_reader *r, struct str bytes, size_t *used, char err[ERR_LEN]) {
  *used = 0;
  while (r->state != HTTP1_COMPLETE && *used < bytes.len) {
    size_t step = 0;
    if (!feed_some(r, str_slice(bytes, *used, bytes.len), &step, err)) return HTTP1_BAD;
    *used += step;
  }
  return r->state == HTTP1_COMPLETE ? HTTP1_DONE : HTTP1_MORE;
}

bool http1_reader_has_begun(const struct http1_reader *r) {
  return r->state != HTTP1_IN_HEAD || r->head.len > 0 || r->interim_count > 0;
}

enum http1_progress http1_reader_end(struct http1_reader *r, char err[ERR_LEN]) {
  if (r->state == HTTP1_IN_ENDLESS_BODY) r->state = HTTP1_COMPLETE;
  if (r->state == HTTP1_COMPLETE) return HTTP1_DONE;
  fail(err, !http1_reader_has_begun(r) ? "the connection was closed"
                                       : "the connection was closed in the middle of a response");
  return HTTP1_BAD;
}
