/* http_transfer.h -- one request on its way: what libcurl is told, and what it hands back.
 * Made and reused by http.c. The rules for requests are http_request_check's; here they hold already.
 */
#ifndef MOONWIRE_HTTP_TRANSFER_H
#define MOONWIRE_HTTP_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "buf.h"
#include "err.h"
#include "http.h"
#include "str.h"

struct http_transfer {
  struct http *http;                   /* borrowed: the owner */
  struct http_transfer *next, **place; /* in a list of the owner */
  http_done done;
  void *ctx;

  void *easy;            /* libcurl's handle; owned; kept for the next request */
  struct arena memory;   /* what libcurl borrows of the request, and the response's headers */
  struct str origin;     /* "https://host:port", for messages */
  char detail[ERR_LEN];  /* libcurl's own sentence on a failure */
  char message[ERR_LEN]; /* ours */

  enum http_code refused; /* why a callback stopped the transfer, or HTTP_OK */
  int status;             /* of the header lines that arrive now */
  bool headers_over;      /* the final response's header lines are complete */
  size_t header_bytes;
  struct http_header *headers; /* heap; grown as needed, kept for the next response */
  size_t header_count, header_room;
  struct buf body;
};

/* NULL when memory is short. */
struct http_transfer *http_transfer_new(struct http *http);

/* Must not be in libcurl's multi. Safe on NULL. */
void http_transfer_delete(struct http_transfer *transfer);

/* Tells libcurl about the request. ca_file ends in NUL, borrowed; empty when there is none. */
bool http_transfer_begin(struct http_transfer *transfer, const struct http_request *request, struct str ca_file,
                         char err[ERR_LEN]);

/* What became of it; result is libcurl's CURLcode. Borrowed from the transfer. */
struct http_response http_transfer_end(struct http_transfer *transfer, int result);

/* Forgets request and response, keeps what the next one can use. */
void http_transfer_reset(struct http_transfer *transfer);

#endif
