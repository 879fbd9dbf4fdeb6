/* snapshot.h -- a copy of a service that stays as it is while its files change: what one generation of its environments runs.
 * Code is copied, or shared with the copy of before when it has not changed since: nobody writes into either. All other
 * files are symbolic links into the service's folder, and so are whole folders without code: a function reads them as they
 * are now, however large they are.
 */
#ifndef MOONWIRE_SNAPSHOT_H
#define MOONWIRE_SNAPSHOT_H

#include <limits.h>
#include <stdbool.h>

#include "err.h"
#include "snapshot_part.h"
#include "run_folder.h"
#include "tree.h"

struct snapshot {
  struct run_folder *home;
  const char *directory; /* of the service; absolute */
  char name[16];         /* in the folder of the run */
  char path[PATH_MAX];   /* absolute; in it, folders with code are links to their parts */
  struct tree tree;      /* what is in it */
  struct snapshot_part **parts;
  size_t part_count;
  int holds; /* it goes with the last one */
};

/* Takes the tree, also when it fails. `before` may be NULL; `directory` is borrowed. The caller holds what comes back.
 * NULL, with a sentence, when there is no room. A file that cannot be read becomes a link: whoever needs it will say so. */
struct snapshot *snapshot_new(struct run_folder *home, int number, const char *directory, struct tree *tree,
                              const struct snapshot *before, char err[ERR_LEN]);

/* Takes a tree that differs in files that are no code: links to new ones are added. */
void snapshot_follow(struct snapshot *snapshot, struct tree *tree);

struct snapshot *snapshot_hold(struct snapshot *snapshot);

/* Safe on NULL. */
void snapshot_release(struct snapshot *snapshot);

#endif
