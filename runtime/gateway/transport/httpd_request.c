#include <stdlib.h>
#include <string.h>

#include "httpd_head.h"
#include "httpd_internal.h"
#include "httpd_listen.h"

enum { SWALLOW_MAX = 1024 * 1024 /* bytes beyond body_max that are read so that the client sees its 413 */ };

/* libmicrohttpd would make an entry of its memory for each parameter, of which we use none, and a few hundred short ones were
 * too much for it. The target is in the connection's own buffer, and its parameters are read from there when we are through. */
static void drop_query(const char *target) {
  char *mark = target ? strchr((char *)(uintptr_t)target, '?') : NULL;
  if (mark) mark[1] = '\0';
}

void *httpd_request_begin(void *httpd, const char *target, struct MHD_Connection *connection) {
  size_t len = target ? strlen(target) : 0;
  struct httpd_request *r = calloc(1, sizeof *r + len + 1);
  if (!r) return NULL;
  r->httpd = httpd;
  r->connection = connection;
  r->target_len = len;
  if (len) memcpy(r->target, target, len);
  drop_query(target);
  buf_init(&r->body, r->httpd->options.body_max);
  return r;
}

void httpd_request_end(void *httpd, struct MHD_Connection *connection, void **request,
                       enum MHD_RequestTerminationCode why) {
  (void)connection;
  (void)why;
  struct httpd_request *r = *request;
  *request = NULL;
  if (!r) return;
  bool unkept = r->upgrade.upgraded && !((struct httpd *)httpd)->closing;
  if (unkept) r->upgrade.failed(r->upgrade.ctx);
  if (r->response) MHD_destroy_response(r->response);
  buf_free(&r->body);
  free(r->headers);
  free(r);
}

/* Answers */

static enum MHD_Result refuse(struct httpd_request *r, int status, struct str text) {
  struct field type = { STR("Content-Type"), STR("text/plain; charset=utf-8") };
  r->state = HTTPD_HANDED;
  exchange_answer(&r->exchange, status, (struct fields){ &type, 1 }, text);
  return MHD_YES;
}

/* Gives libmicrohttpd the answer; MHD_NO closes the connection. */
static enum MHD_Result conclude(struct httpd_request *r) {
  if (r->state != HTTPD_ANSWERED || !r->response) return MHD_NO;
  enum MHD_Result queued = MHD_queue_response(r->connection, r->status, r->response);
  MHD_destroy_response(r->response);
  r->response = NULL;
  buf_free(&r->body);
  free(r->headers);
  r->headers = NULL;
  return queued;
}

/* The head */

static enum MHD_Result add_header(void *ctx, enum MHD_ValueKind kind, const char *name, size_t name_len,
                                  const char *value, size_t value_len) {
  (void)kind;
  struct httpd_request *r = ctx;
  r->headers[r->exchange.headers.count++] = (struct field){
    .name = str_of(name, name_len),
    .value = str_of(value ? value : "", value ? value_len : 0),
  };
  return MHD_YES;
}

static bool read_headers(struct httpd_request *r) {
  int count = MHD_get_connection_values_n(r->connection, MHD_HEADER_KIND, NULL, NULL);
  r->headers = calloc(count > 0 ? (size_t)count : 1, sizeof *r->headers);
  if (!r->headers) return false;
  MHD_get_connection_values_n(r->connection, MHD_HEADER_KIND, add_header, r);
  r->exchange.headers.list = r->headers;
  return true;
}

static void trim_headers(struct httpd_request *r) {
  for (size_t i = 0; i < r->exchange.headers.count; i++) r->headers[i].value = str_trim(r->headers[i].value);
}

static bool announces_too_much(struct httpd_request *r) {
  struct str text = field_header(r->exchange.headers, STR("Content-Length"));
  int64_t length;
  return str_to_int64(text, &length) && (uint64_t)length > r->httpd->options.body_max;
}

static enum MHD_Result refuse_body(struct httpd_request *r) {
  const char *json = r->httpd->options.too_long;
  if (!json) return refuse(r, 413, STR("The request body is too long.\n"));
  r->state = HTTPD_HANDED;
  exchange_answer_json(&r->exchange, 413, str_from(json));
  return MHD_YES;
}

static enum MHD_Result take_head(struct httpd_request *r, const char *method, const char *version) {
  r->begun = true;
  r->exchange.method = str_from(method);
  r->exchange.version = str_from(version);
  if (!read_headers(r)) return MHD_NO;
  struct str fault = httpd_head_fault(r->exchange.headers);
  trim_headers(r);
  if (r->target_len > HTTPD_TARGET_MAX)
    refuse(r, 414, STR("The request target is too long.\n"));
  else if (fault.len > 0)
    refuse(r, 400, fault);
  else if (announces_too_much(r))
    refuse_body(r);
  return r->state == HTTPD_READING ? MHD_YES : conclude(r);
}

/* The body and what follows */

static enum MHD_Result take_body(struct httpd_request *r, struct str data) {
  r->received += data.len;
  if (r->received <= r->httpd->options.body_max) {
    buf_add(&r->body, data);
    return r->body.failed ? MHD_NO : MHD_YES;
  }
  buf_free(&r->body);
  return r->received - r->httpd->options.body_max <= SWALLOW_MAX ? MHD_YES : MHD_NO;
}

static void fill_exchange(struct httpd_request *r) {
  struct exchange *x = &r->exchange;
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  httpd_address_text(info ? info->client_addr : NULL, r->peer);
  x->peer = str_from(r->peer);
  str_cut(str_of(r->target, r->target_len), '?', &x->path, &x->query);
  x->body = buf_str(&r->body);
}

static enum MHD_Result hand_over(struct httpd_request *r) {
  if (r->received > r->httpd->options.body_max) {
    refuse_body(r);
    return conclude(r);
  }
  fill_exchange(r);
  r->state = HTTPD_HANDED;
  r->httpd->options.request(r->httpd->options.ctx, &r->exchange);
  if (r->state == HTTPD_ANSWERED) return conclude(r);
  httpd_request_wait(r);
  return MHD_YES;
}

/* Called when the head is there, for each piece of the body, when all is there, and after each resume. */
enum MHD_Result httpd_request_part(void *httpd, struct MHD_Connection *connection, const char *url, const char *method,
                                   const char *version, const char *data, size_t *size, void **request) {
  (void)httpd;
  (void)connection;
  (void)url;
  struct httpd_request *r = *request;
  if (!r) return MHD_NO;
  if (!r->begun) return take_head(r, method, version);
  if (*size > 0) {
    struct str piece = str_of(data, *size);
    *size = 0;
    return take_body(r, piece);
  }
  return r->state == HTTPD_READING ? hand_over(r) : conclude(r);
}
