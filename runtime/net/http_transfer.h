/* http_transfer.h -- one request on its way: what libcurl is told, and what it hands back.
 * Made and reused by http.c. The rules for requests are http_request_check's; they hold already.
 */
#ifndef MOONWIRE_HTTP_TRANSFER_H
#define MOONWIRE_HTTP_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "err.h"
#include "http.h"
#include "http_answer.h"
#include "http_multi.h"
#include "str.h"

struct http_transfer {
  struct http *http;                   /* borrowed: the owner */
  struct http_transfer *next, **place; /* in a list of the owner */
  http_done done;
  void *ctx;
  bool amazon;            /* checks the server against Amazon's roots */
  bool second;            /* did so before, in vain */
  bool waits;             /* until another one has looked up the name of its host */
  struct http_name *name; /* the one that it looks up for others, or NULL; borrowed */
  void (*resolved)(struct http_transfer *transfer);
  int64_t begun_ns; /* monotonic */
  int64_t timeout_ms, connect_timeout_ms;

  void *easy;           /* libcurl's handle; owned; kept for the next request */
  struct arena memory;  /* what libcurl borrows of the request */
  char detail[ERR_LEN]; /* libcurl's own sentence on a failure */
  struct http_answer answer;
};

/* NULL when memory is short. */
struct http_transfer *http_transfer_new(struct http *http);

/* Must not be in libcurl's multi. Safe on NULL. */
void http_transfer_delete(struct http_transfer *transfer);

/* Tells libcurl about the request. Whom an https request trusts is said by http_tls_set. */
bool http_transfer_begin(struct http_transfer *transfer, const struct http_request *request, struct http_multi *multi,
                         char err[ERR_LEN]);

/* Calls resolved(transfer) when the address of its host is known, from within libcurl; perhaps more than once. */
void http_transfer_on_resolved(struct http_transfer *transfer, void (*resolved)(struct http_transfer *transfer));

/* It begins later than was thought, or again: its time is that much shorter. */
bool http_transfer_waited(struct http_transfer *transfer);

/* The CURLcode of a lack of memory. */
int http_transfer_no_memory(void);

/* Whether a transfer ended because its host has no address. */
bool http_transfer_is_unresolved(int result);

/* Whether a transfer ended because the server's certificate was not accepted; result is libcurl's CURLcode. */
bool http_transfer_is_distrust(int result);

/* What became of it; result is libcurl's CURLcode. *response is borrowed from the transfer. */
void http_transfer_end(struct http_transfer *transfer, int result, struct http_response *response);

/* Forgets request and response, keeps what the next one can use. */
void http_transfer_reset(struct http_transfer *transfer);

#endif
