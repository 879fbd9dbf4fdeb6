/* http_fixture.h -- for the tests of net/http: a server that reads one request and answers with prepared bytes, a client,
 * and what a completion saw.
 */
#ifndef MOONWIRE_HTTP_FIXTURE_H
#define MOONWIRE_HTTP_FIXTURE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "http.h"
#include "loop.h"

/* A thread that blocks, one connection at a time. */
struct server {
  int listener;
  uint16_t port;
  pthread_t thread;
  struct str answer;         /* to every request */
  size_t answers_per_socket; /* then the connection is closed */
  bool hold;                 /* keep the connection until the client closes it instead */
  char received[8192];       /* the last request */
  size_t received_len;
  int connections;
};

void server_start(struct server *s);

/* The client must have closed its connections. */
void server_stop(struct server *s);

/* "http://127.0.0.1:PORT" and path; overwritten by the next call. */
const char *server_url(const struct server *s, const char *path);

/* What a completion saw, as text. */
struct seen {
  int calls;
  enum http_code code;
  int status;
  char message[ERR_LEN];
  struct buf headers; /* "name=value;" each */
  struct buf body;
};

void seen_free(struct seen *seen);

/* A completion: ctx is a struct seen. */
void note(void *ctx, const struct http_response *response);

struct fixture {
  struct loop *loop;
  struct http *http;
};

struct fixture fixture_open(void);

/* Nothing may be left in the loop, neither before nor after the client is deleted. */
void fixture_close(struct fixture *f);

/* One request for "/" with a limit of 100 bytes for the body, from its start to its end. */
struct seen request_once(struct fixture *f, const struct server *s, const char *method);

#endif
