/* http.h -- requests to the world and their responses, on the event loop.
 * What every request gets: HTTP/1.1 with connections kept alive (idle ones are not used again after half a minute), http
 * and https only, TLS 1.2 or newer, certificates checked (trust.h says against what), no proxy, no redirect followed, no
 * decompression, no header added but Host and Content-Length. The request target goes on the wire byte for byte as the
 * URL has it, because signatures cover it. A kept connection that turns out to be dead before the first byte of a
 * response is replaced and the request sent again, once more at most per connection, as every keep-alive client does
 * (RFC 9112, section 9.3.1).
 * There is no other retry: client.h has those.
 *
 * Limits of libcurl 7.88: an unresolved host name costs a thread per request until the first answer is there. That a peer
 * has said goodbye in TLS is not noticed before the request is written; it is then sent again on another connection, and
 * a peer that went on reading has it twice.
 */
#ifndef MOONWIRE_HTTP_H
#define MOONWIRE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "loop.h"
#include "str.h"

struct http;          /* the client: connections, names and certificates that are known already */
struct http_transfer; /* one request on its way */

enum {
  HTTP_TIMEOUT_MS = 30000,
  HTTP_CONNECT_TIMEOUT_MS = 5000,
  HTTP_BODY_MAX = 8 * 1024 * 1024, /* bytes of a response body */
  HTTP_HEADERS_MAX = 64 * 1024,    /* bytes of all header lines of a response, interim responses included */
};

struct http_header {
  struct str name;
  struct str value;
};

struct http_request {
  struct str method;                 /* RFC 9110, section 9; empty means GET; CONNECT is refused */
  struct str url;                    /* absolute; ASCII, percent-encoded by the caller */
  const struct http_header *headers; /* sent in this order, duplicates included */
  size_t header_count;
  struct str body;            /* borrowed until the transfer is over; all else is copied by http_send */
  int64_t timeout_ms;         /* for the whole transfer; 0 means HTTP_TIMEOUT_MS */
  int64_t connect_timeout_ms; /* for name, connection and TLS; 0 means HTTP_CONNECT_TIMEOUT_MS */
  size_t body_max;            /* bytes of the response's body; 0 means HTTP_BODY_MAX */
};

enum http_code {
  HTTP_OK,          /* a response arrived, whatever its status */
  HTTP_TIMEOUT,     /* no complete response in time */
  HTTP_NETWORK,     /* no such host, no connection, a bad certificate, a response cut short or not HTTP */
  HTTP_TOO_LARGE,   /* the response exceeds body_max or HTTP_HEADERS_MAX */
  HTTP_BAD_REQUEST, /* the URL cannot be used */
};

/* "timeout", "network", "too_large", "bad_request": the codes that Lua sees; "" for HTTP_OK. */
const char *http_code_name(enum http_code code);

struct http_response {
  enum http_code code;
  const char *message; /* why there is no response: "http://host: ..."; "" for HTTP_OK */
  bool lost;  /* no connection, a lost one, or no answer in time: another attempt may succeed where this one did not */
  int status; /* 0 unless code is HTTP_OK */
  const struct http_header *headers; /* of the final response, in order, duplicates kept; trailers are dropped */
  size_t header_count;
  struct str body;
  struct str origin; /* who answered, "https://host:port": fit for a message, without user and query */
};

/* The first value of a header, in any letter case; empty when there is none. */
struct str http_response_header(const struct http_response *response, struct str name);

/* The end of a transfer: called once, from the loop, never from inside http_send. The response and all it points at are
 * gone when this returns, and so is the transfer. May send and cancel, but not http_delete. */
typedef void (*http_done)(void *ctx, const struct http_response *response);

/* Allocates little and starts nothing: libcurl is initialised by the first http_send. NULL, with err, when memory is
 * short. */
struct http *http_new(struct loop *loop, char err[ERR_LEN]);

/* Cancels every transfer (no completion is called), closes all connections and leaves nothing in the loop.
 * Safe on NULL. */
void http_delete(struct http *http);

/* Nothing in the request can be taken for something else on the wire: the method and the names of headers are tokens
 * (RFC 9110, section 5.6.2), no value has CR, LF or NUL, the URL has no control character, Content-Length is the body's. */
bool http_request_check(const struct http_request *request, char err[ERR_LEN]);

/* The URL is http or https and has no byte that must be percent-encoded (RFC 3986, section 2). */
bool http_url_check(struct str url, char err[ERR_LEN]);

/* Sends the request. NULL, with err, when one of the two checks above refuses it or libcurl cannot start: then `done` is
 * never called. */
struct http_transfer *http_send(struct http *http, const struct http_request *request, http_done done, void *ctx,
                                char err[ERR_LEN]);

/* The loop that was given to http_new. */
struct loop *http_loop(const struct http *http);

/* Ends a transfer without its completion; the handle is gone afterwards. Safe on NULL. */
void http_cancel(struct http_transfer *transfer);

#endif
