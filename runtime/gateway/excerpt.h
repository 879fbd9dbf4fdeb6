/* excerpt.h -- the line of a file that an error message is about: it names one as "handlers/chat.lua:3". */
#ifndef MOONWIRE_EXCERPT_H
#define MOONWIRE_EXCERPT_H

#include <stdbool.h>

#include "buf.h"
#include "str.h"

enum { EXCERPT_PLACE = 256, EXCERPT_LINE = 160 /* bytes, a final NUL included; what is longer is cut */ };

struct excerpt {
  char place[EXCERPT_PLACE]; /* "handlers/chat.lua:3"; "" when there is none */
  char line[EXCERPT_LINE];
};

/* Where to look. Borrowed. */
struct excerpt_place {
  const char *root;     /* the folder whose files are named: the service's, or its snapshot */
  struct str directory; /* the service's folder, NUL-terminated; in front of a name it is root itself */
  bool is_snapshot;     /* root is a snapshot: its parts stand beside it */
  bool has_settings;    /* also .yml, .yaml and .json are read, not only .lua: they may hold secrets */
};

/* The first place in the text that names a file of the service which has such a line; the first few are looked at. Appends the lines
 * around it to `around`, as a JSON array: {"number":3,"text":"...","wrong":true?}; EXCERPT_AROUND lines before and behind it. False, an
 * empty excerpt and nothing appended when there is none: links that lead out of the service, files of other kinds and long
 * ones are not read. */
enum { EXCERPT_AROUND = 3 };
bool excerpt_find(struct excerpt *excerpt, const struct excerpt_place *in, struct str text, struct buf *around);

#endif
