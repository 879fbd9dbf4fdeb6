#include <stdlib.h>
#include <sys/socket.h>

#include "httpd_internal.h"

enum { REMIND_MS = 50 };

struct httpd_connection *httpd_connection_of(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info ? info->socket_context : NULL;
}

/* What the client sent before its end has been read meanwhile: closing our reading half makes libmicrohttpd look once more,
 * and find the end. A request that was among it may wait for its answer by now. */
static void remind(void *ctx) {
  struct httpd_connection *c = ctx;
  if (c->waiting)
    httpd_request_left(c->waiting);
  else
    shutdown(c->watch.fd, SHUT_RD);
}

static void client_ended(void *ctx, int events) {
  struct httpd_connection *c = ctx;
  (void)events;
  loop_watch_stop(c->loop, &c->watch);
  if (c->waiting) httpd_request_left(c->waiting);
  loop_timer_start(c->loop, &c->timer, REMIND_MS);
}

void httpd_connection_let_go(struct httpd_connection *c) {
  loop_watch_stop(c->loop, &c->watch);
  loop_timer_stop(c->loop, &c->timer);
}

static struct httpd_connection *begin(struct httpd *httpd, struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  struct httpd_connection *c = calloc(1, sizeof *c);
  if (!c) return NULL;
  c->loop = httpd->options.loop;
  c->watch = (struct loop_watch){ .fd = info->connect_fd, .ready = client_ended, .ctx = c };
  c->timer = (struct loop_timer){ .fire = remind, .ctx = c };
  loop_watch_set(c->loop, &c->watch, LOOP_HANGUP, NULL); /* without it, time tells */
  return c;
}

/* At the limit of connections libmicrohttpd does not listen; it has to be run again when one is gone. */
void httpd_connection_changed(void *httpd, struct MHD_Connection *connection, void **context,
                              enum MHD_ConnectionNotificationCode what) {
  if (what == MHD_CONNECTION_NOTIFY_STARTED) {
    *context = begin(httpd, connection);
    return;
  }
  struct httpd_connection *c = *context;
  if (c) httpd_connection_let_go(c);
  free(c);
  *context = NULL;
  httpd_wake(httpd);
}
