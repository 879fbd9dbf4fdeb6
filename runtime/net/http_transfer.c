#include "http_transfer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "http_names.h"

_Static_assert((int)ERR_LEN >= CURL_ERROR_SIZE, "libcurl writes CURL_ERROR_SIZE bytes to detail");

/* A frozen process does not see that a peer has closed a connection, and a middlebox tells nobody: what has been idle for
 * longer is closed instead of being used. AWS's own clients have 15 to 60 seconds here. libcurl never keeps a failed name. */
enum { IDLE_SECONDS = 30 };

struct http_transfer *http_transfer_new(struct http *http) {
  struct http_transfer *transfer = calloc(1, sizeof *transfer);
  if (!transfer) return NULL;
  transfer->http = http;
  transfer->easy = curl_easy_init();
  if (transfer->easy) return transfer;
  free(transfer);
  return NULL;
}

void http_transfer_delete(struct http_transfer *transfer) {
  if (!transfer) return;
  curl_easy_cleanup(transfer->easy);
  http_answer_free(&transfer->answer);
  arena_free(&transfer->memory);
  free(transfer);
}

void http_transfer_reset(struct http_transfer *transfer) {
  curl_easy_reset(transfer->easy);
  arena_reset(&transfer->memory);
  http_answer_reset(&transfer->answer, 0);
  transfer->detail[0] = '\0';
  transfer->amazon = transfer->second = transfer->waits = false;
  transfer->name = NULL;
}

/* The response, as it arrives. A callback that returns less than it was given stops the transfer. */

static size_t on_header(char *bytes, size_t one, size_t len, void *ctx) {
  (void)one;
  struct http_transfer *transfer = ctx;
  return http_answer_line(&transfer->answer, str_of(bytes, len)) ? len : 0;
}

static size_t on_body(char *bytes, size_t one, size_t len, void *ctx) {
  (void)one;
  struct http_transfer *transfer = ctx;
  curl_off_t announced = -1;
  if (transfer->answer.body.len == 0) curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
  return http_answer_body(&transfer->answer, str_of(bytes, len), announced) ? len : 0;
}

/* The request, as libcurl wants it. */

/* A link of the list that CURLOPT_HTTPHEADER borrows, in the arena. A header without a value is written "Name;". */
static bool link_header(struct http_transfer *transfer, struct curl_slist ***end, struct str name, struct str value) {
  value = str_trim(value);
  struct str between = value.len > 0 ? STR(": ") : STR(";");
  struct curl_slist *link = arena_alloc(&transfer->memory, sizeof *link + name.len + between.len + value.len + 1);
  if (!link) return false;
  char *text = (char *)(link + 1);
  *link = (struct curl_slist){ .data = text };
  memcpy(text, name.ptr, name.len);
  memcpy(text + name.len, between.ptr, between.len);
  if (value.len > 0) memcpy(text + name.len + between.len, value.ptr, value.len);
  text[name.len + between.len + value.len] = '\0';
  **end = link;
  *end = &link->next;
  return true;
}

/* "Name:" without a value tells libcurl not to add a header of its own. */
static struct curl_slist *own_headers(void) {
  static struct curl_slist expect = { "Expect:", NULL };
  static struct curl_slist accept = { "Accept:", &expect };
  static struct curl_slist type = { "Content-Type:", &accept };
  return &type;
}

static bool set_headers(struct http_transfer *transfer, const struct http_request *request) {
  struct curl_slist *first = NULL, **end = &first;
  for (size_t i = 0; i < request->header_count; i++) {
    const struct http_header *header = &request->headers[i];
    if (str_equal_nocase(header->name, STR("Content-Length"))) continue; /* libcurl's, from the body */
    if (!link_header(transfer, &end, header->name, header->value)) return false;
  }
  *end = own_headers();
  return curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, first) == CURLE_OK;
}

