/* view_lines.h -- what was written for one invocation, or for none, and is not shown yet. */
#ifndef MOONWIRE_VIEW_LINES_H
#define MOONWIRE_VIEW_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "invoke.h"
#include "str.h"

enum { VIEW_LINES_MAX = 1024 * 1024 /* bytes of lines that are kept */ };

struct view_lines {
  struct view_lines *next;
  const struct invoke *invoke; /* whose lines these are; alive until they are reset; NULL: of no invocation */
  bool announced;              /* they are shown as they come */
  struct buf kept;             /* '1' or '2' (the descriptor), the line, '\n', and again */
  size_t left_out;             /* bytes beyond VIEW_LINES_MAX */
  struct buf failure;          /* a record that waits for its report */
};

void view_lines_init(struct view_lines *lines);
void view_lines_free(struct view_lines *lines);

void view_lines_keep(struct view_lines *lines, bool is_error, struct str line);

/* Cuts the first line off `rest` (which begins as buf_str(&lines->kept)). False at the end. */
bool view_lines_next(struct str *rest, bool *is_error, struct str *line);

/* Forgets the invocation and its lines. */
void view_lines_reset(struct view_lines *lines);

#endif
