/* stop_signal.h -- SIGTERM and SIGINT: what asks a process to end. One set of handlers for the process.
 * No descriptor: a signalfd in the loop would take the blocking recv from it (LOOP_ALONE), two system calls for each
 * invocation. The handler sets a flag that the loop looks at, and rings with SIGALRM every 10 ms until it did. SIGALRM and
 * its timer (ITIMER_REAL) are touched only when a signal came.
 */
#ifndef MOONWIRE_STOP_SIGNAL_H
#define MOONWIRE_STOP_SIGNAL_H

#include "loop.h"

enum {
  STOP_SIGNAL_REPEAT_MS =
      100, /* a signal that follows so soon is the same one: timeout(1), shells and `moonwire dev` signal
                                  a process and its group */
  STOP_SIGNAL_LIMIT_MS = 2000 /* from the signal to the end, whatever the process does then */
};

/* From now on either signal ends the process at once: there is nothing to finish yet. */
void stop_signal_open(void);

/* From now on the first one calls asked(ctx) from the loop, for an orderly end. A later one ends the process at once, also
 * in the middle of Lua code, and so does SIGALRM when the limit is over. */
void stop_signal_await(struct loop *loop, void (*asked)(void *ctx), void *ctx);

/* The status with which it ends at once; 0 until somebody says otherwise. */
void stop_signal_status(int status);

#endif
