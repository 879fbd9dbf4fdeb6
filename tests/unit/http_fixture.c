#include "http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h> /* after ours: it makes a macro of fail */

/* Reads a request with a body of Content-Length bytes; false when the client is gone. */
static bool server_read(struct server *s, int fd) {
  s->received_len = 0;
  for (;;) {
    ssize_t got = read(fd, s->received + s->received_len, sizeof s->received - 1 - s->received_len);
    if (got <= 0) return false;
    s->received_len += (size_t)got;
    s->received[s->received_len] = '\0';
    const char *end = strstr(s->received, "\r\n\r\n"), *length = strstr(s->received, "Content-Length: ");
    size_t body = length ? strtoul(length + 16, NULL, 10) : 0;
    if (end && s->received_len >= (size_t)(end + 4 - s->received) + body) return true;
  }
}

static void *server_run(void *ctx) {
  struct server *s = ctx;
  int fd;
  while ((fd = accept(s->listener, NULL, NULL)) >= 0) {
    s->connections++;
    for (size_t i = 0; i < s->answers_per_socket && server_read(s, fd); i++)
      if (send(fd, s->answer.ptr, s->answer.len, MSG_NOSIGNAL) < 0) break;
    char byte;
    if (s->hold)
      while (read(fd, &byte, 1) > 0) {
      }
    close(fd);
  }
  return NULL;
}

void server_start(struct server *s) {
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  s->listener = socket(AF_INET, SOCK_STREAM, 0);
  assert_true(s->listener >= 0);
  assert_int_equal(bind(s->listener, (struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(listen(s->listener, 64), 0);
  assert_int_equal(getsockname(s->listener, (struct sockaddr *)&address, &len), 0);
  s->port = ntohs(address.sin_port);
  assert_int_equal(pthread_create(&s->thread, NULL, server_run, s), 0);
}

void server_stop(struct server *s) {
  shutdown(s->listener, SHUT_RDWR);
  pthread_join(s->thread, NULL);
  close(s->listener);
}

void note(void *ctx, const struct http_response *response) {
  struct seen *seen = ctx;
  seen->calls++;
  seen->code = response->code;
  seen->status = response->status;
  snprintf(seen->message, sizeof seen->message, "%s", response->message);
  buf_init(&seen->headers, 1 << 20);
  buf_init(&seen->body, 1 << 24);
  for (size_t i = 0; i < response->header_count; i++)
    buf_addf(&seen->headers, "%.*s=%.*s;", STR_ARG(response->headers[i].name), STR_ARG(response->headers[i].value));
  buf_add(&seen->body, response->body);
}

void seen_free(struct seen *seen) {
  buf_free(&seen->headers);
  buf_free(&seen->body);
}

struct fixture fixture_open(void) {
  char err[ERR_LEN] = "";
  struct fixture f = { .loop = loop_new(err) };
  f.http = http_new(f.loop, err);
  assert_non_null(f.http);
  return f;
}

void fixture_close(struct fixture *f) {
  assert_int_equal(loop_pending(f->loop), 0);
  http_delete(f->http);
  assert_int_equal(loop_pending(f->loop), 0);
  loop_delete(f->loop);
}

const char *server_url(const struct server *s, const char *path) {
  static char url[256];
  snprintf(url, sizeof url, "http://127.0.0.1:%u%s", (unsigned)s->port, path);
  return url;
}

struct seen request_once(struct fixture *f, const struct server *s, const char *method) {
  struct seen seen = { 0 };
  char err[ERR_LEN] = "";
  struct http_request request = {
    .method = str_from(method), .url = str_from(server_url(s, "/")), .body_max = 100, .timeout_ms = 20000
  };
  assert_non_null(http_send(f->http, &request, note, &seen, err));
  assert_int_equal(seen.calls, 0);
  loop_run(f->loop);
  assert_int_equal(seen.calls, 1);
  return seen;
}
