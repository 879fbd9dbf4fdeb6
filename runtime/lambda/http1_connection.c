#include "http1_connection.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { READ_SIZE = 64 * 1024 };

/* Addresses */

static bool resolve(struct http1_address *address, const char *host, const char *port, char err[ERR_LEN]) {
  struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found = NULL;
  int code = getaddrinfo(host, port, &hints, &found);
  if (code != 0) return fail(err, "cannot resolve \"%s\": %s", host, gai_strerror(code));
  memcpy(&address->socket, found->ai_addr, found->ai_addrlen);
  address->length = found->ai_addrlen;
  freeaddrinfo(found);
  return true;
}

/* The ordinary case, "169.254.100.1:9001", without the resolver and what it loads. */
static bool read_ipv4(struct http1_address *address, const char *host, int64_t port) {
  struct sockaddr_in ipv4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
  if (inet_pton(AF_INET, host, &ipv4.sin_addr) != 1) return false;
  memcpy(&address->socket, &ipv4, sizeof ipv4);
  address->length = sizeof ipv4;
  return true;
}

bool http1_address_from(struct http1_address *address, struct str text, char err[ERR_LEN]) {
  char host[256], port[8];
  int64_t number;
  size_t colon = text.len;
  while (colon > 0 && text.ptr[colon - 1] != ':') colon--;
  struct str name = str_slice(text, 0, colon > 0 ? colon - 1 : 0), digits = str_slice(text, colon, text.len);
  if (str_starts(name, STR("[")) && str_ends(name, STR("]"))) name = str_slice(name, 1, name.len - 1);
  if (name.len == 0 || !str_copy(name, host, sizeof host) || !str_copy(digits, port, sizeof port) ||
      !str_to_int64(digits, &number) || number < 1 || number > 65535)
    return fail(err, "\"%.*s\" is not an address of the form host:port, with a port from 1 to 65535", STR_ARG(text));
  memset(address, 0, sizeof *address);
  return read_ipv4(address, host, number) || resolve(address, host, port, err);
}

/* Ending */

static void close_socket(struct http1_connection *c) {
  if (c->watch.fd < 0) return;
  loop_watch_stop(c->loop, &c->watch);
  close(c->watch.fd);
  c->watch.fd = -1;
  c->watch.may_block = false;
  c->served = false;
}

static void finish(struct http1_connection *c, enum http1_outcome outcome, const char *err) {
  c->busy = false;
  loop_job_stop(c->loop, &c->failed);
  c->done(c->ctx, outcome, err);
}

static void give_up(struct http1_connection *c, const char *why) {
  bool stale = c->reused && !http1_reader_has_begun(&c->reader);
  char err[ERR_LEN];
  fail(err, "%s", why);
  close_socket(c);
  if (c->busy) finish(c, stale ? HTTP1_STALE : HTTP1_UNREACHABLE, err);
}

static void run_failed(void *ctx) {
  struct http1_connection *c = ctx;
  give_up(c, c->err);
}

/* Gives up from the loop, because nobody expects a callback from inside http1_connection_send. */
static void fail_later(struct http1_connection *c, const char *what, int error) {
  fail(c->err, "%s: %s", what, strerror(error));
  loop_job_add(c->loop, &c->failed);
}

/* Sending */

