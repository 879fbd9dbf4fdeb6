/* store.h -- a private temporary directory for copies of a service, which goes with us.
 * $TMPDIR/moonwire-dev-XXXXXX, mode 0700, locked (flock) as long as we live: one that nobody holds was left behind by a
 * crash, and the next store_open of the same user removes it.
 */
#ifndef MOONWIRE_STORE_H
#define MOONWIRE_STORE_H

#include <limits.h>
#include <stdbool.h>

#include "err.h"

#define STORE_PREFIX "moonwire-dev-"

struct store {
  char path[PATH_MAX]; /* "" when it is closed */
  int fd;              /* the directory, and its lock */
};

/* False, with a sentence that names the directory. */
bool store_open(struct store *store, char err[ERR_LEN]);

/* Removes all of it. Safe on a zeroed store. */
void store_close(struct store *store);

/* Removes one entry, a directory with all that is in it or not there at all. Links are removed, not followed. */
void store_remove(const struct store *store, const char *name);

#endif
