/* yaml_compose.h -- libyaml's events as nodes.
 * Not libyaml's own document functions: these have no limit of depth, and take hours for a megabyte of brackets.
 */
#ifndef MOONWIRE_YAML_COMPOSE_H
#define MOONWIRE_YAML_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "err.h"
#include "yaml_merge.h"
#include "yaml_tree.h"

enum { YAML_DEPTH = 100 /* lists and mappings inside one another */, YAML_ANCHORS_MAX = 1000 };

struct yaml_parser_s; /* libyaml's */

struct yaml_compose {
  struct arena *memory;
  const char *file;
  struct str text;
  struct yaml_parser_s *parser;
  struct yaml_made *made, *last; /* every node so far, in the order of the text */
  struct yaml_anchor *anchors;
  size_t anchor_count;
  char *err; /* ERR_LEN bytes */
};

/* The root of the next document in the text; NULL at its end. */
bool yaml_compose_document(struct yaml_compose *c, const struct yaml **root);

#endif
