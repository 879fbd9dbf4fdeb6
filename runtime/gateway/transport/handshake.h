/* handshake.h -- a client's opening handshake of the WebSocket protocol. Pure.
 * Source: RFC 6455, sections 4.2.1 and 4.2.2.
 */
#ifndef MOONWIRE_HANDSHAKE_H
#define MOONWIRE_HANDSHAKE_H

#include <stdbool.h>

#include "err.h"
#include "field.h"
#include "str.h"

enum { HANDSHAKE_ACCEPT_LEN = 29 /* 28 characters and a NUL */ };

struct handshake {
  struct str method, version; /* "GET", "HTTP/1.1" */
  struct fields headers;
};

/* 101 when the request is one, with its Sec-WebSocket-Accept; else the status to refuse it with (400, 426) and the reason,
 * JSON of static storage. */
int handshake_check(const struct handshake *h, char accept[HANDSHAKE_ACCEPT_LEN], struct str *reason);

/* Sec-WebSocket-Accept for a Sec-WebSocket-Key. False, with a sentence, when the key is none. */
bool handshake_accept(struct str key, char accept[HANDSHAKE_ACCEPT_LEN], char err[ERR_LEN]);

#endif
