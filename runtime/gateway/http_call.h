/* http_call.h -- a request to the HTTP API, from its arrival on the public port until it is answered. */
#ifndef MOONWIRE_HTTP_CALL_H
#define MOONWIRE_HTTP_CALL_H

#include "httpd.h"
#include "server.h"

/* Answers it now, or when its function has. */
void http_call_begin(struct server *server, struct exchange *x);

/* Answers everybody who still waits with 503: the server ends. */
void http_call_end_all(struct server *server);

#endif
