/* runtime_api.h -- the Lambda Runtime API, version 2018-06-01: next, response, error, init error.
 * One runtime_api is one conversation on one connection; a slot has one. Calls that fail on the way are tried again: at
 * once when a kept connection had died while idle, else a few times with a growing pause. What it gives up on is final.
 * A poll may wait for ever: tries are counted anew after an answer without an event, after a connection that stood for a
 * while before it was lost, and when other conversations got events meanwhile.
 * Source: AWS, "Using the Lambda runtime API for custom runtimes" (runtimes-api).
 */
#ifndef MOONWIRE_RUNTIME_API_H
#define MOONWIRE_RUNTIME_API_H

#include <stdbool.h>

#include "buf.h"
#include "http1_connection.h"
#include "invocation.h"
#include "loop.h"
#include "str.h"

/* Where the API is; shared by all conversations. */
struct runtime_host {
  struct loop *loop;
  struct http1_address address;
  struct str name; /* "169.254.100.1:9001", for the Host header; borrowed */
  uint64_t events; /* that came, to any conversation: as long as they do, the API is there */
  struct str path; /* in front of "/2018-06-01": "/_runtime/echo/1f0c", mostly empty; borrowed */
};

/* `text` is the value of AWS_LAMBDA_RUNTIME_API, host:port; borrowed for the life of the host. A path behind it is taken
 * too, because clients make their addresses of it: "http://" value "/2018-06-01/...". Slashes at its end are dropped. */
bool runtime_host_init(struct runtime_host *host, struct loop *loop, struct str text, char err[ERR_LEN]);

enum runtime_result {
  RUNTIME_OK,      /* an event was read, or the reply was accepted */
  RUNTIME_REFUSED, /* the platform does not want this reply (400, 403, 410, 413): drop it, go on */
  RUNTIME_BROKEN   /* the API cannot be used any more: end the process */
};

/* Called once, from the loop. err is "" for RUNTIME_OK. */
typedef void (*runtime_done)(void *ctx, enum runtime_result result, const char *err);

/* What is reported when an invocation, or the start, fails. */
struct runtime_failure {
  struct str type; /* "Function.Error" or "Runtime.X": classifies the failure in the platform's own records */
  struct str body; /* JSON: errorMessage, errorType, stackTrace */
  struct str
      cause; /* of an invocation: Lambda-Runtime-Function-XRay-Error-Cause, one line of ASCII JSON; empty for none */
};

struct runtime_api {
  struct runtime_host *host; /* borrowed */
  struct http1_connection connection;
  struct loop_timer pause;       /* before the next attempt */
  int64_t pause_ms;              /* how long the next one is */
  int attempts_left;             /* that may still fail on the way */
  bool stale_seen;               /* the free attempt was used */
  uint64_t events_seen;          /* of host->events, when the tries were counted anew */
  int64_t began_ns;              /* when the last attempt began; monotonic */
  struct buf head;               /* request line and headers of the call at hand */
  struct str body;               /* its body; borrowed */
  const char *what;              /* ... and what that is, for the log: "result"; literal */
  struct invocation *invocation; /* where `next` puts the event; NULL for posts */
  runtime_done done;
  void *ctx;
};

void runtime_api_init(struct runtime_api *api, struct runtime_host *host);

/* Closes; a call under way is forgotten. May be called twice. */
void runtime_api_free(struct runtime_api *api);

/* GET next: waits for an event, for as long as it takes, and puts it into *inv (borrowed until done). */
void runtime_api_next(struct runtime_api *api, struct invocation *inv, runtime_done done, void *ctx);

/* POST response: body is the JSON of the result; borrowed until done. */
void runtime_api_respond(struct runtime_api *api, const struct invocation *inv, struct str body, runtime_done done,
                         void *ctx);

/* POST error: the invocation failed. failure is copied but for its body, which is borrowed until done. */
void runtime_api_fail(struct runtime_api *api, const struct invocation *inv, const struct runtime_failure *failure,
                      runtime_done done, void *ctx);

/* POST init error: the process cannot start; it must exit with a status other than 0 afterwards. */
void runtime_api_fail_init(struct runtime_api *api, const struct runtime_failure *failure, runtime_done done,
                           void *ctx);

#endif
