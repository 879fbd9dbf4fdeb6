/* server.h -- the public port: WebSockets at /STAGE and /, the management API at /STAGE/@connections, and, when the service has
 * HTTP routes, the HTTP API for every other request.
 * It carries bytes between clients, the model, which decides, and whoever runs the functions.
 */
#ifndef MOONWIRE_SERVER_H
#define MOONWIRE_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console_traffic.h"
#include "delays.h"
#include "err.h"
#include "faults.h"
#include "generations.h"
#include "http_api.h"
#include "httpd.h"
#include "invoke.h"
#include "loop.h"
#include "model.h"
#include "signature.h"
#include "sigv4.h"
#include "str.h"
#include "visitor.h"

/* What to do about a port that somebody has. */
#define SERVER_IN_USE "is another moonwire dev running? --port 0 --control-port 0 finds free ports"

struct server_options {
  struct loop *loop;
  const char *host;
  uint16_t port;                  /* 0: any free one */
  unsigned connections;           /* most of them at once */
  struct visitor_origins origins; /* whose pages may connect, besides those of this machine */
  struct model *model;
  struct console *console; /* which is told of clients and messages, or NULL */
  struct key_ring known;   /* whose signatures @connections takes */
  struct str region;
  const struct http_api *http_api; /* the first one, see server_change */
  int integration_s;               /* how long a function may take, as far as the client is concerned */
  int http_integration_s;          /* the same for the HTTP API */
  /* Runs a function: takes `in` over and calls in->done later, from the loop. `function` is that of the model's route. */
  void (*invoke)(void *ctx, size_t function, struct invoke *in);
  const struct generations *generations; /* whose invocations are at hand */
  /* Something the developer should know that no invocation tells: why a client was refused. */
  void (*note)(void *ctx, const char *connection_id, const char *text);
  /* A fault on purpose was set, or applied. */
  void (*fault)(void *ctx, const struct fault_news *news);
  void *ctx;
};

/* The fields are for the files of the public port: server, session, route_call, http_call, management, fault_act. */
struct server {
  struct server_options options;
  struct httpd *httpd;
  struct sigv4_key_cache keys;
  const struct http_api *http_api; /* without routes: there is none */
  struct http_call *http_calls;    /* list of those whose clients wait */
  struct faults faults;            /* what goes wrong on purpose */
  struct delays delays;            /* what waits because of them */
  bool ending;                     /* clients are being sent away: nothing is invoked any more */
  void (*ended)(void *ctx);
  void *ended_ctx;
  struct loop_timer patience; /* for those that do not answer a close frame */
  struct loop_job finished;
};

/* NULL, with err naming host and port, when it cannot listen. The options are borrowed for its life. */
struct server *server_new(const struct server_options *options, char err[ERR_LEN]);

/* From now on this is the HTTP API. Borrowed for its life, as the one before still is. */
void server_change(struct server *server, const struct http_api *http_api);

/* Closes every WebSocket with 1001 and refuses new ones; `ended` is called from the loop when all are gone, or after a
 * second. */
void server_end(struct server *server, void (*ended)(void *ctx), void *ctx);

/* Closes what is left, at once. Safe on NULL. */
void server_delete(struct server *server);

uint16_t server_port(const struct server *server);

/* For session.c and http_call.c: answers with a JSON text of API Gateway's form; error_type is x-amzn-ErrorType, or NULL. 426
 * says to what to upgrade (RFC 6455, section 4.4). */
void server_refuse(struct exchange *x, int status, const char *error_type, struct str body);

/* Whether whoever sends a request without a signature is welcome; else it has been refused with 403 and the developer told. */
bool server_admits(struct server *server, struct exchange *x);

/* For session.c: the console hears of a handshake that got no connection. */
void server_tell_refused(struct server *server, const struct exchange *x, int status, struct str reason);

/* For session.c: a connection is gone. */
void server_connection_gone(struct server *server);

#endif
