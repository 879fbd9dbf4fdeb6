/* tls_server.c -- the other end of the measurements of TLS: takes POSTs over TLS 1.2 and 1.3 and answers each with 200 and no
 * body. A thread for each connection, so that it never is what is waited for.
 *   tls_server CERTIFICATE KEY [--dump FILE] [--first FILE]
 * Writes its port to standard output. --dump: the bytes of the first request go to FILE, for tls_client to send the same.
 * --first: for each connection the monotonic time (ns) of its first byte and of its first request go to FILE, one line each.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST_MAX = 256 * 1024 };

static const char answer[] =
    "HTTP/1.1 200 OK\r\nDate: Sat, 28 Nov 2026 12:00:00 GMT\r\nContent-Type: application/json\r\n"
    "Content-Length: 0\r\nConnection: keep-alive\r\nx-amzn-RequestId: "
    "3f1c2a4b-5d6e-4b0a-9f0e-0b5d4c7e7d53\r\nx-amz-apigw-id: BFaVtH2HoAMFZEQ=\r\n\r\n";

static SSL_CTX *context;
static FILE *dump, *first;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* Reads one request whole; its size, or 0 at the end. */
static size_t read_request(SSL *ssl, char *request) {
  size_t have = 0, want = 0;
  while (!want || have < want) {
    int got = SSL_read(ssl, request + have, (int)(REQUEST_MAX - have));
    if (got <= 0) return 0;
    have += (size_t)got;
    request[have] = '\0';
    const char *end = want ? NULL : strstr(request, "\r\n\r\n"),
               *length = end ? strcasestr(request, "content-length:") : NULL;
    if (end) want = (size_t)(end - request) + 4 + (length ? strtoul(length + 15, NULL, 10) : 0);
  }
  return have;
}

static void keep(const char *request, size_t size) {
  pthread_mutex_lock(&lock);
  if (dump) {
    fwrite(request, 1, size, dump);
    fclose(dump);
    dump = NULL;
  }
  pthread_mutex_unlock(&lock);
}

static void tell(int64_t hello_ns, int64_t request_ns) {
  pthread_mutex_lock(&lock);
  if (first) {
    fprintf(first, "%lld %lld\n", (long long)hello_ns, (long long)request_ns);
    fflush(first);
  }
  pthread_mutex_unlock(&lock);
}

static void *serve(void *socket) {
  int fd = (int)(intptr_t)socket, on = 1;
  char byte, *request = malloc(REQUEST_MAX + 1);
  SSL *ssl = SSL_new(context);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  SSL_set_fd(ssl, fd);
  int64_t hello_ns = recv(fd, &byte, 1, MSG_PEEK) == 1 ? now_ns() : 0;
  if (SSL_accept(ssl) == 1) {
    size_t size = read_request(ssl, request);
    if (size > 0) {
      tell(hello_ns, now_ns());
      keep(request, size);
    }
    for (; size > 0; size = read_request(ssl, request))
      if (SSL_write(ssl, answer, sizeof answer - 1) <= 0) break;
  }
  SSL_free(ssl);
  close(fd);
  free(request);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  signal(SIGPIPE, SIG_IGN);
  for (int i = 3; i + 1 < argc; i += 2) {
    FILE **file = strcmp(argv[i], "--dump") == 0 ? &dump : &first;
    *file = fopen(argv[i + 1], "w");
  }
  context = SSL_CTX_new(TLS_server_method());
  if (!context || SSL_CTX_use_certificate_chain_file(context, argv[1]) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, argv[2], SSL_FILETYPE_PEM) != 1)
    return 1;
  struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
  socklen_t size = sizeof at;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(listener, 128) != 0) return 1;
  getsockname(listener, (struct sockaddr *)&at, &size);
  printf("%d\n", ntohs(at.sin_port));
  fflush(stdout);
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    pthread_t thread;
    if (fd >= 0 && pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd) == 0) pthread_detach(thread);
  }
}
