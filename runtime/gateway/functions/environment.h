/* environment.h -- one execution environment: a child `bootstrap` that serves one invocation at a time.
 * STARTING until its first poll, then IDLE or BUSY in turns, at last ENDING until its process is gone. The Runtime API's
 * rules are checked here; their transport is the control server's.
 * Source: AWS, "Using the Lambda runtime API for custom runtimes", "Understanding the Lambda execution environment lifecycle".
 */
#ifndef MOONWIRE_ENVIRONMENT_H
#define MOONWIRE_ENVIRONMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "httpd.h"
#include "invoke.h"
#include "loop.h"
#include "process.h"

struct pool;

enum environment_state { ENVIRONMENT_STARTING, ENVIRONMENT_IDLE, ENVIRONMENT_BUSY, ENVIRONMENT_ENDING };

enum {
  ENVIRONMENT_KEY_LEN = 33,    /* 32 hex digits of randomness and a NUL */
  ENVIRONMENT_GRACE_MS = 2000, /* from SIGTERM to SIGKILL */
  ENVIRONMENT_DEFER_MS = 1000, /* what a process may take beyond the deadline, once it has answered, to ask again */
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
  struct exchange *poll;       /* IDLE: its `GET next`, waiting */
  struct exchange *extension;  /* the `GET event/next` of its internal extension, which waits for ever */
  char extension_id[UUID_LEN]; /* "" until one was registered */
  struct invoke *invoke;       /* BUSY: what it works on; owned; NULL once it has answered */
  char nonce[UUID_LEN];        /* BUSY: Lambda-Runtime-Invocation-Id */
  int64_t deadline_ms;         /* BUSY: Unix time, for the function to know */
  int64_t due_ns;              /* ... and monotonic, for us */
  struct loop_timer limit;     /* BUSY: the deadline; STARTING: the time to initialise; ENDING: the grace */
  int64_t started_ns, init_ns; /* monotonic: exec; from exec to the first poll */
  int64_t idle_ns;             /* monotonic: when it became idle */
  bool served;                 /* had an invocation */
  struct environment *next;    /* of its pool */
};

/* For the control server */

/* Requests of the process, `rest` being the path behind "/_runtime/{function}/{environment}". Answers now, or keeps the
 * exchange as its poll. */
void environment_request(struct environment *e, struct exchange *x, struct str rest);

/* For pool.c */

/* Starts a process. NULL, with a sentence, when that is not possible. Calls pool_environment_ended at its end. */
struct environment *environment_new(struct pool *pool, int number, char err[ERR_LEN]);

/* Whether an idle environment's process still lives, as the kernel knows it now; a dead one becomes ENDING. */
bool environment_is_ready(struct environment *e);

/* Gives an idle environment an invocation, which it takes over. */
void environment_give(struct environment *e, struct invoke *in);

/* SIGTERM, and SIGKILL after the grace; an invocation at hand ends with this outcome. Nothing when it is ENDING. */
void environment_end(struct environment *e, enum invoke_outcome outcome);

/* Kills at once and frees; an invocation at hand is forgotten. Its poll is answered: the server must still be there. */
void environment_delete(struct environment *e);

/* For environment_api.c */

/* The first poll, or the next one: it waits for an invocation, or gets one at once. */
void environment_polled(struct environment *e, struct exchange *x);

/* Its extension asks for an event: it subscribed to none. What waits here says nothing about the environment's state. */
void environment_extension_polled(struct environment *e, struct exchange *x);

/* The invocation at hand has an answer, in in->payload: it leaves the environment, behind its last lines. */
void environment_answered(struct environment *e, enum invoke_outcome outcome);

/* The process says that it cannot start: the oldest invocation that waits fails with this report. */
void environment_failed_to_start(struct environment *e, struct str report);

/* Answers a poll with the invocation at hand. */
void environment_deliver(const struct environment *e, struct exchange *x);

#endif
