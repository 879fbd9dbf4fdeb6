#include "console_ring.h"

#include <stdlib.h>
#include <string.h>

static struct console_record *at(const struct console_ring *ring, uint64_t number) {
  return &ring->records[number % CONSOLE_RING_RECORDS];
}

static void drop_text(struct console_ring *ring, struct console_record *record) {
  ring->bytes -= record->len;
  free(record->text);
  record->text = NULL;
  record->len = 0;
}

static void drop_oldest(struct console_ring *ring) {
  drop_text(ring, at(ring, console_ring_oldest(ring)));
  ring->count--;
}

/* The newest one stays, however long it is. */
static void make_room(struct console_ring *ring, size_t len) {
  while (ring->count > 0 && ring->bytes + len > CONSOLE_RING_BYTES) drop_oldest(ring);
}

static bool copy(struct console_ring *ring, struct console_record *record, struct str text) {
  record->text = text.len > 0 ? malloc(text.len) : NULL;
  if (!record->text) return false;
  memcpy(record->text, text.ptr, text.len);
  record->len = text.len;
  ring->bytes += text.len;
  return true;
}

uint64_t console_ring_add(struct console_ring *ring, struct str text, uint32_t tag) {
  if (!ring->records) ring->records = calloc(CONSOLE_RING_RECORDS, sizeof *ring->records);
  if (!ring->records) return 0;
  if (ring->count == CONSOLE_RING_RECORDS) drop_oldest(ring);
  make_room(ring, text.len);
  ring->last++;
  ring->count++;
  struct console_record *record = at(ring, ring->last);
  *record = (struct console_record){ .tag = tag, .late = text.len == 0 };
  if (text.len > 0) copy(ring, record, text);
  return ring->last;
}

static bool is_kept(const struct console_ring *ring, uint64_t number) {
  return number <= ring->last && number >= console_ring_oldest(ring) && ring->count > 0;
}

void console_ring_write(struct console_ring *ring, uint64_t number, struct str text) {
  if (!is_kept(ring, number) || !at(ring, number)->late) return;
  while (console_ring_oldest(ring) < number && ring->bytes + text.len > CONSOLE_RING_BYTES) drop_oldest(ring);
  at(ring, number)->late = false;
  copy(ring, at(ring, number), text);
}

const struct console_record *console_ring_get(const struct console_ring *ring, uint64_t number) {
  return is_kept(ring, number) ? at(ring, number) : NULL;
}

void console_ring_free(struct console_ring *ring) {
  while (ring->count > 0) drop_oldest(ring);
  free(ring->records);
  *ring = (struct console_ring){ .last = ring->last };
}
