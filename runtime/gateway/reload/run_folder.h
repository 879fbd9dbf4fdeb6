/* run_folder.h -- a private temporary directory for what belongs to one run, and goes with us: copies of the service, the
 * connection store.
 * $TMPDIR/moonwire-dev-XXXXXX, mode 0700, locked (flock) as long as we live: one that nobody holds was left behind by a
 * crash, and the next run_folder_open of the same user removes it.
 */
#ifndef MOONWIRE_RUN_FOLDER_H
#define MOONWIRE_RUN_FOLDER_H

#include <limits.h>
#include <stdbool.h>

#include "err.h"

#define RUN_FOLDER_PREFIX "moonwire-dev-"

struct run_folder {
  char path[PATH_MAX]; /* "" when it is closed */
  int fd;              /* the directory, and its lock */
};

/* False, with a sentence that names the directory. */
bool run_folder_open(struct run_folder *home, char err[ERR_LEN]);

/* Removes all of it. Safe on a zeroed one. */
void run_folder_close(struct run_folder *home);

/* Removes one entry, a directory with all that is in it or not there at all. Links are removed, not followed. */
void run_folder_remove(const struct run_folder *home, const char *name);

#endif