/* Whether the method says that content is expected: then its length is sent even when it is 0 (RFC 9110, section 8.6). */
static bool expects_content(struct str method) {
  return str_equal(method, STR("POST")) || str_equal(method, STR("PUT")) || str_equal(method, STR("PATCH"));
}

static bool set_method(struct http_transfer *transfer, const struct http_request *request) {
  CURL *easy = transfer->easy;
  struct str method = request->method.len > 0 ? request->method : STR("GET"), body = request->body;
  if (str_equal(method, STR("HEAD"))) return curl_easy_setopt(easy, CURLOPT_NOBODY, 1L) == CURLE_OK;
  if (body.len > 0 || expects_content(method)) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.len > 0 ? body.ptr : "");
  }
  struct str text = arena_copy(&transfer->memory, method);
  return text.ptr && curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, text.ptr) == CURLE_OK;
}

/* Where host and port end, for messages. What stands in the place of a port and is no number is left out: it is half of a
 * password, as in "http://user:pass/word@host". */
static size_t origin_end(struct str url, size_t host, size_t end) {
  size_t colon = end;
  while (colon > host && url.ptr[colon - 1] >= '0' && url.ptr[colon - 1] <= '9') colon--;
  if (colon > host && url.ptr[colon - 1] == ':') return end;
  if (url.ptr[host] == '[') return end; /* an address of IPv6: it has colons of its own */
  size_t first = str_find(url, STR(":"), host);
  return first < end ? first : end;
}

static bool set_url(struct http_transfer *transfer, struct str url) {
  struct str copy = arena_copy(&transfer->memory, url);
  size_t host = str_find(copy, STR("://"), 0) + 3, end = host;
  while (end < copy.len && !strchr("/?#", copy.ptr[end])) end++;
  size_t user = end;
  while (user > host && copy.ptr[user - 1] != '@') user--;
  /* a name and password stay out of messages */
  transfer->answer.origin = str_slice(copy, user > host ? user : 0, origin_end(copy, user, end));
  curl_easy_setopt(transfer->easy, CURLOPT_PATH_AS_IS, 1L);
  return copy.ptr && curl_easy_setopt(transfer->easy, CURLOPT_URL, copy.ptr) == CURLE_OK;
}

static bool set_limits(struct http_transfer *transfer, int64_t waited_ms) {
  int64_t whole = transfer->timeout_ms - waited_ms, connect = transfer->connect_timeout_ms - waited_ms;
  if (whole < 1) whole = 1; /* 0 has another meaning */
  if (connect < 1) connect = 1;
  return curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, (long)(whole > INT32_MAX ? INT32_MAX : whole)) ==
             CURLE_OK &&
         curl_easy_setopt(transfer->easy, CURLOPT_CONNECTTIMEOUT_MS,
                          (long)(connect > INT32_MAX ? INT32_MAX : connect)) == CURLE_OK;
}

bool http_transfer_waited(struct http_transfer *transfer) {
  return set_limits(transfer, (clock_monotonic_ns() - transfer->begun_ns) / NS_PER_MS);
}

int http_transfer_no_memory(void) {
  return CURLE_OUT_OF_MEMORY;
}

/* CURLOPT_SOCKOPTFUNCTION: a socket is made when there is an address for it. */
static int on_socket(void *ctx, curl_socket_t fd, curlsocktype purpose) {
  (void)fd;
  (void)purpose;
  struct http_transfer *transfer = ctx;
  transfer->resolved(transfer);
  return CURL_SOCKOPT_OK;
}

/* CURLOPT_PREREQFUNCTION: there is a connection, perhaps one that was there already. */
static int on_connection(void *ctx, char *their_address, char *our_address, int their_port, int our_port) {
  (void)their_address;
  (void)our_address;
  (void)their_port;
  (void)our_port;
  struct http_transfer *transfer = ctx;
  transfer->resolved(transfer);
  return CURL_PREREQFUNC_OK;
}

void http_transfer_on_resolved(struct http_transfer *transfer, void (*resolved)(struct http_transfer *transfer)) {
  CURL *easy = transfer->easy;
  transfer->resolved = resolved;
  curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connection);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
}

