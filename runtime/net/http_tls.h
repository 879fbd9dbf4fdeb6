/* http_tls.h -- TLS for transfers: versions, which authorities count, sessions that are resumed.
 * The file that talks to OpenSSL's TLS; libcurl does the handshake. OpenSSL starts with the first https request. TLS 1.2 or
 * newer.
 */
#ifndef MOONWIRE_HTTP_TLS_H
#define MOONWIRE_HTTP_TLS_H

#include <stdbool.h>

#include "err.h"
#include "str.h"

struct http_tls;

/* NULL, with err, when memory is short. */
struct http_tls *http_tls_new(char err[ERR_LEN]);

/* Every handle that was given to http_tls_share must be gone. Safe on NULL. */
void http_tls_delete(struct http_tls *tls);

/* Lets a handle (a CURL *) share sessions: what every handle has to do before each request, over http, too. One that has been
 * used without has sessions of its own, which libcurl 7.88 leaks when it is told to share later. */
void http_tls_share(struct http_tls *tls, void *easy);

/* Makes a handle check its server against Amazon's roots, or against the authorities of a file; ca_file ends in NUL,
 * borrowed; empty means nobody is trusted. Amazon's roots are read at their first use. */
bool http_tls_set(struct http_tls *tls, void *easy, bool amazon, struct str ca_file, char err[ERR_LEN]);

#endif
