/* raw_client.c -- the physical limit: the requests of bootstrap (GET next, POST response) and nothing else.
 * One blocking socket, kept alive; no Lua, no JSON, no library. What it costs is what sockets and the kernel cost.
 *   AWS_LAMBDA_RUNTIME_API=127.0.0.1:PORT raw_client
 * The body of its response is {"statusCode":200}, or with SAME=1 the event. Compiled with TLS, it makes the sends of
 * tls_sends.h in each invocation.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef TLS
#include "tls_sends.h"
#endif

enum { RESPONSE_MAX = 1 << 20, HEAD_MAX = 1024 };

static char response[RESPONSE_MAX + 1], reply[HEAD_MAX + RESPONSE_MAX];
static size_t body_at; /* of the response */

static int dial(const char *address) {
  const char *colon = address ? strchr(address, ':') : NULL;
  if (!colon || (size_t)(colon - address) >= 64) return -1;
  char host[64] = "";
  memcpy(host, address, (size_t)(colon - address));
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10)) };
  if (inet_pton(AF_INET, host, &to.sin_addr) != 1) return -1;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int on = 1;
  if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) return -1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

/* The value of a header of `response`, without the line end; its length goes to *len. NULL when it is not there. */
static const char *header(const char *name, size_t *len) {
  const char *at = strcasestr(response, name);
  if (!at) return NULL;
  at += strlen(name);
  at += strspn(at, ": ");
  *len = strcspn(at, "\r");
  return at;
}

/* Sends a request and reads the whole response into `response`. */
static bool exchange(int fd, const char *request, size_t size) {
  if (send(fd, request, size, MSG_NOSIGNAL) != (ssize_t)size) return false;
  size_t have = 0, want = 0, len = 0;
  while (!want || have < want) {
    ssize_t got = recv(fd, response + have, RESPONSE_MAX - have, 0);
    if (got <= 0) return false;
    have += (size_t)got;
    response[have] = '\0';
    const char *end = want ? NULL : strstr(response, "\r\n\r\n");
    const char *length = end ? header("\r\nContent-Length", &len) : NULL;
    if (end && !length) return false;
    if (end) body_at = (size_t)(end - response) + 4;
    if (end) want = body_at + strtoul(length, NULL, 10);
  }
  return true;
}

/* The answer to the invocation in `response`; its size. 0: it has no id. */
static size_t write_reply(const char *address, bool same) {
  const char *body = same ? response + body_at : "{\"statusCode\":200}";
  size_t id_len = 0, body_len = strlen(body);
  const char *id = header("\r\nLambda-Runtime-Aws-Request-Id", &id_len);
  if (!id) return 0;
  int size = snprintf(reply, HEAD_MAX,
                      "POST /2018-06-01/runtime/invocation/%.*s/response HTTP/1.1\r\nHost: %s\r\n"
                      "User-Agent: raw_client/1.0.0\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                      (int)id_len, id, address, body_len);
  memcpy(reply + size, body, body_len);
  return (size_t)size + body_len;
}

int main(void) {
  const char *address = getenv("AWS_LAMBDA_RUNTIME_API");
  bool same = getenv("SAME") != NULL;
  char next[512];
  int fd = dial(address);
  if (fd < 0) return fprintf(stderr, "raw_client: cannot connect to AWS_LAMBDA_RUNTIME_API\n"), 1;
  int next_size = snprintf(next, sizeof next,
                           "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: %s\r\n"
                           "User-Agent: raw_client/1.0.0\r\n\r\n",
                           address);
  while (exchange(fd, next, (size_t)next_size)) {
    size_t size = write_reply(address, same);
#ifdef TLS
    if (!tls_sends()) return fprintf(stderr, "raw_client: a message was not taken\n"), 1;
#endif
    if (size == 0 || !exchange(fd, reply, size)) break;
  }
  close(fd);
  return 1;
}
