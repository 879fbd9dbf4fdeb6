/* http_multi.h -- libcurl's multi interface on the event loop: its sockets are watches, its timeout is a timer.
 * Knows nothing of requests: http.c adds handles and hears about their end.
 */
#ifndef MOONWIRE_HTTP_MULTI_H
#define MOONWIRE_HTTP_MULTI_H

#include <stdbool.h>

#include "err.h"
#include "loop.h"

struct http_multi;

/* A handle is finished: `private` is its CURLOPT_PRIVATE, result its CURLcode. It has been removed from the multi. */
typedef void (*http_multi_done)(void *private, int result);

/* Initialises libcurl. NULL, with err, on failure. */
struct http_multi *http_multi_new(struct loop *loop, http_multi_done done, char err[ERR_LEN]);

/* Every handle must have been removed. Safe on NULL. */
void http_multi_delete(struct http_multi *multi);

/* Starts a handle (a CURL *); `done` is called from the loop. */
bool http_multi_add(struct http_multi *multi, void *easy, char err[ERR_LEN]);

/* Closes the socket of a connection: what every handle has to have as its CURLOPT_CLOSESOCKETFUNCTION, with the multi as
 * its data. Returns what close returns. */
int http_multi_close(void *multi, int fd);

/* Stops a handle: `done` is not called. */
void http_multi_remove(struct http_multi *multi, void *easy);

#endif
