/* yaml_tree.h -- a YAML text as a tree of nodes, in an arena that the caller owns.
 * yaml_tree.c, yaml_compose.c and yaml_problem.c are the only files that know libyaml. What the reader promises:
 *   - one document, at most YAML_TREE_MAX bytes of UTF-8 or UTF-16, with or without a byte order mark, lines ending as
 *     they like;
 *   - lists and mappings stand at most 100 deep in one another;
 *   - a key stands in its mapping once: a second one is an error, as in Serverless;
 *   - an alias is the node that its anchor names, so a tree may share nodes and even contain itself: who walks it
 *     without an end in sight counts his steps;
 *   - merge keys ("<<: *defaults") are resolved: `entries` has the mapping's own entries, then those it merges and does
 *     not have itself, and no "<<".
 */
#ifndef MOONWIRE_YAML_TREE_H
#define MOONWIRE_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "err.h"
#include "str.h"
#include "yaml_kind.h"

enum { YAML_TREE_MAX = 1024 * 1024 }; /* bytes; also the limit of a CloudFormation template */

/* A line of a file. */
struct yaml_line {
  const char *file; /* as the reader was told; NULL: the one that is read */
  int number;       /* 1-based; 0: no line, the file as a whole */
};

#define YAML_NO_LINE ((struct yaml_line){ NULL, 0 })

/* One node; owned by the arena, as all it points at. The reader makes no UNKNOWN ones: variables.h does, of what it cannot
 * resolve. */
struct yaml {
  enum yaml_kind kind;
  bool plain;            /* a scalar without quotes */
  struct yaml_line line; /* where it begins (an alias: where its anchor stands) */
  struct str text; /* a scalar, or UNKNOWN: its characters, unquoted, numbers as written; TAGGED: the tag ("!Ref") */
  struct str why;  /* UNKNOWN: the reason */
  struct str
      lacking; /* UNKNOWN: "env", "self" ...: the source that has nothing, so that the Framework refuses it; "": AWS may know */
  const struct yaml *const *items;  /* LIST: `count` of them; TAGGED: one, what the tag stands before */
  const struct yaml_entry *entries; /* MAP: `count` of them */
  size_t count;
};

struct yaml_entry {
  const struct yaml *key; /* any node */
  const struct yaml *value;
};

/* Reads a text. *root is NULL when there is no document in it (empty, or only comments). On failure returns false and err
 * says where and what: "serverless.yml:3:1: did not find expected key". What the arena then holds is rubbish.
 * `file` lives as long as the arena. */
bool yaml_tree_parse(struct arena *memory, const char *file, struct str text, const struct yaml **root,
                     char err[ERR_LEN]);

bool yaml_is_scalar(const struct yaml *node); /* a string, a number, a boolean, or nothing */

/* The entry with this key; NULL when the mapping has none, or the node is no mapping, or is NULL. */
const struct yaml_entry *yaml_entry_of(const struct yaml *map, struct str key);

#endif
