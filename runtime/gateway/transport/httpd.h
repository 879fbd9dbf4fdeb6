/* httpd.h -- an HTTP/1.1 server on the event loop: one port, one request at a time on each connection.
 * The only file pair that knows libmicrohttpd. A request is handed over once, when all of it is there; it may be answered
 * at once or at any later time. Text and ownership: everything in an exchange belongs to the server and lives until the
 * exchange is answered or has left.
 */
#ifndef MOONWIRE_HTTPD_H
#define MOONWIRE_HTTPD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "field.h"
#include "loop.h"
#include "str.h"

struct httpd;

/* One request and the answer that is owed. */
struct exchange {
  struct str method;  /* "GET" */
  struct str path;    /* of the target, as on the wire, percent-encoded: "/dev/%40connections/X%3D" */
  struct str query;   /* likewise, what is behind "?"; empty when there is none */
  struct str version; /* "HTTP/1.1" */
  struct fields headers;
  struct str body;
  struct str peer; /* IP address of the client, as text */

  /* For whoever answers later. `left` is called when the client goes before it was answered: the exchange is then over,
   * must not be answered, and is freed when `left` returns. A client that only shuts down its sending side counts as gone.
   * NULL when nobody needs to know. */
  void *owner;
  void (*left)(struct exchange *x);
};

struct httpd_options {
  struct loop *loop;
  const char *host;     /* an IP address, or a name that resolves to one */
  uint16_t port;        /* 0: any free one, see httpd_port */
  size_t body_max;      /* bytes; a longer body is answered with 413 and never handed over */
  const char *too_long; /* what that answer says, as JSON; NULL: a sentence in plain text */
  unsigned idle_s;      /* seconds without a byte after which a connection that owes us a request is closed */
  unsigned connections; /* most connections at once, upgraded ones included */
  void (*request)(void *ctx, struct exchange *x); /* called from the loop */
  void *ctx;
};

/* Starts to listen. NULL, with err naming host and port ("127.0.0.1:3001 is in use"), when that is not possible. */
struct httpd *httpd_new(const struct httpd_options *options, char err[ERR_LEN]);

/* Closes every connection; waiting exchanges are dropped without their `left`, upgrades under way without their `failed`.
 * Upgraded sockets must have been given back before (httpd_socket.close). Not from inside a callback of this server.
 * Safe on NULL. */
void httpd_delete(struct httpd *httpd);

uint16_t httpd_port(const struct httpd *httpd);

enum { HTTPD_HEADERS_MAX = 11 * 1024 /* bytes of the headers of an answer, lines counted whole */ };

/* Answers, now or later; with 500 instead when the headers are longer than HTTPD_HEADERS_MAX. Headers and body are copied. Content-Length and Date are added; Connection is the server's
 * business. The exchange is over. A status of 204 has no body. */
void exchange_answer(struct exchange *x, int status, struct fields headers, struct str body);

/* The same with the one header "Content-Type: application/json". */
static inline void exchange_answer_json(struct exchange *x, int status, struct str body) {
  struct field type = { STR("Content-Type"), STR("application/json") };
  exchange_answer(x, status, (struct fields){ &type, 1 }, body);
}

/* From now on its connection may be silent for so many seconds, instead of idle_s. Before the exchange is answered. */
void exchange_may_idle(struct exchange *x, unsigned idle_s);

/* A descriptor that was an HTTP connection. */
struct httpd_socket {
  int fd;                                     /* non-blocking; watch and use it, but never close it: */
  void (*close)(struct httpd_socket *socket); /* gives it back, which closes it; stop watching it first */
  void *handle;                               /* the server's */
};

/* Who takes over after a 101. Exactly one of the two is called, from the loop. */
struct exchange_upgrade {
  void (*upgraded)(void *ctx, struct httpd_socket socket,
                   struct str early); /* early: bytes that came behind the head */
  void (*failed)(void *ctx);          /* the client left before the 101 was written */
  void *ctx;
};

/* Answers with 101 Switching Protocols and these headers, "Upgrade" among them, besides "Connection: Upgrade". The exchange
 * is over. A client of HTTP/1.0 knows no 101: it fails then; so it does when the headers are longer than HTTPD_HEADERS_MAX,
 * which is answered with 500. */
void exchange_upgrade(struct exchange *x, struct fields headers, const struct exchange_upgrade *upgrade);

#endif
