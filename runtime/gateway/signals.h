/* signals.h -- SIGINT, SIGTERM and SIGHUP as events of the loop: what asks a server to end. SIGHUP stays ignored when it was
 * (nohup).
 */
#ifndef MOONWIRE_SIGNALS_H
#define MOONWIRE_SIGNALS_H

#include <stdbool.h>

#include "err.h"
#include "loop.h"

struct signals {
  struct loop *loop;
  struct loop_watch watch; /* a signalfd */
  void (*caught)(void *ctx, int number);
  void *ctx;
};

/* From now on they are blocked, and `caught` is called from the loop. *signals must stay where it is. */
bool signals_init(struct signals *signals, struct loop *loop, void (*caught)(void *ctx, int number), void *ctx,
                  char err[ERR_LEN]);

/* They work as usual again. Safe on a zeroed signals. */
void signals_free(struct signals *signals);

#endif
