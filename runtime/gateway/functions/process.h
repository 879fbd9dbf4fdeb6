/* process.h -- a child process on the event loop: its standard output and error, line by line, and its end.
 * The child leads a process group of its own (so that Ctrl-C of the terminal is ours to pass on, and what it started dies
 * with it), reads nothing (/dev/null), and is killed by the kernel when we die (PR_SET_PDEATHSIG).
 */
#ifndef MOONWIRE_PROCESS_H
#define MOONWIRE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "buf.h"
#include "child.h"
#include "err.h"
#include "loop.h"
#include "str.h"

enum { PROCESS_LINE_MAX = 256 * 1024 }; /* bytes; a longer line comes in pieces */

/* Called from the loop and from process_read. */
struct process_events {
  /* Without its line feed; the last line may never have had one. May not free the process. */
  void (*line)(void *ctx, bool is_error, struct str line);
  /* Once: it has ended, and every byte it wrote was handed over. status as waitpid gives it. What it left behind of its
   * group has been killed. May free the process. */
  void (*ended)(void *ctx, int status);
};

struct process {
  struct loop *loop;
  struct process_events events;
  void *ctx;
  pid_t pid; /* 0 when there is none */
  struct process_pipe {
    struct process *owner;
    struct loop_watch watch; /* active while the pipe is open */
    struct buf line;         /* the bytes of a line that is not complete */
    bool is_error;
  } out, err;
  struct loop_watch exit; /* a pidfd ... */
  struct loop_timer look; /* ... or, where there is none, the time to look again */
};

/* Starts a program (child.h). *p must stay where it is. False, with a sentence, when that is not possible; *p is then
 * zeroed. */
bool process_start(struct process *p, struct loop *loop, const struct child_command *command,
                   const struct process_events *events, void *ctx, char err[ERR_LEN]);

/* Hands over the whole lines that lie in the pipes now. */
void process_read(struct process *p);

/* Whether it still runs, as the kernel knows it at this moment. */
bool process_is_alive(const struct process *p);

/* Sends a signal to the whole group, and to the process itself wherever it is. Nothing when it has ended. */
void process_signal(struct process *p, int signal);

/* Stops watching; kills and reaps what still runs; `ended` is not called. Safe on a zeroed process. */
void process_free(struct process *p);

#endif
