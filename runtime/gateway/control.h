/* control.h -- the control port, on loopback only.
 *   /, /console/...                                    the page of the console, for anybody (console_page.h)
 *   /_runtime/{function}/{environment}/2018-06-01/...  the Runtime API; the second is a secret that only the environment was told
 *   /2015-03-31/functions/...                          Lambda's Invoke, signed (control_lambda.h)
 *   /_control/...                                      calls of development, signed or with the token (control_calls.h)
 *   /_identity/.well-known/...                         the public key of our issuer of tokens (identity.h), for anybody
 * A request must name a loopback host and may not come from a page of somebody else: a browser can reach this port, too.
 */
#ifndef MOONWIRE_CONTROL_H
#define MOONWIRE_CONTROL_H

#include <stdint.h>

#include "control_events.h"
#include "addresses.h"
#include "console.h"
#include "err.h"
#include "generations.h"
#include "httpd.h"
#include "identity.h"
#include "invoke.h"
#include "loop.h"
#include "model.h"
#include "server.h"
#include "signature.h"
#include "sigv4.h"
#include "str.h"

/* What runs here, for whoever asks. The addresses are filled in when the ports are known. */
struct control_service {
  struct str service, stage, region;
  struct str config;     /* absolute path of serverless.yml */
  struct str store, api; /* MOONWIRE_STORE and MOONWIRE_API, as functions get them */
  const struct addresses *addresses;
};

struct control_options {
  struct loop *loop;
  uint16_t port;         /* 0: any free one */
  struct key_ring known; /* whose signatures are taken */
  const struct control_service *service;
  struct server *server;           /* whose connections and faults are listed and changed */
  const struct model_api *api;     /* as it is now */
  struct generations *generations; /* started before the first request */
  struct console *console;
  /* Runs a function, by its number: takes `in` over and calls in->done later, from the loop. */
  void (*invoke)(void *ctx, size_t function, struct invoke *in);
  void *ctx;
};

struct control {
  struct control_options options;
  struct httpd *httpd;
  struct sigv4_key_cache keys;
  struct identity identity;
  struct control_events events; /* asynchronous invocations */
};

/* The service as it is now. */
const struct project *control_project(const struct control *control);

/* *control must stay where it is, and what the options borrow. */
bool control_init(struct control *control, const struct control_options *options, char err[ERR_LEN]);

/* No invocation may be under way. Safe on a zeroed control. */
void control_free(struct control *control);

#endif
