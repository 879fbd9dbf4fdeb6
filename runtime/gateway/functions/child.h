/* child.h -- starts a program in a process group of its own. Used by process.c only.
 * Of ours it inherits nothing but what its command says: no descriptor besides 0 to 2, no variable, no signal mask or
 * handler. It is killed by the kernel when we die (PR_SET_PDEATHSIG).
 */
#ifndef MOONWIRE_CHILD_H
#define MOONWIRE_CHILD_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "err.h"

struct child_command {
  const char *program;      /* a path, relative to our own directory; no search through PATH */
  char *const *argv;        /* its own name included, NULL at the end */
  char *const *environment; /* "NAME=value", NULL at the end: exactly these */
  const char *directory;    /* where it works */
  rlim_t descriptors;       /* its soft limit of open descriptors (RLIMIT_NOFILE); 0: ours */
};

/* A process that runs its program. The caller closes the descriptors (all of them close-on-exec) and reaps. */
struct child {
  pid_t pid;    /* and the id of its group */
  int exit;     /* a pidfd: readable when it has ended; -1 where the kernel, or a sandbox, gives none */
  int out, err; /* what it writes: pipes, not blocking */
};

/* Returns when the program runs. Reads nothing (/dev/null). False, with a sentence that names the program or the directory,
 * when it cannot be started; nothing is left behind then. Sets SIGCHLD to its default: who ignores it learns no status. */
bool child_start(struct child *child, const struct child_command *command, char err[ERR_LEN]);

#endif
