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

enum { ENVIRONMENT_KEY_LEN = 33 }; /* 32 hex digits of randomness and a NUL */

struct environment {
  struct pool *pool;
  int number;                    /* from 1, within its function; never used again */
  char key[ENVIRONMENT_KEY_LEN]; /* in the path of its Runtime API */
  enum environment_state state;
  struct process process;
  struct exchange *poll;      /* IDLE: its `GET next`, waiting */
  struct invoke *invoke;      /* BUSY: what it works on; owned */
  struct loop_timer deadline; /* BUSY: the function's timeout; STARTING: the time to initialise */
  int64_t started_ns, init_ns;
  bool served;              /* had an invocation */
  struct environment *next; /* of its pool */
};

/* Requests of the process, `rest` being the path behind "/_runtime/{function}/{environment}". */
void environment_request(struct environment *e, struct exchange *x, struct str rest);

#endif
