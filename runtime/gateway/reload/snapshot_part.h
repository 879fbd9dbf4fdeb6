/* snapshot_part.h -- the copy of one folder at the top of a service, with all that is below it. Snapshots share it as long as
 * its code does not change: a save in one folder costs nothing for the modules in another one. Used by snapshot.c.
 */
#ifndef MOONWIRE_SNAPSHOT_PART_H
#define MOONWIRE_SNAPSHOT_PART_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "run_folder.h"
#include "tree.h"

struct snapshot_part {
  struct run_folder *home;
  char name[32];       /* in the folder of the run */
  char path[PATH_MAX]; /* absolute */
  int holds;           /* it goes with the last one */
};

/* Where entries are copied from, and where to. */
struct snapshot_place {
  const char *from;   /* the service's folder: paths of entries are relative to it */
  const char *to;     /* a folder that is there */
  size_t skip;        /* bytes of a path that `to` stands for: "handlers/", or 0 */
  const char *before; /* as `to`, for an earlier copy; NULL: there is none */
  const struct tree *before_tree;
};

/* Copies tree->entries from first up to but not including end. False, with a sentence. */
bool snapshot_copy(const struct snapshot_place *place, const struct tree *tree, size_t first, size_t end,
                   char err[ERR_LEN]);

/* Only the links: those that are there already stay. */
void snapshot_link(const struct snapshot_place *place, const struct tree *tree, size_t first, size_t end);

/* The caller holds it. NULL, with a sentence, when its folder cannot be made. */
struct snapshot_part *snapshot_part_new(struct run_folder *home, const char *name, char err[ERR_LEN]);

/* Safe on NULL. */
void snapshot_part_release(struct snapshot_part *part);

#endif
