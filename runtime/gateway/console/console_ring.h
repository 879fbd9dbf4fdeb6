/* console_ring.h -- the last records, with a number each: what a page that asks has not seen yet, it gets.
 * So many records, and so many bytes of text, are kept at most; older ones go first. A record may get its text later than its
 * place (an invocation's is written when somebody asks). Pure but for memory.
 */
#ifndef MOONWIRE_CONSOLE_RING_H
#define MOONWIRE_CONSOLE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "str.h"

enum { CONSOLE_RING_RECORDS = 5000, CONSOLE_RING_BYTES = 8 * 1024 * 1024 };

struct console_record {
  char *text; /* owned; NULL: not written yet, or never will be */
  size_t len;
  uint32_t tag; /* the keeper's: whose it is (console_tag); 0: nobody's */
  bool late;    /* its text may still be written */
};

struct console_ring {
  struct console_record *records; /* CONSOLE_RING_RECORDS of them, owned; NULL before the first one */
  uint64_t last;                  /* number of the newest; the first one is 1 */
  size_t count, bytes;            /* kept */
};

/* Safe on a zeroed ring, which is an empty one. */
void console_ring_free(struct console_ring *ring);

/* Adds a record, and returns its number; 0 when memory is short. An empty text: it is late. */
uint64_t console_ring_add(struct console_ring *ring, struct str text, uint32_t tag);

/* Writes the text of one that is late; nothing when it has gone. `text` empty: it never will have one. */
void console_ring_write(struct console_ring *ring, uint64_t number, struct str text);

/* NULL when it has gone, or is still to come. */
const struct console_record *console_ring_get(const struct console_ring *ring, uint64_t number);

/* Number of the oldest that is kept; last + 1 when none is. */
static inline uint64_t console_ring_oldest(const struct console_ring *ring) {
  return ring->last + 1 - ring->count;
}

#endif
