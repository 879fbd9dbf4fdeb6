/* tls_sends.h -- the limit of messages over TLS: OpenSSL on blocking sockets that are kept, and nothing else. Nothing is signed: the
 * bytes of a file are sent again and again, and of the answer only the end is looked for.
 * Settings: TLS_PORT on the loopback, TLS_ROOTS (a PEM file), TLS_REQUEST (a file of bytes), SENDS, CONNECTIONS (1).
 */
#ifndef TLS_SENDS_H
#define TLS_SENDS_H

#include <stdbool.h>

/* Sends TLS_REQUEST SENDS times over CONNECTIONS connections, a thread for each when there are several; they are opened at the
 * first call. False when one does not answer 200. */
bool tls_sends(void);

#endif
