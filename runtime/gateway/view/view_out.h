/* view_out.h -- bytes on their way to the terminal.
 * They are collected while a turn of the loop lasts and written together. Whoever reads them cannot stop the gateway: what
 * a pipe or terminal does not take waits, up to a limit; beyond it whole entries are left out, and the reader is told how
 * many. A reader that is gone ends the output for good, silently.
 */
#ifndef MOONWIRE_VIEW_OUT_H
#define MOONWIRE_VIEW_OUT_H

#include <stdbool.h>
#include <stdio.h>

#include "buf.h"
#include "loop.h"

enum {
  VIEW_OUT_MAX = 8 * 1024 * 1024, /* bytes that may wait */
  VIEW_OUT_RETRY_MS = 20,
  VIEW_OUT_END_MS = 500 /* how long the end of the program waits for the reader */
};

struct view_out {
  struct loop *loop;
  FILE *file;
  bool json, broken;       /* broken: nobody reads any more */
  struct buf text;         /* whole lines */
  size_t sent;             /* bytes of text that are written */
  size_t entry;            /* where the entry at hand begins */
  size_t left_out;         /* entries since the last one that was kept */
  struct loop_timer retry; /* the reader is slow */
};

void view_out_init(struct view_out *out, struct loop *loop, FILE *file, bool json);

/* Writes what it can, waiting up to VIEW_OUT_END_MS; frees. */
void view_out_free(struct view_out *out);

/* Where to append one entry: whole lines. NULL when nobody reads. view_out_end ends it: it is kept or left out as a whole. */
struct buf *view_out_begin(struct view_out *out);
void view_out_end(struct view_out *out);

/* Writes what the reader takes now, and goes on by itself when that is not all. */
void view_out_flush(struct view_out *out);

#endif
