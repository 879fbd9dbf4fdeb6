#include "http.h"

#include <stdlib.h>

#include "ca_bundle.h"
#include "http_multi.h"
#include "http_transfer.h"

enum { SPARE_TRANSFERS = 8 };

struct http {
  struct loop *loop;
  struct http_multi *multi;     /* NULL until the first request */
  struct str ca_file;           /* looked for at the first request */
  struct http_transfer *active; /* on their way */
  struct http_transfer *spare;  /* for the next requests */
  size_t spare_count;
};

const char *http_code_name(enum http_code code) {
  static const char *const names[] = { "", "timeout", "network", "too_large", "bad_request" };
  return names[code];
}

struct str http_response_header(const struct http_response *response, struct str name) {
  for (size_t i = 0; i < response->header_count; i++)
    if (str_equal_nocase(response->headers[i].name, name)) return response->headers[i].value;
  return STR("");
}

static void list_add(struct http_transfer **list, struct http_transfer *transfer) {
  transfer->next = *list;
  transfer->place = list;
  if (*list) (*list)->place = &transfer->next;
  *list = transfer;
}

static void list_remove(struct http_transfer *transfer) {
  *transfer->place = transfer->next;
  if (transfer->next) transfer->next->place = transfer->place;
}

/* Keeps a transfer that is in no list for a later request, or deletes it. */
static void retire(struct http *http, struct http_transfer *transfer) {
  if (http->spare_count == SPARE_TRANSFERS) {
    http_transfer_delete(transfer);
    return;
  }
  http_transfer_reset(transfer);
  list_add(&http->spare, transfer);
  http->spare_count++;
}

static struct http_transfer *take(struct http *http) {
  struct http_transfer *transfer = http->spare;
  if (!transfer) return http_transfer_new(http);
  list_remove(transfer);
  http->spare_count--;
  return transfer;
}

static void finish(void *private, int result) {
  struct http_transfer *transfer = private;
  struct http *http = transfer->http;
  struct http_response response;
  http_transfer_end(transfer, result, &response);
  list_remove(transfer);
  transfer->done(transfer->ctx, &response);
  retire(http, transfer);
}

struct http *http_new(struct loop *loop, char err[ERR_LEN]) {
  struct http *http = calloc(1, sizeof *http);
  if (http)
    http->loop = loop;
  else
    fail(err, "http: out of memory");
  return http;
}

void http_delete(struct http *http) {
  if (!http) return;
  while (http->active) http_cancel(http->active);
  for (struct http_transfer *transfer = http->spare, *next; transfer; transfer = next) {
    next = transfer->next;
    http_transfer_delete(transfer);
  }
  http_multi_delete(http->multi);
  free(http);
}

static bool start(struct http *http, char err[ERR_LEN]) {
  if (http->multi) return true;
  http->multi = http_multi_new(http->loop, finish, err);
  http->ca_file = ca_bundle_find();
  return http->multi != NULL;
}

struct http_transfer *http_send(struct http *http, const struct http_request *request, http_done done, void *ctx,
                                char err[ERR_LEN]) {
  if (!http_request_check(request, err) || !http_url_check(request->url, err) || !start(http, err)) return NULL;
  struct http_transfer *transfer = take(http);
  if (!transfer) {
    fail(err, "http: out of memory");
    return NULL;
  }
  transfer->done = done;
  transfer->ctx = ctx;
  if (!http_transfer_begin(transfer, request, http->multi, http->ca_file, err) ||
      !http_multi_add(http->multi, transfer->easy, err)) {
    http_transfer_delete(transfer);
    return NULL;
  }
  list_add(&http->active, transfer);
  return transfer;
}

struct loop *http_loop(const struct http *http) {
  return http->loop;
}

void http_cancel(struct http_transfer *transfer) {
  if (!transfer) return;
  http_multi_remove(transfer->http->multi, transfer->easy);
  list_remove(transfer);
  retire(transfer->http, transfer);
}
