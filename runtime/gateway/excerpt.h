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

/* The first place in the text that names a file of `root` which has such a line; `directory` in front of a name is root
 * itself. False, and an empty excerpt, when there is none. */
bool excerpt_find(struct excerpt *excerpt, const char *root, struct str directory, struct str text);

/* Appends the lines around the place that was found, as a JSON array: {"number":3,"text":"...","wrong":true?}; EXCERPT_AROUND lines
 * before and behind it. */
enum { EXCERPT_AROUND = 3 };
void excerpt_write_around(const struct excerpt *excerpt, const char *root, struct buf *out);

#endif
