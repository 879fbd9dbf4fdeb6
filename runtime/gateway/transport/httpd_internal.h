/* httpd_internal.h -- what the httpd files share: the server, and a request with everything that belongs to it.
 * A request is made when its first line has been read and freed when libmicrohttpd is through with it; an upgraded
 * connection keeps its request until the descriptor is given back.
 *
 * libmicrohttpd calls us from MHD_run only, and MHD_run is called from the loop only, never from a callback of
 * libmicrohttpd. Our own loop watches every connection for the end of what its client sends, because libmicrohttpd does not
 * see it in two cases: while a request is suspended, since it was not answered at once; and when the end came together with
 * the last bytes, since it reads once and waits for news.
 */
#ifndef MOONWIRE_HTTPD_INTERNAL_H
#define MOONWIRE_HTTPD_INTERNAL_H

#include <microhttpd.h>
#include <netinet/in.h>

#include "buf.h"
#include "httpd.h"

struct httpd_request;

struct httpd {
  struct MHD_Daemon *daemon;
  struct httpd_options options;
  uint16_t port;
  struct loop_watch watch; /* the daemon's epoll descriptor */
  struct loop_timer timer; /* when the next connection has been idle for too long */
  struct loop_job job;     /* something was answered, resumed or given back */
  bool running;            /* inside MHD_run */
  bool again;              /* run once more before anything is waited for */
  bool closing;
  struct httpd_request *waiting; /* suspended requests; each knows the link that points at it */
};

/* A connection until it is closed or upgraded: libmicrohttpd's socket context. */
struct httpd_connection {
  struct loop *loop;
  struct loop_watch watch;       /* for LOOP_HANGUP */
  struct loop_timer timer;       /* since then */
  struct httpd_request *waiting; /* its request, while that is suspended; NULL otherwise */
};

enum httpd_state {
  HTTPD_READING,  /* the body is not complete */
  HTTPD_HANDED,   /* `request` is being called */
  HTTPD_WAITING,  /* suspended, in httpd->waiting */
  HTTPD_ANSWERED, /* the response is ours, or libmicrohttpd's already */
  HTTPD_LEFT      /* the client left while it waited */
};

struct httpd_request {
  struct exchange exchange; /* first: an exchange is a request */
  struct httpd *httpd;
  struct MHD_Connection *connection;
  enum httpd_state state;
  bool begun;      /* the head is there */
  size_t received; /* bytes of the body, dropped ones included */
  struct buf body;
  struct field *headers;
  char peer[INET6_ADDRSTRLEN];
  struct httpd_request *next, **link; /* while it waits */
  struct MHD_Response *response;      /* until it is queued; NULL in HTTPD_ANSWERED: memory was short */
  unsigned status;
  struct exchange_upgrade upgrade;          /* upgraded is NULL for a plain answer, and when one was called */
  struct MHD_UpgradeResponseHandle *handle; /* once upgraded */
  size_t target_len;
  char target[]; /* as on the wire, target_len bytes and a NUL */
};

enum { HTTPD_TARGET_MAX = 4096 /* characters; a longer target is answered with 414 */ };

/* Has MHD_run called soon: something is there for it that no descriptor tells. */
void httpd_wake(struct httpd *httpd);

/* Callbacks of libmicrohttpd: the first line of a request (returns the request), its parts, its end. */
void *httpd_request_begin(void *httpd, const char *target, struct MHD_Connection *connection);
enum MHD_Result httpd_request_part(void *httpd, struct MHD_Connection *connection, const char *url, const char *method,
                                   const char *version, const char *data, size_t *size, void **request);
void httpd_request_end(void *httpd, struct MHD_Connection *connection, void **request,
                       enum MHD_RequestTerminationCode why);

/* The connection's socket context; NULL when memory was short. */
struct httpd_connection *httpd_connection_of(struct MHD_Connection *connection);

/* Watches it no longer: it is closed, or belongs to somebody else now. */
void httpd_connection_let_go(struct httpd_connection *c);

/* Callback of libmicrohttpd: a connection begins or ends. */
void httpd_connection_changed(void *httpd, struct MHD_Connection *connection, void **context,
                              enum MHD_ConnectionNotificationCode what);

/* The client of a suspended request left. */
void httpd_request_left(struct httpd_request *r);

/* Suspends a request that was not answered at once. */
void httpd_request_wait(struct httpd_request *r);

/* Takes it out of httpd->waiting and has libmicrohttpd ask for the answer again. Nothing when it does not wait. */
void httpd_request_resume(struct httpd_request *r);

#endif
