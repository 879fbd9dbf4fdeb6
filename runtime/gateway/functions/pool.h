/* pool.h -- the environments of one function, and the invocations that wait for one.
 * An invocation goes to an idle environment; when there is none, one more is started, up to a limit; beyond it the
 * invocation waits, first come, first served. An environment that ends in the middle of an invocation fails that
 * invocation; one that ends before its first poll fails the oldest one waiting.
 */
#ifndef MOONWIRE_POOL_H
#define MOONWIRE_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "environment.h"
#include "err.h"
#include "invoke.h"
#include "loop.h"
#include "project.h"
#include "str.h"

enum {
  POOL_WAITING_MAX = 64 * 1024 * 1024, /* bytes that may wait; beyond it invocations are throttled */
  POOL_INIT_MS = 10 * 1000             /* an environment must have polled by then (Lambda's limit of the init phase) */
};

/* Who wants to know what goes on: the terminal view. All from the loop. */
struct pool_observer {
  void (*started)(void *ctx, const struct environment *e);
  void (*begun)(void *ctx, const struct environment *e); /* e->invoke was handed to it */
  /* One line that the environment wrote; in is the invocation at hand or NULL. */
  void (*line)(void *ctx, const struct environment *e, const struct invoke *in, bool is_error, struct str line);
  void (*finished)(void *ctx, const struct pool *pool, const struct invoke *in); /* after in->done */
  void (*ended)(void *ctx, const struct environment *e, int status);             /* status as waitpid gives it */
  void *ctx;
};

struct pool_options {
  struct loop *loop;
  const struct project *project;
  const struct project_function *function;
  const char *program;    /* path of bootstrap */
  rlim_t descriptors;     /* soft limit of its open descriptors; 0: ours */
  struct str runtime_api; /* "127.0.0.1:3002": where the control server listens */
  struct str management;  /* "http://127.0.0.1:3001/dev": for AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI */
  int most;               /* environments at once; at least 1 */
  struct pool_observer observer;
};

struct pool {
  struct pool_options options;
  struct environment *environments;
  int environment_count, last_number;
  struct invoke_queue {
    struct invoke *first, **end;
  } waiting, finished; /* finished: `done` has not been called yet */
  size_t waiting_count, waiting_bytes;
  struct loop_job job; /* what calls must not do themselves */
  bool warming;        /* an environment is to be started for nobody */
  bool ending;
  void (*ended)(void *ctx); /* of pool_end */
  void *ended_ctx;
};

/* What is borrowed in the options lives longer than the pool. */
void pool_init(struct pool *pool, const struct pool_options *options);

/* Starts an environment although nothing waits: mistakes in the handler's file show at once. */
void pool_warm_up(struct pool *pool);

/* Takes the invocation over: calls in->done, then the observer, then frees it. Not from inside this function. */
void pool_invoke(struct pool *pool, struct invoke *in);

/* NULL when the function has no environment with that key (compared in constant time). */
struct environment *pool_environment(struct pool *pool, struct str key);

/* Ends all environments: SIGTERM, then SIGKILL after two seconds. What waits or runs is INVOKE_CANCELLED, and so is what
 * still comes. `ended` is called from the loop when no process is left and every invocation is done; it may free the
 * pool. */
void pool_end(struct pool *pool, void (*ended)(void *ctx), void *ctx);

/* Kills what is left, at once, and forgets what waits or runs. Before httpd_delete: polls that wait are answered. Safe on a
 * zeroed pool; not from `done` or an observer. */
void pool_free(struct pool *pool);

/* For environment.c: it has something to tell. */
void pool_environment_idle(struct pool *pool, struct environment *e);  /* takes a waiting invocation, if there is one */
void pool_environment_ended(struct pool *pool, struct environment *e); /* its process is gone; frees it */

/* The oldest invocation that waits, which becomes the caller's, or NULL. */
struct invoke *pool_take(struct pool *pool);

/* The invocation has its outcome and payload: tells everybody, from the loop, and frees it. */
void pool_finish(struct pool *pool, struct invoke *in);

/* Tells at once what pool_finish put off. From the loop only. */
void pool_tell(struct pool *pool);

#endif
