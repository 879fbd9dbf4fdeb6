#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 16 * 1024, ALIGN = alignof(max_align_t) };

struct arena_chunk {
  struct arena_chunk *older;
  size_t size; /* bytes that follow this header */
  alignas(ALIGN) char bytes[];
};

void arena_init(struct arena *a) {
  *a = (struct arena){ 0 };
}

static void use_chunk(struct arena *a, struct arena_chunk *chunk) {
  a->next = chunk->bytes;
  a->end = chunk->bytes + chunk->size;
}

static void *alloc_in_new_chunk(struct arena *a, size_t size) {
  size_t room = size > CHUNK ? size : CHUNK;
  struct arena_chunk *chunk = malloc(sizeof *chunk + room);
  if (!chunk) return NULL;
  chunk->size = room;
  if (size > CHUNK / 4 && a->chunks) { /* large: behind the newest one, whose room stays in use */
    chunk->older = a->chunks->older;
    a->chunks->older = chunk;
    return chunk->bytes;
  }
  chunk->older = a->chunks;
  a->chunks = chunk;
  use_chunk(a, chunk);
  a->next += size;
  return chunk->bytes;
}

void *arena_alloc(struct arena *a, size_t size) {
  if (size > PTRDIFF_MAX - sizeof(struct arena_chunk) - ALIGN) return NULL; /* larger than any object can be */
  size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
  if (size > (size_t)(a->end - a->next)) return alloc_in_new_chunk(a, size);
  void *bytes = a->next;
  a->next += size;
  return bytes;
}

struct str arena_copy(struct arena *a, struct str s) {
  char *copy = arena_alloc(a, s.len + 1);
  if (!copy) return str_of(NULL, 0);
  if (s.len > 0) memcpy(copy, s.ptr, s.len);
  copy[s.len] = '\0';
  return str_of(copy, s.len);
}

void arena_reset(struct arena *a) {
  struct arena_chunk *kept = NULL;
  for (struct arena_chunk *chunk = a->chunks, *older; chunk; chunk = older) {
    older = chunk->older;
    if (!kept && chunk->size == CHUNK)
      kept = chunk;
    else
      free(chunk);
  }
  arena_init(a);
  if (!kept) return;
  kept->older = NULL;
  a->chunks = kept;
  use_chunk(a, kept);
}

void arena_free(struct arena *a) {
  for (struct arena_chunk *chunk = a->chunks, *older; chunk; chunk = older) {
    older = chunk->older;
    free(chunk);
  }
  arena_init(a);
}
