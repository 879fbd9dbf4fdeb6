/* loop.h -- the event loop: descriptors (epoll), timers, and work for the next turn.
 * One per process, single-threaded. The structs below belong to the caller and are linked into the loop while they are
 * active: stop them before their memory goes away. Callbacks run from loop_run only, never from the functions that arm
 * them, and may arm, stop and free anything, the struct they were called for included.
 */
#ifndef MOONWIRE_LOOP_H
#define MOONWIRE_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct loop;

enum { NS_PER_MS = 1000000 }; /* nanoseconds in a millisecond */

enum {
  LOOP_READ = 1,
  LOOP_WRITE = 2,
  LOOP_HANGUP = 8, /* the peer of a socket sends nothing more */
  LOOP_ALONE = 4   /* nothing else is active: the callback may block until its descriptor can be read */
};

/* A descriptor that is watched. Zero it before the first use. */
struct loop_watch {
  void (*ready)(void *ctx, int events); /* what is watched for; an error or a closed peer sets all of it */
  void *ctx;
  int fd;
  int events;      /* 0 while inactive */
  int kept;        /* what the kernel watches for; more than `events` while the watch rests */
  uint32_t serial; /* tells it from the watch that its descriptor's number had before */
  bool may_block;  /* ready knows LOOP_ALONE: it is then called without waiting first, which saves a system call */
};

/* A timer that fires once. Zero it before the first use. */
struct loop_timer {
  void (*fire)(void *ctx);
  void *ctx;
  int64_t due_ns; /* monotonic */
  size_t place;   /* 1-based position in the heap; 0 while inactive */
};

/* Work that the loop does before it waits. Zero it before the first use. */
struct loop_job {
  void (*run)(void *ctx);
  void *ctx;
  struct loop_job *next, **link; /* link is NULL while inactive */
  bool again;                    /* it was added by itself: the loop looks at all else first */
};

/* NULL, with err, when the kernel gives no epoll descriptor. Nobody in the process dies of SIGPIPE from then on. */
struct loop *loop_new(char err[ERR_LEN]);

/* Everything must have been stopped. Safe on NULL. */
void loop_delete(struct loop *loop);

/* Runs until loop_stop, or until nothing is active: no watch, timer or job. */
void loop_run(struct loop *loop);

/* Makes loop_run return after the callback at hand. */
void loop_stop(struct loop *loop);

/* Watches w->fd for events (LOOP_READ | LOOP_WRITE | LOOP_HANGUP), or changes what it is watched for; 0 stops.
 * The caller has set fd, ready and ctx. Stop before closing the descriptor. */
bool loop_watch_set(struct loop *loop, struct loop_watch *w, int events, char err[ERR_LEN]);
void loop_watch_stop(struct loop *loop, struct loop_watch *w);

/* Makes a watch inactive that will soon be set again, for the same as a rule: the kernel is told only when something happens
 * meanwhile, so that a connection that is used again and again costs no system calls for its watch. It still has to be
 * stopped before its memory goes away and its descriptor is closed. */
void loop_watch_rest(struct loop *loop, struct loop_watch *w);

/* Fires once, not before delay_ms milliseconds from now; restarts an active timer. False when memory is short. */
bool loop_timer_start(struct loop *loop, struct loop_timer *t, int64_t delay_ms);
void loop_timer_stop(struct loop *loop, struct loop_timer *t);

/* Runs the job once, soon, before the loop waits and before timers; nothing when it is waiting already. A job that adds itself has
 * more to do than it wants to do at once: it runs in the next turn, when descriptors and timers have had theirs. */
void loop_job_add(struct loop *loop, struct loop_job *job);
void loop_job_stop(struct loop *loop, struct loop_job *job);

/* Calls interrupted(ctx) from loop_run when *flag (a sig_atomic_t) is not 0, and clears it before; looks at the start of each turn. A signal
 * handler sets the flag, and sees to it that whatever the loop waits in comes back: installed without SA_RESTART, and
 * repeated by a timer signal, because the first one may come between the look and the wait. It is no activity: it does not
 * keep loop_run from returning. The flag is borrowed for the life of the loop; one for each loop. */
void loop_on_interrupt(struct loop *loop, volatile int *flag, void (*interrupted)(void *ctx), void *ctx);

/* Number of active watches, timers and jobs: what a test may not leave behind. */
size_t loop_pending(const struct loop *loop);

/* Monotonic clock, nanoseconds. */
int64_t clock_monotonic_ns(void);

/* Wall clock, milliseconds since 1970-01-01 UTC. */
int64_t clock_unix_ms(void);

#endif
