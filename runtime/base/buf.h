/* buf.h -- a byte buffer that grows up to a ceiling.
 * A buffer that could not grow stays failed: it ignores what is added afterwards, so that a sequence of additions needs
 * one check at its end. `failed` is set by the ceiling and by a lack of memory alike.
 */
#ifndef MOONWIRE_BUF_H
#define MOONWIRE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "str.h"

struct buf {
  char *ptr;       /* heap; owned; NULL while nothing was added */
  size_t len;      /* bytes in use */
  size_t capacity; /* bytes allocated */
  size_t ceiling;  /* bytes that len may never exceed */
  bool failed;
};

/* Starts empty; allocates nothing. */
void buf_init(struct buf *b, size_t ceiling);

/* Frees the bytes and leaves an empty buffer with the same ceiling. Safe on a zeroed buf. */
void buf_free(struct buf *b);

/* Forgets the content and the failure, keeps the memory. */
void buf_clear(struct buf *b);

/* Like buf_clear, but gives memory back when more than `keep` bytes are allocated. */
void buf_trim(struct buf *b, size_t keep);

void buf_add(struct buf *b, struct str s);
void buf_add_char(struct buf *b, char c);
void buf_add_int(struct buf *b, int64_t number); /* decimal */
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for `size` more bytes at the end, to be written by the caller and counted with buf_grew; NULL on failure.
 * Goes stale with the next addition. */
char *buf_reserve(struct buf *b, size_t size);
void buf_grew(struct buf *b, size_t size);

/* The content, borrowed until the next addition. Empty when the buffer failed. */
struct str buf_str(const struct buf *b);

/* The content as a NUL-terminated string, borrowed until the next addition; "" when the buffer failed. */
const char *buf_text(struct buf *b);

#endif
