/* view_style.h -- what lines of the view are made of: colours, columns, times, texts of several lines.
 * Part of the view for people (view_text.c, view_text_invocation.c).
 */
#ifndef MOONWIRE_VIEW_STYLE_H
#define MOONWIRE_VIEW_STYLE_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "str.h"
#include "view_text.h"

enum {
  VIEW_BOLD = 1,
  VIEW_DIM = 2,
  VIEW_RED = 31,
  VIEW_GREEN = 32,
  VIEW_YELLOW = 33,
  VIEW_MAGENTA = 35,
  VIEW_CYAN = 36
};

enum { VIEW_INDENT = 10 /* what belongs to an invocation stands beneath its route */ };

/* What is appended between the two is coloured, when there are colours. */
void view_style_begin(const struct view_text *t, struct buf *out, int colour);
void view_style_end(const struct view_text *t, struct buf *out);

void view_style_text(const struct view_text *t, struct buf *out, int colour, struct str text);
void view_style_blanks(struct buf *out, size_t count);

/* "20:33:12  ", local time; made once a second. */
void view_style_time(struct view_text *t, struct buf *out, int64_t now_ms);

/* Cuts *rest at its first line break, LF, CR or both; one at the very end ends the last line. False when
 * nothing is left: its ptr is then NULL. */
bool view_style_cut(struct str *rest, struct str *line);

#endif
