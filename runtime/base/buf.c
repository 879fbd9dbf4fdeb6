#include "buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *b, size_t ceiling) {
  *b = (struct buf){ .ceiling = ceiling };
}

void buf_free(struct buf *b) {
  free(b->ptr);
  buf_init(b, b->ceiling);
}

void buf_clear(struct buf *b) {
  b->len = 0;
  b->failed = false;
}

void buf_trim(struct buf *b, size_t keep) {
  if (b->capacity > keep) buf_free(b);
  buf_clear(b);
}

/* Makes room for `size` more bytes and one NUL. */
static bool make_room(struct buf *b, size_t size) {
  if (b->failed) return false;
  if (size > b->ceiling - b->len) goto failed;
  if (b->capacity - b->len > size) return true;
  size_t capacity = b->capacity ? b->capacity : 64;
  while (capacity - b->len <= size) capacity *= 2;
  char *ptr = realloc(b->ptr, capacity);
  if (!ptr) goto failed;
  b->ptr = ptr;
  b->capacity = capacity;
  return true;
failed:
  b->failed = true;
  return false;
}

char *buf_reserve(struct buf *b, size_t size) {
  return make_room(b, size) ? b->ptr + b->len : NULL;
}

void buf_grew(struct buf *b, size_t size) {
  assert(size < b->capacity - b->len);
  b->len += size;
}

void buf_add(struct buf *b, struct str s) {
  if (s.len == 0 || !make_room(b, s.len)) return;
  memcpy(b->ptr + b->len, s.ptr, s.len);
  b->len += s.len;
}

void buf_add_char(struct buf *b, char c) {
  if (make_room(b, 1)) b->ptr[b->len++] = c;
}

void buf_add_int(struct buf *b, int64_t number) {
  char digits[24], *at = digits + sizeof digits;
  uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  do *--at = (char)('0' + rest % 10);
  while (rest /= 10);
  if (number < 0) *--at = '-';
  buf_add(b, str_of(at, (size_t)(digits + sizeof digits - at)));
}

void buf_addf(struct buf *b, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int size = vsnprintf(NULL, 0, format, args);
  va_end(args);
  char *room = size < 0 ? NULL : buf_reserve(b, (size_t)size);
  if (!room) return;
  va_start(args, format);
  vsnprintf(room, (size_t)size + 1, format, args);
  va_end(args);
  b->len += (size_t)size;
}

struct str buf_str(const struct buf *b) {
  return b->failed ? STR("") : str_of(b->ptr, b->len);
}

const char *buf_text(struct buf *b) {
  if (b->failed || !make_room(b, 0)) return "";
  b->ptr[b->len] = '\0';
  return b->ptr;
}
