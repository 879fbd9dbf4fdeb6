/* pool.h -- the environments of one function, and the invocations that wait for one.
 * An invocation goes to an environment that has a place for it; when there is none, one more is started, up to a limit;
 * beyond it the invocation waits, first come, first served. An environment that ends in the middle of invocations fails
 * these; one that ends before its first poll fails the oldest waiting, as many as it would have had places for. Those that
 * had nothing to do for a while are ended, the last one too. All of them run the same code: a change of it is a new pool,
 * to which what waits is moved (pool_retire).
 */
#ifndef MOONWIRE_POOL_H
#define MOONWIRE_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "credentials.h"
#include "environment.h"
#include "err.h"
#include "invoke.h"
#include "invoke_queue.h"
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
  void (*begun)(void *ctx, const struct environment *e, const struct invoke *in); /* in was handed to it */
  /* One line that the environment wrote; in is the invocation at hand that it belongs to, or NULL. */
  void (*line)(void *ctx, const struct environment *e, const struct invoke *in, bool is_error, struct str line);
  /* After in->done; event and payload may be taken out of it. */
  void (*finished)(void *ctx, const struct pool *pool, struct invoke *in);
  void (*ended)(void *ctx, const struct environment *e, int status); /* status as waitpid gives it */
  void *ctx;
};

struct pool_options {
  struct loop *loop;
  const struct project *project;
  const struct project_function *function;
  struct str task_root;   /* LAMBDA_TASK_ROOT: a copy of the project's folder; empty: the folder itself */
  const char *program;    /* path of bootstrap */
  rlim_t descriptors;     /* soft limit of its open descriptors; 0: ours */
  struct str runtime_api; /* "127.0.0.1:3002": where the control server listens */
  struct str management;  /* "http://127.0.0.1:3001/dev": for AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI */
  struct str store, api;  /* MOONWIRE_STORE and MOONWIRE_API, unless the service's file sets them; empty: not set */
  struct str issuer;      /* "http://127.0.0.1:3002/_identity": for MOONWIRE_LOCAL_ISSUER */
  struct str lambda;      /* "http://127.0.0.1:3002": for AWS_ENDPOINT_URL_LAMBDA */
  struct credentials credentials; /* of the functions */
  bool reaches_aws;               /* see struct variables */
  int most;                       /* environments at once; at least 1 */
  int concurrency;  /* AWS_LAMBDA_MAX_CONCURRENCY: invocations at once in each of them; 0: one, on demand */
  int idle_s;       /* seconds without an event after which an environment is ended; 0: never */
  int generation;   /* of which it is (generation.h), for who asks */
  int *last_number; /* of the function's environments, in whatever pool; NULL: the pool counts itself */
  const char *note; /* what its developer is told with each invocation that has no other note; NULL or "": nothing */
  struct pool_observer observer;
};

struct pool {
  struct pool_options options;
  struct environment *environments;
  int environment_count, last_number;
  struct invoke_queue waiting, finished; /* finished: `done` has not been called yet */
  size_t waiting_count, waiting_bytes;
  struct loop_job job;       /* what calls must not do themselves */
  bool warming;              /* an environment is to be started for nobody */
  struct environment *first; /* that one, until it is known what became of it ... */
  void (*tried)(void *ctx, const struct pool *pool, struct str report); /* ... and who wants to know */
  void *tried_ctx;
  bool retired; /* another pool serves the function */
  bool ending;
  void (*ended)(void *ctx); /* of pool_retire or pool_end */
  void *ended_ctx;
};

/* What is borrowed in the options lives longer than the pool. */
void pool_init(struct pool *pool, const struct pool_options *options);

/* Starts an environment although nothing waits: mistakes in the handler's file show at once. */
void pool_warm_up(struct pool *pool);

/* The same for a new pool, and `tried` is called once, from the loop: with an empty report when the environment waits for
 * its first event, else with an error report (JSON). It may end or retire the pool, not free it. It is not called when
 * an invocation came first, and tells whoever asked for it. */
void pool_try(struct pool *pool, void (*tried)(void *ctx, const struct pool *pool, struct str report), void *ctx);

/* Takes the invocation over: calls in->done, then the observer, then frees it. Not from inside this function. */
void pool_invoke(struct pool *pool, struct invoke *in);

/* Nobody waits for its answer any more: INVOKE_CANCELLED, unless it has begun or is over, which changes nothing. From who
 * asked, before `done`. */
void pool_abandon(struct invoke *in);

/* NULL when the function has no environment with that key (compared in constant time). */
struct environment *pool_environment(struct pool *pool, struct str key);

/* How many environments have an invocation, or do what it left to do behind its answer. */
size_t pool_at_work(const struct pool *pool);

/* Another pool serves the function from now on: what waits goes to it. Without one (heir is NULL) what waits is still served
 * here. Environments end as soon as they have nothing to do. `ended` is called from the loop when none is left; it may free
 * the pool. */
void pool_retire(struct pool *pool, struct pool *heir, void (*ended)(void *ctx), void *ctx);

/* Ends all environments: SIGTERM, then SIGKILL after two seconds. What waits or runs is INVOKE_CANCELLED, and so is what
 * still comes. `ended` is called from the loop when no process is left and every invocation is done; it may free the
 * pool. */
void pool_end(struct pool *pool, void (*ended)(void *ctx), void *ctx);

/* Kills what is left, at once, and forgets what waits or runs. Before httpd_delete: polls that wait are answered. Safe on a
 * zeroed pool; not from `done` or an observer. */
void pool_free(struct pool *pool);

/* For environment.c: it has something to tell. */
void pool_environment_polled(struct pool *pool, struct environment *e); /* takes an invocation that waits, if any */
void pool_environment_ended(struct pool *pool, struct environment *e);  /* its process is gone; frees it */

/* What became of its start, up to the first poll: an error report, or empty. Whoever tried the pool is told. */
void pool_environment_started(struct pool *pool, const struct environment *e, struct str report);

/* The oldest invocation that waits, which becomes the caller's, or NULL. */
struct invoke *pool_take(struct pool *pool);

/* The invocation has its outcome and payload: tells everybody, from the loop, and frees it. */
void pool_finish(struct pool *pool, struct invoke *in);

/* Tells at once what pool_finish put off. From the loop only. */
void pool_tell(struct pool *pool);

#endif
