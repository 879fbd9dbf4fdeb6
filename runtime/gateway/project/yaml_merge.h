/* yaml_merge.h -- the second half of reading YAML: keys that stand twice are refused, merge keys are resolved.
 * Source: "Merge Key Language-Independent Type for YAML" (yaml.org/type/merge): own entries win, then the first source.
 */
#ifndef MOONWIRE_YAML_MERGE_H
#define MOONWIRE_YAML_MERGE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "err.h"
#include "yaml_tree.h"

enum {
  YAML_MERGE_DEPTH = 50,      /* mappings that merge mappings that merge ... */
  YAML_MERGE_MAX = 100 * 1000 /* entries that all merges of a text may bring together */
};

/* A node while its tree is made. */
struct yaml_made {
  struct yaml node; /* first: a pointer to it is a pointer to this */
  enum { YAML_UNMERGED, YAML_MERGING, YAML_MERGED } state;
  struct yaml_made *next;
};

/* Works on all nodes of a tree, in place; new lists of entries come from the arena. */
bool yaml_merge(struct arena *memory, const char *file, struct yaml_made *nodes, char err[ERR_LEN]);

#endif
