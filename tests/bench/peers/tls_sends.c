/* tls_sends.c -- see tls_sends.h. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "tls_sends.h"

enum { MESSAGE_MAX = 256 * 1024, RESPONSE_MAX = 16 * 1024, CONNECTIONS_MAX = 64 };

static char request[MESSAGE_MAX];
static int request_size, sends, connections;
static SSL_CTX *context;
static SSL *kept[CONNECTIONS_MAX];

static int setting(const char *name, int otherwise) {
  const char *text = getenv(name);
  return text ? (int)strtol(text, NULL, 10) : otherwise;
}

/* As little of OpenSSL as there can be: no configuration file, no texts of errors. */
static bool prepare(void) {
  const char *path = getenv("TLS_REQUEST"), *roots = getenv("TLS_ROOTS");
  FILE *file = path ? fopen(path, "r") : NULL;
  if (!file || !roots) return false;
  request_size = (int)fread(request, 1, sizeof request, file);
  fclose(file);
  sends = setting("SENDS", 1);
  connections = setting("CONNECTIONS", 1);
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_SSL_STRINGS, NULL);
  context = SSL_CTX_new(TLS_client_method());
  if (!context || SSL_CTX_load_verify_file(context, roots) != 1) return false;
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  return connections >= 1 && connections <= CONNECTIONS_MAX;
}

static SSL *dial(void) {
  struct sockaddr_in to = { .sin_family = AF_INET,
                            .sin_port = htons((uint16_t)setting("TLS_PORT", 0)),
                            .sin_addr = { htonl(INADDR_LOOPBACK) } };
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
  if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) return NULL;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  SSL *ssl = SSL_new(context);
  SSL_set_tlsext_host_name(ssl, "localhost");
  SSL_set1_host(ssl, "localhost");
  SSL_set_fd(ssl, fd);
  return SSL_connect(ssl) == 1 ? ssl : NULL;
}

/* The answer has no body, by agreement. */
static bool exchange(SSL *ssl) {
  char response[RESPONSE_MAX + 1];
  int have = 0;
  if (SSL_write(ssl, request, request_size) != request_size) return false;
  for (;;) {
    int got = SSL_read(ssl, response + have, RESPONSE_MAX - have);
    if (got <= 0) return false;
    have += got;
    response[have] = '\0';
    if (strstr(response, "\r\n\r\n")) return strncmp(response, "HTTP/1.1 200", 12) == 0;
  }
}

/* The part of one connection. NULL when all of it was answered. */
static void *series(void *number) {
  int which = (int)(intptr_t)number, count = sends / connections + (which < sends % connections);
  if (!kept[which]) kept[which] = dial();
  for (int i = 0; kept[which] && i < count; i++)
    if (!exchange(kept[which])) return context;
  return kept[which] ? NULL : context;
}

bool tls_sends(void) {
  pthread_t threads[CONNECTIONS_MAX];
  bool ok = context || prepare();
  if (ok && connections == 1) return series(NULL) == NULL;
  int started = 0;
  while (ok && started < connections) {
    ok = pthread_create(&threads[started], NULL, series, (void *)(intptr_t)started) == 0;
    if (ok) started++;
  }
  for (int i = 0; i < started; i++) {
    void *failed = NULL;
    pthread_join(threads[i], &failed);
    ok = ok && !failed;
  }
  return ok;
}