static void set_habits(CURL *easy) {
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* never wait for a resolver thread when a transfer ends early */
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_SECONDS);
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, (long)HTTP_NAMES_SECONDS);
}

/* CURLOPT_OPENSOCKETFUNCTION. Programs that handlers start do not get it. */
static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)ctx;
  (void)purpose;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void set_callbacks(struct http_transfer *transfer, struct http_multi *multi) {
  CURL *easy = transfer->easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->detail);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, http_multi_close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, multi);
}

bool http_transfer_begin(struct http_transfer *transfer, const struct http_request *request, struct http_multi *multi,
                         char err[ERR_LEN]) {
  http_answer_reset(&transfer->answer, request->body_max > 0 ? request->body_max : HTTP_BODY_MAX);
  set_habits(transfer->easy);
  transfer->begun_ns = clock_monotonic_ns();
  transfer->timeout_ms = request->timeout_ms > 0 ? request->timeout_ms : HTTP_TIMEOUT_MS;
  transfer->connect_timeout_ms =
      request->connect_timeout_ms > 0 ? request->connect_timeout_ms : HTTP_CONNECT_TIMEOUT_MS;
  set_limits(transfer, 0);
  set_callbacks(transfer, multi);
  if (set_url(transfer, request->url) && set_method(transfer, request) && set_headers(transfer, request)) return true;
  return fail(err, "http: out of memory");
}

/* The end. */

static enum http_code code_of(CURLcode result) {
  switch (result) {
  case CURLE_OPERATION_TIMEDOUT:
    return HTTP_TIMEOUT;
  case CURLE_URL_MALFORMAT:
    return HTTP_BAD_REQUEST;
  default:
    return HTTP_NETWORK;
  }
}

/* Whether the connection failed, which it need not do again; a certificate that is refused stays refused. */
static bool is_loss(CURLcode result) {
  switch (result) {
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_CONNECT:
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_SEND_ERROR:
  case CURLE_RECV_ERROR:
  case CURLE_GOT_NOTHING:
  case CURLE_PARTIAL_FILE:
  case CURLE_OPERATION_TIMEDOUT:
    return true;
  default:
    return false;
  }
}

bool http_transfer_is_unresolved(int result) {
  return result == CURLE_COULDNT_RESOLVE_HOST;
}

bool http_transfer_is_distrust(int result) {
  return result == CURLE_PEER_FAILED_VERIFICATION;
}

/* What libcurl 7.88 says in its own way: a header line longer than 100 KB is out of memory to it, and a connection that
 * was closed within the headers is fine. */
static void judge_headers(struct http_answer *answer, int result) {
  if (answer->headers_over || answer->header_bytes == 0) return;
  if (result == CURLE_OUT_OF_MEMORY)
    http_answer_refuse(answer, HTTP_TOO_LARGE, "a header line of the response is too long");
  if (result != CURLE_OK) return;
  http_answer_refuse(answer, HTTP_NETWORK, "the connection was closed within the response's headers");
  answer->lost = true;
}

/* libcurl's sentence, or ours where it names a constant of OpenSSL's. */
static const char *why_of(const struct http_transfer *transfer, CURLcode result) {
  if (result == CURLE_SSL_CONNECT_ERROR && strstr(transfer->detail, "SSL_ERROR_SYSCALL"))
    return "the connection was closed within the TLS handshake";
  return transfer->detail[0] ? transfer->detail : curl_easy_strerror(result);
}

void http_transfer_end(struct http_transfer *transfer, int result, struct http_response *response) {
  struct http_answer *answer = &transfer->answer;
  if (answer->code == HTTP_OK) judge_headers(answer, result);
  if (answer->code == HTTP_OK && result != CURLE_OK) {
    http_answer_refuse(answer, code_of((CURLcode)result), why_of(transfer, (CURLcode)result));
    answer->lost = is_loss((CURLcode)result);
  }
  http_answer_get(answer, response);
}
