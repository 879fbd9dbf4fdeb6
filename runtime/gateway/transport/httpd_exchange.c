#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "httpd_internal.h"

/* Waiting */

void httpd_request_left(struct httpd_request *r) {
  httpd_request_resume(r); /* libmicrohttpd asks for the answer, gets none, and closes */
  r->state = HTTPD_LEFT;
  if (r->exchange.left) r->exchange.left(&r->exchange);
}

static void set_waiting(struct httpd_request *r, bool waits) {
  struct httpd_connection *c = httpd_connection_of(r->connection);
  if (c) c->waiting = waits ? r : NULL;
}

void httpd_request_wait(struct httpd_request *r) {
  struct httpd *httpd = r->httpd;
  MHD_suspend_connection(r->connection);
  r->state = HTTPD_WAITING;
  r->next = httpd->waiting;
  r->link = &httpd->waiting;
  if (r->next) r->next->link = &r->next;
  httpd->waiting = r;
  set_waiting(r, true);
}

void httpd_request_resume(struct httpd_request *r) {
  if (r->state != HTTPD_WAITING) return;
  set_waiting(r, false);
  *r->link = r->next;
  if (r->next) r->next->link = r->link;
  r->state = HTTPD_LEFT;
  MHD_resume_connection(r->connection);
  httpd_wake(r->httpd);
}

/* Answering */

static void add_headers(struct MHD_Response *response, struct fields headers) {
  struct buf text;
  buf_init(&text, SIZE_MAX / 4);
  for (size_t i = 0; i < headers.count; i++) {
    struct field h = headers.list[i];
    if (str_equal_nocase(h.name, STR("connection"))) continue;
    buf_clear(&text);
    buf_add(&text, h.name);
    buf_add_char(&text, '\0');
    buf_add(&text, h.value);
    const char *name = buf_text(&text);
    if (!text.failed) MHD_add_response_header(response, name, name + h.name.len + 1);
  }
  buf_free(&text);
}

static void answer(struct httpd_request *r, unsigned status, struct MHD_Response *response, struct fields headers) {
  assert(r->state == HTTPD_HANDED || r->state == HTTPD_WAITING);
  if (response) add_headers(response, headers);
  r->response = response;
  r->status = status;
  httpd_request_resume(r);
  r->state = HTTPD_ANSWERED;
}

void exchange_may_idle(struct exchange *x, unsigned idle_s) {
  struct httpd_request *r = (struct httpd_request *)x;
  MHD_set_connection_option(r->connection, MHD_CONNECTION_OPTION_TIMEOUT, idle_s);
}

/* libmicrohttpd closes without an answer when it has no room for the head. */
static bool is_too_long(struct fields headers) {
  return field_bytes(headers) > HTTPD_HEADERS_MAX;
}

static void answer_too_long(struct exchange *x) {
  exchange_answer_json(x, 500, STR("{\"message\":\"Internal Server Error\"}"));
}

void exchange_answer(struct exchange *x, int status, struct fields headers, struct str body) {
  if (is_too_long(headers)) {
    answer_too_long(x);
    return;
  }
  struct MHD_Response *response =
      MHD_create_response_from_buffer(body.len, (void *)(uintptr_t)body.ptr, MHD_RESPMEM_MUST_COPY);
  answer((struct httpd_request *)x, (unsigned)status, response, headers);
}

/* Upgrading */

static void socket_close(struct httpd_socket *socket) {
  struct httpd_request *r = socket->handle;
  struct httpd *httpd = r->httpd;
  MHD_upgrade_action(r->handle, MHD_UPGRADE_ACTION_CLOSE);
  httpd_wake(httpd);
  *socket = (struct httpd_socket){ .fd = -1 };
}

static void connection_upgraded(void *ctx, struct MHD_Connection *connection, void *request, const char *early,
                                size_t early_len, MHD_socket fd, struct MHD_UpgradeResponseHandle *handle) {
  (void)request;
  struct httpd_request *r = ctx;
  struct exchange_upgrade upgrade = r->upgrade;
  const int on = 1;
  struct httpd_connection *c = httpd_connection_of(connection);
  if (c) httpd_connection_let_go(c); /* whoever takes over watches it now */
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  r->handle = handle;
  r->upgrade.upgraded = NULL;
  struct httpd_socket socket = { .fd = fd, .close = socket_close, .handle = r };
  upgrade.upgraded(upgrade.ctx, socket, str_of(early, early_len));
}

void exchange_upgrade(struct exchange *x, struct fields headers, const struct exchange_upgrade *upgrade) {
  struct httpd_request *r = (struct httpd_request *)x;
  r->upgrade = *upgrade;
  if (is_too_long(headers)) {
    answer_too_long(x);
    return;
  }
  answer(r, MHD_HTTP_SWITCHING_PROTOCOLS, MHD_create_response_for_upgrade(connection_upgraded, r), headers);
}
