#include "http_multi.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

enum { IDLE_CONNECTIONS = 256 };

struct http_multi {
  CURLM *curl;
  struct loop *loop;
  struct loop_timer timer;
  struct loop_job now;     /* a timer of 0 ms, without a turn of the loop in between */
  struct socket **sockets; /* by descriptor; owned */
  size_t socket_room;      /* entries */
  http_multi_done done;
};

/* A descriptor of libcurl's. That of a connection that is made is here until it is closed, which libcurl tells (see
 * http_multi_close), and its watch rests between two requests. Others are here while they are watched: sockets that are still
 * connecting, and those of the resolver, are closed without a word. */
struct socket {
  struct loop_watch watch;
  struct http_multi *multi;
  bool connected;
};

/* Tells the owner about every handle that has finished. The owner may add and remove handles meanwhile. */
static void report_finished(struct http_multi *multi) {
  int left;
  CURLMsg *message;
  while ((message = curl_multi_info_read(multi->curl, &left))) {
    CURL *easy = message->easy_handle;
    CURLcode result = message->data.result; /* message goes stale with the next call */
    void *private = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&private);
    curl_multi_remove_handle(multi->curl, easy);
    multi->done(private, (int)result);
  }
}

static void act(struct http_multi *multi, curl_socket_t fd, int flags) {
  int running;
  curl_multi_socket_action(multi->curl, fd, flags, &running);
  report_finished(multi);
}

static void socket_ready(void *ctx, int events) {
  struct socket *socket = ctx; /* act may free it */
  int flags = (events & LOOP_READ ? CURL_CSELECT_IN : 0) | (events & LOOP_WRITE ? CURL_CSELECT_OUT : 0);
  act(socket->multi, socket->watch.fd, flags);
}

static void timer_fired(void *ctx) {
  act(ctx, CURL_SOCKET_TIMEOUT, 0);
}

static bool make_room_for(struct http_multi *multi, size_t fd) {
  if (fd < multi->socket_room) return true;
  size_t room = multi->socket_room ? multi->socket_room : 16;
  while (room <= fd) room *= 2;
  struct socket **sockets = realloc(multi->sockets, room * sizeof(struct socket *));
  if (!sockets) return false;
  memset(sockets + multi->socket_room, 0, (room - multi->socket_room) * sizeof(struct socket *));
  multi->sockets = sockets;
  multi->socket_room = room;
  return true;
}

static struct socket *socket_of(struct http_multi *multi, curl_socket_t fd) {
  if (!make_room_for(multi, (size_t)fd)) return NULL;
  struct socket *socket = multi->sockets[fd];
  if (socket) return socket;
  multi->sockets[fd] = socket = calloc(1, sizeof *socket);
  if (!socket) return NULL;
  socket->multi = multi;
  socket->watch = (struct loop_watch){ .ready = socket_ready, .ctx = socket, .fd = fd };
  return socket;
}

static void forget(struct socket *socket) {
  struct http_multi *multi = socket->multi;
  loop_watch_stop(multi->loop, &socket->watch);
  multi->sockets[socket->watch.fd] = NULL;
  free(socket);
}

/* Whether it is the socket of the connection that a handle has. */
static bool is_connected(CURL *easy, curl_socket_t fd) {
  curl_socket_t active;
  return curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &active) == CURLE_OK && active == fd;
}

static void stop_watching(CURL *easy, struct socket *socket) {
  if (!socket->connected) socket->connected = is_connected(easy, socket->watch.fd);
  if (socket->connected)
    loop_watch_rest(socket->multi->loop, &socket->watch);
  else
    forget(socket);
}

/* CURLMOPT_SOCKETFUNCTION. Returns 0 even when the socket cannot be watched: then the transfer ends by its timeout,
 * where -1 would end all of them and every later one. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *assigned) {
  struct http_multi *multi = ctx;
  struct socket *socket = assigned ? assigned : socket_of(multi, fd);
  if (!socket) return 0;
  if (what == CURL_POLL_REMOVE) {
    stop_watching(easy, socket);
    return 0;
  }
  if (!assigned) curl_multi_assign(multi->curl, fd, socket);
  int events = (what & CURL_POLL_IN ? LOOP_READ : 0) | (what & CURL_POLL_OUT ? LOOP_WRITE : 0);
  loop_watch_set(multi->loop, &socket->watch, events, NULL);
  return 0;
}

int http_multi_close(void *ctx, int fd) {
  struct http_multi *multi = ctx;
  struct socket *socket = (size_t)fd < multi->socket_room ? multi->sockets[fd] : NULL;
  if (socket) forget(socket);
  return close(fd);
}

/* CURLMOPT_TIMERFUNCTION. */
static int on_timer(CURLM *curl, long timeout_ms, void *ctx) {
  (void)curl;
  struct http_multi *multi = ctx;
  loop_timer_stop(multi->loop, &multi->timer);
  loop_job_stop(multi->loop, &multi->now);
  if (timeout_ms == 0)
    loop_job_add(multi->loop, &multi->now);
  else if (timeout_ms > 0)
    loop_timer_start(multi->loop, &multi->timer, timeout_ms);
  return 0;
}

struct http_multi *http_multi_new(struct loop *loop, http_multi_done done, char err[ERR_LEN]) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    fail(err, "http: libcurl does not start");
    return NULL;
  }
  struct http_multi *multi = calloc(1, sizeof *multi);
  CURLM *curl = multi ? curl_multi_init() : NULL;
  if (!curl) {
    fail(err, "http: out of memory");
    free(multi);
    curl_global_cleanup();
    return NULL;
  }
  *multi = (struct http_multi){ .curl = curl, .loop = loop, .done = done };
  multi->timer = (struct loop_timer){ .fire = timer_fired, .ctx = multi };
  multi->now = (struct loop_job){ .run = timer_fired, .ctx = multi };
  curl_multi_setopt(curl, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(curl, CURLMOPT_SOCKETDATA, multi);
  curl_multi_setopt(curl, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(curl, CURLMOPT_TIMERDATA, multi);
  curl_multi_setopt(curl, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS);
  return multi;
}

void http_multi_delete(struct http_multi *multi) {
  if (!multi) return;
  curl_multi_cleanup(multi->curl);
  loop_timer_stop(multi->loop, &multi->timer);
  loop_job_stop(multi->loop, &multi->now);
  for (size_t fd = 0; fd < multi->socket_room; fd++)
    if (multi->sockets[fd]) forget(multi->sockets[fd]);
  free(multi->sockets);
  free(multi);
  curl_global_cleanup();
}

bool http_multi_add(struct http_multi *multi, void *easy, char err[ERR_LEN]) {
  CURLMcode result = curl_multi_add_handle(multi->curl, easy);
  return result == CURLM_OK || fail(err, "http: %s", curl_multi_strerror(result));
}

void http_multi_remove(struct http_multi *multi, void *easy) {
  curl_multi_remove_handle(multi->curl, easy);
}
