/* invoke.h -- one invocation of a function, from the moment it is asked for until its answer was taken. */
#ifndef MOONWIRE_INVOKE_H
#define MOONWIRE_INVOKE_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "encoding.h"
#include "err.h"
#include "model.h"
#include "str.h"

struct pool;

/* Bytes; AWS, "Lambda quotas": 6 MB each way; its server allows a response 100 bytes more. */
enum { INVOKE_EVENT_MAX = 6 * 1024 * 1024, INVOKE_RESPONSE_MAX = 6 * 1024 * 1024 + 100 };

enum { INVOKE_LOG_TAIL = 4 * 1024, INVOKE_CONTEXT_MAX = 3583 /* bytes; Lambda API Reference, "Invoke" */ };

enum invoke_outcome {
  INVOKE_RESULT,     /* payload: what the function posted as its response */
  INVOKE_ERROR,      /* payload: the error report that it posted: JSON with errorType, errorMessage, stackTrace */
  INVOKE_INIT_ERROR, /* the same, but its file could not be loaded */
  INVOKE_TIMED_OUT,  /* payload: a report of ours, same shape */
  INVOKE_CRASHED,    /* the process ended; payload: a report of ours */
  INVOKE_THROTTLED,  /* too much was waiting already; payload: a report of ours */
  INVOKE_CANCELLED   /* the gateway ends, or nobody waited any more before it began; payload is empty */
};

struct invoke {
  /* Set by who asks. */
  struct buf event;                 /* owned */
  struct buf client_context;        /* owned; JSON on one line, or empty */
  bool keeps_log;                   /* `log` is wanted */
  struct str label;                 /* for the view: route key, borrowed ("$default") */
  char action[MODEL_ACTION_LEN];    /* for the view: what the message asks of an app behind $default, or "" */
  char connection_id[MODEL_ID_LEN]; /* for the view */
  char trace_id[MODEL_TRACE_LEN];
  void (*done)(struct invoke *in); /* once, from the loop; may write `note`; the pool frees `in` some time later */
  void *ctx;
  int status;         /* set by `done`: what an HTTP client was answered with; 0 when there is none */
  char note[ERR_LEN]; /* what the developer should know about the answer, or "" */

  /* Set on the way. */
  char request_id
      [UUID_LEN]; /* Lambda-Runtime-Aws-Request-Id; who asks may have set it: what is tried again keeps its id */
  int64_t asked_ns, begun_ns,
      done_ns;      /* monotonic: asked for, handed to an environment, answered; begun_ns is 0 if it never was */
  bool cold;        /* the first one of its environment */
  int64_t init_ns;  /* cold: from exec to the first poll */
  int environment;  /* number of the environment within its function, from 1; 0 if it never got to one */
  int generation;   /* of the code that served it, or should have (pool.h) */
  int sends;        /* calls of @connections that are known to be its own ... */
  int64_t sends_ns; /* ... and how long they took here */
  int told;         /* messages among them that its own connection got */
  size_t event_bytes, payload_bytes; /* how long these two were, whoever has them now */
  enum invoke_outcome outcome;
  struct buf payload; /* owned */
  struct buf log; /* owned; the last lines that were written meanwhile: INVOKE_LOG_TAIL bytes of them, or a few more */
  struct invoke *next, **link; /* in its queue (invoke_queue.h) */
  struct pool *pool;           /* in whose queue it waits to begin; NULL before and after */
};

/* Empty, with buffers of these ceilings. NULL when memory is short. */
struct invoke *invoke_new(void);

/* Safe on NULL. */
void invoke_delete(struct invoke *in);

/* Remembers a line of its environment in `log`, when that is wanted. */
void invoke_keep_line(struct invoke *in, struct str line);

/* What Lambda would bill: whole milliseconds, begun ones included, of the start of its environment, too (AWS, "Lambda pricing"; the
 * init phase is billed). 0 when it never began. */
int64_t invoke_billed_ms(const struct invoke *in);

/* A random id in the form of Lambda's: a UUID of version 4. */
void invoke_make_id(char uuid[UUID_LEN]);

#endif
