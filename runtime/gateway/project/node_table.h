/* node_table.h -- what is known about a node of a tree: found by its address. */
#ifndef MOONWIRE_NODE_TABLE_H
#define MOONWIRE_NODE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

struct yaml;

struct node_entry {
  const struct yaml *node;
  const struct yaml *stands_for; /* NULL while that is being found out */
};

/* A zeroed one is empty; everything lives in the arena. */
struct node_table {
  struct arena *memory;
  struct node_entry *list; /* `capacity` of them, those without a node are free; a power of two, or 0 */
  size_t count, capacity;
};

/* The entry of a node, or NULL. It moves when another one is added. */
struct node_entry *node_table_find(const struct node_table *table, const struct yaml *node);

/* Adds or changes the entry of a node. False when memory is short. */
bool node_table_set(struct node_table *table, const struct yaml *node, const struct yaml *stands_for);

#endif
