/* http1_connection.h -- one plain-text HTTP/1.1 connection: send a request, read its response, again.
 * Lives on the event loop, connects when it has something to send, keeps the connection between requests. There is no
 * timeout anywhere: Lambda freezes the process while a request is under way, and a timeout would then fire falsely.
 */
#ifndef MOONWIRE_HTTP1_CONNECTION_H
#define MOONWIRE_HTTP1_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "http1_reader.h"
#include "loop.h"

struct http1_address {
  struct sockaddr_storage socket;
  socklen_t length;
};

/* Reads "host:port", "[::1]:port" or "name:port"; a name is resolved, which blocks. */
bool http1_address_from(struct http1_address *address, struct str text, char err[ERR_LEN]);

enum http1_outcome {
  HTTP1_ANSWERED,   /* the reader holds a complete response, valid until the next request */
  HTTP1_STALE,      /* a kept connection turned out to be dead before a byte of the answer came: try again at once */
  HTTP1_UNREACHABLE /* refused, reset, cut off or malformed: err says what */
};

/* Called from the loop, once a request. err is "" for HTTP1_ANSWERED. */
typedef void (*http1_done)(void *ctx, enum http1_outcome outcome, const char *err);

struct http1_connection {
  struct loop *loop;                   /* borrowed */
  const struct http1_address *address; /* borrowed */
  struct http1_reader reader;          /* the response of the last request */
  struct loop_watch watch;             /* watch.fd is -1 while there is no connection */
  struct loop_job failed;              /* a failure before anything could be waited for */
  struct str head, body;               /* what is left to send; borrowed until the request is done */
  bool busy;                           /* a request is under way */
  bool reused;                         /* ... on a connection that had served one before */
  bool served;                         /* the connection has served a request */
  http1_done done;
  void *ctx;
  char err[ERR_LEN];
};

/* Opens nothing yet. */
void http1_connection_init(struct http1_connection *c, struct loop *loop, const struct http1_address *address);

/* Closes; a request under way is forgotten, its callback is not called. */
void http1_connection_free(struct http1_connection *c);

/* Sends head (request line and headers, blank line included) and body, both borrowed until `done` is called. One at a
 * time. */
void http1_connection_send(struct http1_connection *c, struct str head, struct str body, http1_done done, void *ctx);

#endif
