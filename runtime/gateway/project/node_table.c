#include "node_table.h"

#include <stdint.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

/* Where a node stands, or the free place where it would. */
static struct node_entry *place_of(const struct node_table *t, const struct yaml *node) {
  uint64_t hash = (uint64_t)(uintptr_t)node * 0x9E3779B97F4A7C15u; /* Fibonacci hashing */
  size_t at = (size_t)(hash >> 32) & (t->capacity - 1);
  while (t->list[at].node && t->list[at].node != node) at = (at + 1) & (t->capacity - 1);
  return &t->list[at];
}

struct node_entry *node_table_find(const struct node_table *t, const struct yaml *node) {
  struct node_entry *entry = t->capacity > 0 ? place_of(t, node) : NULL;
  return entry && entry->node ? entry : NULL;
}

static bool grow(struct node_table *t) {
  struct node_table larger = { .memory = t->memory, .count = t->count };
  larger.capacity = t->capacity > 0 ? 2 * t->capacity : FIRST_CAPACITY;
  larger.list = arena_alloc(t->memory, larger.capacity * sizeof *larger.list);
  if (!larger.list) return false;
  memset(larger.list, 0, larger.capacity * sizeof *larger.list);
  for (size_t i = 0; i < t->capacity; i++)
    if (t->list[i].node) *place_of(&larger, t->list[i].node) = t->list[i];
  *t = larger;
  return true;
}

bool node_table_set(struct node_table *t, const struct yaml *node, const struct yaml *stands_for) {
  struct node_entry *entry = node_table_find(t, node);
  if (!entry) {
    if (2 * t->count >= t->capacity && !grow(t)) return false;
    entry = place_of(t, node);
    t->count++;
  }
  *entry = (struct node_entry){ node, stands_for };
  return true;
}
