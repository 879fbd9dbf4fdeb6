#include "httpd.h"

#include <stdlib.h>
#include <unistd.h>

#include "httpd_internal.h"
#include "httpd_listen.h"

enum {
  /* Bytes of a connection, for the head of a request, and that of its answer besides; what is too much for it is answered
   * with 431. */
  MEMORY = 28 * 1024,
  RUNS = 4 /* most calls of MHD_run in a row, before others have their turn */
};

/* The loop */

static void wait_until(struct httpd *httpd, unsigned long long ms) {
  int64_t due = clock_monotonic_ns() + (int64_t)ms * 1000000;
  if (httpd->timer.place && httpd->timer.due_ns <= due) return; /* will look again then */
  loop_timer_start(httpd->options.loop, &httpd->timer, (int64_t)ms + 1);
}

static void run(struct httpd *httpd) {
  unsigned long long ms = 0;
  bool timed, more = true;
  httpd->running = true;
  for (int i = 0; i < RUNS && more; i++) {
    httpd->again = false;
    MHD_run(httpd->daemon);
    timed = MHD_get_timeout(httpd->daemon, &ms) == MHD_YES;
    more = httpd->again || (timed && ms == 0);
  }
  httpd->running = false;
  if (more)
    loop_job_add(httpd->options.loop, &httpd->job);
  else if (timed)
    wait_until(httpd, ms);
}

void httpd_wake(struct httpd *httpd) {
  if (httpd->closing) return;
  if (httpd->running)
    httpd->again = true;
  else
    loop_job_add(httpd->options.loop, &httpd->job);
}

static void run_now(void *ctx) {
  run(ctx);
}

static void run_ready(void *ctx, int events) {
  (void)events;
  run(ctx);
}

/* Start and end */

static void log_nothing(void *ctx, const char *format, va_list args) {
  (void)ctx;
  (void)format;
  (void)args;
}

static size_t leave_escaped(void *ctx, struct MHD_Connection *connection, char *text) {
  (void)ctx;
  (void)connection;
  return strlen(text);
}

/* Takes over the socket when it succeeds. */
static struct MHD_Daemon *daemon_new(struct httpd *httpd, int fd) {
  return MHD_start_daemon(
      MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_ALLOW_UPGRADE, 0, NULL, NULL, httpd_request_part, httpd,
      MHD_OPTION_EXTERNAL_LOGGER, log_nothing, NULL, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_LISTEN_SOCKET, fd,
      MHD_OPTION_URI_LOG_CALLBACK, httpd_request_begin, httpd, MHD_OPTION_NOTIFY_COMPLETED, httpd_request_end, httpd,
      MHD_OPTION_NOTIFY_CONNECTION, httpd_connection_changed, httpd, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY, MHD_OPTION_CONNECTION_TIMEOUT, httpd->options.idle_s,
      MHD_OPTION_CONNECTION_LIMIT, httpd->options.connections, MHD_OPTION_END);
}

static bool start(struct httpd *httpd, char err[ERR_LEN]) {
  httpd->port = httpd->options.port;
  int fd = httpd_listen(httpd->options.host, &httpd->port, err);
  if (fd < 0) return false;
  httpd->daemon = daemon_new(httpd, fd);
  if (!httpd->daemon) {
    close(fd);
    return fail(err, "HTTP server: cannot be started");
  }
  httpd->watch.fd = MHD_get_daemon_info(httpd->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
  if (!loop_watch_set(httpd->options.loop, &httpd->watch, LOOP_READ, err)) return fail_in(err, "HTTP server");
  httpd_wake(httpd); /* it puts the listening socket into its epoll set when it runs */
  return true;
}

struct httpd *httpd_new(const struct httpd_options *options, char err[ERR_LEN]) {
  struct httpd *httpd = calloc(1, sizeof *httpd);
  if (!httpd) {
    fail(err, "HTTP server: out of memory");
    return NULL;
  }
  httpd->options = *options;
  httpd->watch.ready = run_ready;
  httpd->timer.fire = httpd->job.run = run_now;
  httpd->watch.ctx = httpd->timer.ctx = httpd->job.ctx = httpd;
  if (start(httpd, err)) return httpd;
  httpd_delete(httpd);
  return NULL;
}

void httpd_delete(struct httpd *httpd) {
  if (!httpd) return;
  httpd->closing = true;
  while (httpd->waiting)
    httpd_request_resume(httpd->waiting); /* libmicrohttpd aborts when it stops with suspended ones */
  if (httpd->daemon) MHD_stop_daemon(httpd->daemon);
  loop_watch_stop(httpd->options.loop, &httpd->watch);
  loop_timer_stop(httpd->options.loop, &httpd->timer);
  loop_job_stop(httpd->options.loop, &httpd->job);
  free(httpd);
}

uint16_t httpd_port(const struct httpd *httpd) {
  return httpd->port;
}
