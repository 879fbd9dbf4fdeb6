#include "http.h"

#include <stdlib.h>

#include "http_multi.h"
#include "http_tls.h"
#include "http_transfer.h"
#include "trust.h"

enum { SPARE_TRANSFERS = 8 };

struct http {
  struct loop *loop;
  struct http_multi *multi; /* NULL until the first request */
  struct http_tls *tls;     /* NULL until the first https request, which looks for the bundle, too */
  struct trust_bundle bundle;
  bool amazon_fails; /* the bundle knew a server of Amazon's that Amazon's roots did not: it is asked at once */
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

/* A server of Amazon's whose certificate is not Amazon's: the bundle may know better. */
static bool ask_bundle(struct http *http, struct http_transfer *transfer, int result) {
  if (!transfer->amazon || http->bundle.file.len == 0 || !http_transfer_is_distrust(result)) return false;
  transfer->amazon = false;
  transfer->second = true;
  return http_tls_set(http->tls, transfer->easy, false, http->bundle.file, NULL) &&
         http_multi_add(http->multi, transfer->easy, NULL);
}

static void finish(void *private, int result) {
  struct http_transfer *transfer = private;
  struct http *http = transfer->http;
  struct http_response response;
  if (ask_bundle(http, transfer, result)) return;
  if (transfer->second && !http_transfer_is_distrust(result)) http->amazon_fails = true;
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
  http_tls_delete(http->tls);
  free(http);
}

static bool start(struct http *http, char err[ERR_LEN]) {
  if (!http->multi) http->multi = http_multi_new(http->loop, finish, err);
  return http->multi != NULL;
}

/* Says whom an https request trusts; nothing for http. */
static bool set_trust(struct http *http, struct http_transfer *transfer, struct str url, char err[ERR_LEN]) {
  if (!str_equal_nocase(str_slice(url, 0, 8), STR("https://"))) return true;
  if (!http->tls) {
    http->tls = http_tls_new(err);
    http->bundle = trust_bundle_find();
  }
  transfer->amazon = !http->bundle.named && !http->amazon_fails && trust_is_amazon(url);
  return http->tls && http_tls_set(http->tls, transfer->easy, transfer->amazon, http->bundle.file, err);
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
  if (!http_transfer_begin(transfer, request, http->multi, err) || !set_trust(http, transfer, request->url, err) ||
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