static bool send_some(struct http1_connection *c) {
  while (c->head.len + c->body.len > 0) {
    struct iovec parts[2] = { { (void *)c->head.ptr, c->head.len }, { (void *)c->body.ptr, c->body.len } };
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
    ssize_t sent = sendmsg(c->watch.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno == EAGAIN || errno == ENOTCONN;
    size_t of_head = (size_t)sent < c->head.len ? (size_t)sent : c->head.len;
    c->head = str_slice(c->head, of_head, c->head.len);
    c->body = str_slice(c->body, (size_t)sent - of_head, c->body.len);
  }
  return true;
}

/* The connection stands: from here on only recv may wait, and only when the loop says so (ready). */
static void allow_blocking(struct http1_connection *c) {
  if (c->watch.may_block) return;
  c->watch.may_block = fcntl(c->watch.fd, F_SETFL, 0) == 0;
}

static void continue_sending(struct http1_connection *c) {
  char err[ERR_LEN];
  if (!send_some(c) && errno != EPIPE &&
      errno != ECONNRESET) { /* after those two an early answer may wait to be read */
    fail_later(c, "send", errno);
    return;
  }
  bool more = c->busy && c->head.len + c->body.len > 0;
  if (!more) allow_blocking(c);
  if (!loop_watch_set(c->loop, &c->watch, more ? LOOP_READ | LOOP_WRITE : LOOP_READ, err)) fail_later(c, err, ENOMEM);
}

/* Receiving */

static void complete(struct http1_connection *c, bool leftover) {
  bool sent_all = c->head.len + c->body.len == 0;
  c->served = true;
  if (!c->reader.keep_alive || leftover || !sent_all) close_socket(c);
  finish(c, HTTP1_ANSWERED, "");
}

static void receive(struct http1_connection *c, struct str bytes) {
  size_t used;
  char err[ERR_LEN];
  switch (http1_reader_feed(&c->reader, bytes, &used, err)) {
  case HTTP1_MORE:
    break;
  case HTTP1_DONE:
    complete(c, used < bytes.len);
    break;
  case HTTP1_BAD:
    give_up(c, err);
    break;
  }
}

static void receive_end(struct http1_connection *c) {
  char err[ERR_LEN];
  if (c->busy && http1_reader_end(&c->reader, err) == HTTP1_DONE)
    complete(c, false);
  else
    give_up(c, c->busy ? err : "closed by the peer");
}

static void ready(void *ctx, int events) {
  struct http1_connection *c = ctx;
  static char bytes[READ_SIZE]; /* one thread, and never kept beyond this call */
  if (events & LOOP_READ) {
    ssize_t size = recv(c->watch.fd, bytes, sizeof bytes, events & LOOP_ALONE ? 0 : MSG_DONTWAIT);
    if (size > 0 && c->busy)
      receive(c, str_of(bytes, (size_t)size));
    else if (size > 0)
      close_socket(c); /* bytes that nobody asked for */
    else if (size == 0)
      receive_end(c);
    else if (errno != EAGAIN && errno != EINTR)
      give_up(c, strerror(errno));
  }
  if (c->watch.fd >= 0 && c->watch.events & LOOP_WRITE) continue_sending(c);
}

/* Connecting */

static bool open_socket(struct http1_connection *c) {
  const struct http1_address *address = c->address;
  int on = 1;
  int fd = socket(address->socket.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd, (const struct sockaddr *)&address->socket, address->length) < 0 && errno != EINPROGRESS) {
    int error = errno;
    close(fd);
    errno = error;
    return false;
  }
  c->watch.fd = fd;
  return true;
}

void http1_connection_init(struct http1_connection *c, struct loop *loop, const struct http1_address *address) {
  memset(c, 0, sizeof *c);
  c->loop = loop;
  c->address = address;
  c->watch = (struct loop_watch){ .fd = -1, .ready = ready, .ctx = c };
  c->failed = (struct loop_job){ .run = run_failed, .ctx = c };
  http1_reader_init(&c->reader);
}

void http1_connection_free(struct http1_connection *c) {
  loop_job_stop(c->loop, &c->failed);
  close_socket(c);
  http1_reader_free(&c->reader);
}

void http1_connection_send(struct http1_connection *c, struct str head, struct str body, http1_done done, void *ctx) {
  assert(!c->busy);
  http1_reader_reset(&c->reader);
  c->head = head;
  c->body = body;
  c->done = done;
  c->ctx = ctx;
  c->busy = true;
  c->reused = c->watch.fd >= 0 && c->served;
  if (c->watch.fd < 0 && !open_socket(c))
    fail_later(c, "connect", errno);
  else
    continue_sending(c);
}
