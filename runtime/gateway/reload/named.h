/* named.h -- the files that a serverless.yml names, wherever they lie, there or not: ${file(../common.json)}, .env. */
#ifndef MOONWIRE_NAMED_H
#define MOONWIRE_NAMED_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "str.h"
#include "tree.h"

struct named_file {
  struct str path;         /* as it was named */
  const char *absolute;    /* ... and from the root */
  struct tree_stamp stamp; /* zeroes when it is not there */
};

struct named {
  struct arena memory;
  struct named_file *files;
  size_t count;
};

/* Paths as they were named, relative to the directory; how the files are now counts as seen. False when memory is short, and
 * *named is empty. */
bool named_init(struct named *named, struct str directory, const struct str *paths, size_t count);

/* Safe on a zeroed one. */
void named_free(struct named *named);

/* Whether one of them is called so: ".env". */
bool named_has(const struct named *named, struct str name);

/* The first one that has come, gone or been written since the last call, as it was named; its ptr is NULL when there is
 * none. Borrowed. */
struct str named_changed(struct named *named);

#endif
