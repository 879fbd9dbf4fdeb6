/* environment.h -- one execution environment: a child `bootstrap` that serves one invocation at a time, or several, as on
 * Lambda Managed Instances. It has a place for each: a `GET next` that waits is a place that is free.
 * STARTING until its first poll, then SERVING; DRAINING when it gets nothing more and ends as soon as it has nothing to do;
 * at last ENDING until its process is gone. The Runtime API's rules are checked here; their transport is the control
 * server's.
 * Source: AWS, "Using the Lambda runtime API for custom runtimes", "Understanding the Lambda execution environment lifecycle",
 * "Lambda Managed Instances: execution environment".
 */
#ifndef MOONWIRE_ENVIRONMENT_H
#define MOONWIRE_ENVIRONMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "httpd.h"
#include "invoke.h"
#include "loop.h"
#include "process.h"
#include "turn.h"

struct pool;

enum environment_state { ENVIRONMENT_STARTING, ENVIRONMENT_SERVING, ENVIRONMENT_DRAINING, ENVIRONMENT_ENDING };

enum {
  ENVIRONMENT_PLACES_MAX = 1000, /* as many as bootstrap has (bootstrap.c); Lambda itself allows 1,600 */
  ENVIRONMENT_KEY_LEN = 33,      /* 32 hex digits of randomness and a NUL */
  ENVIRONMENT_GRACE_MS = 2000,   /* from SIGTERM to SIGKILL */
  ENVIRONMENT_DEFER_MS = 1000,   /* what a process may take beyond the deadline, once it has answered, to ask again */
  /* For the body_max of the server in front: every response that bootstrap sends (slot.c) must come through to be judged
   * here, or its invocation would stay without an answer. */
  ENVIRONMENT_BODY_MAX = 33 * 1024 * 1024
};

struct environment {
  struct pool *pool;
  int number;                    /* from 1, within its function; never used again */
  char key[ENVIRONMENT_KEY_LEN]; /* in the path of its Runtime API */
  enum environment_state state;
  struct process process;
  size_t places;           /* how many invocations it may have at once */
  struct turn *turns;      /* one for each place; owned */
  size_t busy;             /* ... and how many of them have an invocation */
  struct exchange **polls; /* `GET next`s that wait: the first poll_count of `places`; owned */
  size_t poll_count;
  size_t awaited;              /* places that have not polled since the start */
  size_t owed;                 /* places whose invocation has left, and that have not polled again */
  int64_t owed_until_ns;       /* monotonic: when all of these should have; 0 when there are none */
  struct exchange *extension;  /* the `GET event/next` of its internal extension, which waits for ever */
  char extension_id[UUID_LEN]; /* "" until one was registered */
  struct loop_timer limit;     /* to initialise; without an invocation at hand, to poll, or to be idle; the grace */
  int64_t started_ns, init_ns; /* monotonic: exec; from exec to the first poll */
  int64_t idle_ns;             /* monotonic: when it polled last */
  bool served;                 /* had an invocation */
  size_t invocations;          /* ... and how many */
  bool reaped;                 /* it ends because it had nothing to do for too long */
  struct environment *next;    /* of its pool */
};

/* For the control server */

/* Requests of the process, `rest` being the path behind "/_runtime/{function}/{environment}". Answers now, or keeps the
 * exchange as a poll. */
void environment_request(struct environment *e, struct exchange *x, struct str rest);

/* For pool.c */

/* Starts a process. NULL, with a sentence, when that is not possible. Calls pool_environment_ended at its end. */
struct environment *environment_new(struct pool *pool, int number, char err[ERR_LEN]);

/* How many invocations it can be given now. */
size_t environment_room(const struct environment *e);

/* Whether it has an invocation, or may still do what one left to do behind its answer. */
bool environment_is_at_work(const struct environment *e);

/* Whether the process still lives, as the kernel knows it now; a dead one becomes ENDING. */
bool environment_is_ready(struct environment *e);

/* Gives one that has room an invocation, which it takes over. */
void environment_give(struct environment *e, struct invoke *in);

/* It gets nothing more, and ends when it has nothing to do: at once, when it has not begun. */
void environment_drain(struct environment *e);

/* SIGTERM, and SIGKILL after the grace; invocations at hand end with this outcome. Nothing when it is ENDING. */
void environment_end(struct environment *e, enum invoke_outcome outcome);

/* Kills at once and frees; invocations at hand are INVOKE_CANCELLED. Its polls are answered: the server must still be
 * there. */
void environment_delete(struct environment *e);

/* For environment_api.c */

/* Whether it serves one invocation at a time, as on-demand Lambda does. */
bool environment_is_on_demand(const struct environment *e);

/* The first poll, or the next one: it waits for an invocation, or gets one at once. */
void environment_polled(struct environment *e, struct exchange *x);

/* Its extension asks for an event: it subscribed to none. What waits here says nothing about the environment's state. */
void environment_extension_polled(struct environment *e, struct exchange *x);

/* The invocation at hand has an answer, in turn->invoke->payload: it leaves the environment, behind its last lines. */
void environment_answered(struct turn *turn, enum invoke_outcome outcome);

/* The process says that it cannot start: the invocations for whose sake it was started fail with this report. */
void environment_failed_to_start(struct environment *e, struct str report);

/* Answers a poll with the invocation at hand. */
void environment_deliver(const struct turn *turn, struct exchange *x);

#endif
