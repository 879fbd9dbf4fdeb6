/* httpd_listen.h -- addresses: the one a server listens on, and those of its clients as text. */
#ifndef MOONWIRE_HTTPD_LISTEN_H
#define MOONWIRE_HTTPD_LISTEN_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

#include "err.h"

/* A socket that listens, close-on-exec. -1, with err, when there is none. *port is what it listens on. */
int httpd_listen(const char *host, uint16_t *port, char err[ERR_LEN]);

/* The IP address as text; an IPv4 address in IPv6 form (RFC 4291, section 2.5.5.2) as IPv4. Empty when it is neither. */
void httpd_address_text(const struct sockaddr *address, char text[INET6_ADDRSTRLEN]);

#endif
