/* extension.h -- the internal extension that makes Lambda send SIGTERM at the end of an environment.
 * A function without any extension is killed without a word. One that is registered by the runtime itself costs a second
 * connection, and nothing per invocation: it subscribes to no events, and its one GET never returns.
 * It has to be registered before the first GET next of the runtime, and must then ask for an event, because Lambda's init
 * phase ends only when every extension did. Source: AWS, "Using the Lambda Extensions API"; the runtimes for Go and Rust.
 */
#ifndef MOONWIRE_EXTENSION_H
#define MOONWIRE_EXTENSION_H

#include <stdbool.h>

#include "buf.h"
#include "http1_connection.h"
#include "loop.h"
#include "runtime_api.h"

struct extension {
  const struct runtime_host *host; /* NULL: not opened */
  struct http1_connection connection;
  struct buf head;            /* the request at hand */
  struct loop_timer patience; /* runs until events may be asked for */
  bool registered;            /* it waits for the event that never comes */
  struct loop_timer pause;    /* ... until it asks again, when its connection was lost */
  bool warned;                /* one WARN, whatever happens */
  void (*settled)(void *ctx); /* NULL once it was called */
  void *ctx;
};

/* Registers. settled(ctx) is called once, from the loop: when the registration was answered, whatever the answer was; when
 * it failed; or after EXTENSION_PATIENCE_MS, because a server that answers never must not keep the function from serving.
 * The registration stays under way then: Lambda may have taken it, and would wait for the GET. Each failure is one WARN,
 * after which the function goes on without. *e must stay where it is; host is borrowed. */
void extension_open(struct extension *e, const struct runtime_host *host, void (*settled)(void *ctx), void *ctx);

/* Closes. Safe on a zeroed extension. */
void extension_free(struct extension *e);

enum { EXTENSION_PATIENCE_MS = 2000 };

#endif
