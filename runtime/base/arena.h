/* arena.h -- memory that is freed all at once.
 * One owner (an invocation, a document) holds an arena; whatever belongs to it is allocated here and dies with it.
 */
#ifndef MOONWIRE_ARENA_H
#define MOONWIRE_ARENA_H

#include <stddef.h>

#include "str.h"

struct arena_chunk;

struct arena {
  struct arena_chunk *chunks; /* newest first */
  char *next;                 /* free bytes of the newest chunk: from here ... */
  char *end;                  /* ... to here */
};

/* A zeroed arena is an empty one; allocates nothing yet. */
void arena_init(struct arena *a);

/* `size` bytes, aligned for any type, not zeroed; valid until the arena is reset or freed. NULL when memory is short. */
void *arena_alloc(struct arena *a, size_t size);

/* A copy of s that ends in NUL (not counted in its length). ptr is NULL when memory is short. */
struct str arena_copy(struct arena *a, struct str s);

/* Frees everything but one chunk of ordinary size, for the next use. */
void arena_reset(struct arena *a);

/* Frees everything. Safe on a zeroed arena. */
void arena_free(struct arena *a);

#endif
