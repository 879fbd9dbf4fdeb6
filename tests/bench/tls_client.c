/* tls_client.c -- the physical limit of a call over TLS: OpenSSL on a blocking socket, kept alive, and nothing else.
 * Sends the bytes of a file again and again; nothing is signed, nothing is parsed but the end of the answer.
 *   tls_client PORT HOST ROOTS REQUEST COUNT WARM
 * HOST is checked against the certificate, ROOTS is a PEM file; REQUEST a file of bytes to send COUNT times, the first WARM of
 * which are not counted. Prints processor time per call, user and system, in nanoseconds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MESSAGE_MAX = 256 * 1024 };

static char request[MESSAGE_MAX], response[MESSAGE_MAX + 1];

static int dial(const char *port) {
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)), .sin_addr = { htonl(INADDR_LOOPBACK) } };
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
  if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) return -1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

static SSL *handshake(int fd, const char *host, const char *roots) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  if (!context || SSL_CTX_load_verify_file(context, roots) != 1) return NULL;
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  SSL *ssl = SSL_new(context);
  SSL_set_tlsext_host_name(ssl, host);
  SSL_set1_host(ssl, host);
  SSL_set_fd(ssl, fd);
  return SSL_connect(ssl) == 1 ? ssl : NULL;
}

static bool exchange(SSL *ssl, int size) {
  size_t have = 0;
  if (SSL_write(ssl, request, size) != size) return false;
  for (;;) {
    int got = SSL_read(ssl, response + have, (int)(MESSAGE_MAX - have));
    if (got <= 0) return false;
    have += (size_t)got;
    response[have] = '\0';
    if (strstr(response, "\r\n\r\n")) return strncmp(response, "HTTP/1.1 200", 12) == 0; /* no body, by agreement */
  }
}

static int64_t cpu_ns(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * INT64_C(1000000000) + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * INT64_C(1000);
}

int main(int argc, char **argv) {
  if (argc != 7) return 2;
  FILE *file = fopen(argv[4], "r");
  int size = file ? (int)fread(request, 1, MESSAGE_MAX, file) : 0, count = atoi(argv[5]), warm = atoi(argv[6]), fd = dial(argv[1]);
  SSL *ssl = fd >= 0 ? handshake(fd, argv[2], argv[3]) : NULL;
  if (!ssl || size == 0) return 1;
  int64_t from = cpu_ns();
  for (int i = 0; i < count; i++) {
    if (i == warm) from = cpu_ns();
    if (!exchange(ssl, size)) return 1;
  }
  if (count > warm) printf("%lld\n", (long long)((cpu_ns() - from) / (count - warm)));
  return 0;
}
