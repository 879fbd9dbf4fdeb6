#include "httpd_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Returns -1, with errno. */
static int open_listener(const struct addrinfo *address) {
  const int on = 1;
  int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); /* connections of a server that ended linger on its port */
  if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0) return fd;
  int why = errno;
  close(fd);
  errno = why;
  return -1;
}

static uint16_t port_of(int fd) {
  struct sockaddr_storage address = { 0 };
  socklen_t size = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &size) < 0) return 0;
  if (address.ss_family == AF_INET6) return ntohs(((const struct sockaddr_in6 *)&address)->sin6_port);
  return ntohs(((const struct sockaddr_in *)&address)->sin_port);
}

static void say_why(const char *host, uint16_t port, int why, char err[ERR_LEN]) {
  const char *format = strchr(host, ':') ? "[%s]:%u" : "%s:%u";
  char place[300];
  snprintf(place, sizeof place, format, host, (unsigned)port);
  if (why == EADDRINUSE)
    fail(err, "%s is in use", place);
  else
    fail(err, "listen on %s: %s", place, strerror(why));
}

int httpd_listen(const char *host, uint16_t *port, char err[ERR_LEN]) {
  struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM }, *list = NULL;
  char service[8];
  snprintf(service, sizeof service, "%u", (unsigned)*port);
  int unresolved = getaddrinfo(host, service, &hints, &list);
  if (unresolved) {
    fail(err, "listen on %s: %s", host, gai_strerror(unresolved));
    return -1;
  }
  int fd = -1;
  for (const struct addrinfo *a = list; a && fd < 0; a = a->ai_next) fd = open_listener(a);
  if (fd < 0)
    say_why(host, *port, errno, err);
  else
    *port = port_of(fd);
  freeaddrinfo(list);
  return fd;
}

void httpd_address_text(const struct sockaddr *address, char text[INET6_ADDRSTRLEN]) {
  text[0] = '\0';
  if (!address) return;
  if (address->sa_family == AF_INET)
    inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, text, INET6_ADDRSTRLEN);
  if (address->sa_family != AF_INET6) return;
  const struct in6_addr *ip = &((const struct sockaddr_in6 *)address)->sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(ip))
    inet_ntop(AF_INET, ip->s6_addr + 12, text, INET6_ADDRSTRLEN);
  else
    inet_ntop(AF_INET6, ip, text, INET6_ADDRSTRLEN);
}
