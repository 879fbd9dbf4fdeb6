#include "http.h"

#include <stdlib.h>

#include "http_multi.h"
#include "http_names.h"
#include "http_tls.h"
#include "http_transfer.h"
#include "trust.h"

enum { SPARE_TRANSFERS = 8 };

struct http {
  struct loop *loop;
  struct http_multi *multi; /* NULL until the first request */
  struct http_tls *tls;     /* likewise */
  bool bundle_known;        /* from the first https request on */
  struct trust_bundle bundle;
  bool amazon_fails; /* the bundle knew a server of Amazon's that Amazon's roots did not: it is asked at once */
  struct http_names names;
  struct http_transfer *active; /* on their way; others wait in a name */
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
  return http_transfer_waited(transfer) && http_tls_set(http->tls, transfer->easy, false, http->bundle.file, NULL) &&
         http_multi_add(http->multi, transfer->easy, NULL);
}

/* Names: transfers to a host that nobody has looked up yet wait for the first one. */

static void finish(void *private, int result);

static void resolved(struct http_transfer *first);

/* The others wait for this one. */
static void look_up(struct http_transfer *transfer, struct http_name *name) {
  name->first = transfer;
  transfer->name = name;
  http_transfer_on_resolved(transfer, resolved);
}

/* The first of a list goes on its way. */
static void go_on(struct http_transfer *transfer, struct http_name *name) {
  struct http *http = transfer->http;
  list_remove(transfer);
  list_add(&http->active, transfer);
  transfer->waits = false;
  if (!http_name_is_known(name, clock_monotonic_ns())) look_up(transfer, name);
  if (!http_transfer_waited(transfer) || !http_multi_add(http->multi, transfer->easy, NULL))
    finish(transfer, http_transfer_no_memory());
}

/* Those that wait end as the first one did. Completions may begin others, which wait for another look-up. */
static void fail_waiting(struct http_name *name) {
  struct http_transfer *waiting = name->waiting;
  int failure = name->failure;
  name->waiting = NULL;
  name->failure = 0;
  if (waiting) waiting->place = &waiting;
  while (waiting) finish(waiting, failure);
}

/* From the loop: adding transfers is not allowed where libcurl tells of the address. */
static void names_go_on(void *ctx) {
  struct http_name *name = ctx;
  if (name->failure) fail_waiting(name);
  while (name->waiting && !name->first) go_on(name->waiting, name);
}

static void let_others_go_on(struct http_transfer *first, int failure) {
  struct http_name *name = first->name;
  if (!name) return;
  name->first = NULL;
  first->name = NULL;
  if (!name->waiting) return;
  name->failure = failure;
  name->go_on = (struct loop_job){ .run = names_go_on, .ctx = name };
  loop_job_add(first->http->loop, &name->go_on);
}

static void resolved(struct http_transfer *first) {
  if (first->name) http_name_known(first->name, clock_monotonic_ns());
  let_others_go_on(first, 0);
}

/* Whether it has to wait; if not, it may be the one that the others wait for. */
static bool must_wait(struct http *http, struct http_transfer *transfer, struct str url) {
  struct http_name *name = http_names_find(&http->names, url, clock_monotonic_ns());
  if (!name) return false;
  if (name->first || name->go_on.link) {
    transfer->waits = true;
    list_add(&name->waiting, transfer);
    return true;
  }
  look_up(transfer, name);
  return false;
}

static void finish(void *private, int result) {
  struct http_transfer *transfer = private;
  struct http *http = transfer->http;
  struct http_response response;
  if (ask_bundle(http, transfer, result)) return;
  http_transfer_end(transfer, result, &response);
  if (transfer->second && response.code == HTTP_OK) http->amazon_fails = true;
  let_others_go_on(transfer, http_transfer_is_unresolved(result) ? result : 0);
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
  for (size_t i = 0; i < HTTP_NAMES; i++) {
    struct http_name *name = &http->names.names[i];
    while (name->waiting) http_cancel(name->waiting);
    loop_job_stop(http->loop, &name->go_on);
  }
  while (http->active) http_cancel(http->active);
  for (struct http_transfer *transfer = http->spare, *next; transfer; transfer = next) {
    next = transfer->next;
    http_transfer_delete(transfer);
  }
  http_tls_delete(http->tls);
  http_multi_delete(http->multi); /* the last of libcurl */
  free(http);
}

static bool start(struct http *http, char err[ERR_LEN]) {
  if (!http->multi) http->multi = http_multi_new(http->loop, finish, err);
  if (http->multi && !http->tls) http->tls = http_tls_new(err);
  return http->tls != NULL;
}

/* Says whom an https request trusts; nothing for http. */
static bool set_trust(struct http *http, struct http_transfer *transfer, struct str url, char err[ERR_LEN]) {
  if (!str_equal_nocase(str_slice(url, 0, 8), STR("https://"))) return true;
  if (!http->bundle_known) http->bundle = trust_bundle_find();
  http->bundle_known = true;
  transfer->amazon = !http->bundle.named && !http->amazon_fails && trust_is_amazon(url);
  return http_tls_set(http->tls, transfer->easy, transfer->amazon, http->bundle.file, err);
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
  http_tls_share(http->tls, transfer->easy);
  if (!http_transfer_begin(transfer, request, http->multi, err) || !set_trust(http, transfer, request->url, err)) {
    http_transfer_delete(transfer);
    return NULL;
  }
  if (must_wait(http, transfer, request->url)) return transfer;
  if (!http_multi_add(http->multi, transfer->easy, err)) {
    let_others_go_on(transfer, 0);
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
  if (!transfer->waits) http_multi_remove(transfer->http->multi, transfer->easy);
  let_others_go_on(transfer, 0);
  list_remove(transfer);
  retire(transfer->http, transfer);
}
