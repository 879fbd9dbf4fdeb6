#include "http_transfer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

_Static_assert((int)ERR_LEN >= CURL_ERROR_SIZE, "libcurl writes CURL_ERROR_SIZE bytes to detail");

enum { KEPT_BODY = 64 * 1024, IDLE_SECONDS = 60 };

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
  arena_free(&transfer->memory);
  buf_free(&transfer->body);
  free(transfer->headers);
  free(transfer);
}

void http_transfer_reset(struct http_transfer *transfer) {
  curl_easy_reset(transfer->easy);
  arena_reset(&transfer->memory);
  buf_trim(&transfer->body, KEPT_BODY);
  transfer->refused = HTTP_OK;
  transfer->status = 0;
  transfer->headers_over = false;
  transfer->header_bytes = transfer->header_count = 0;
  transfer->detail[0] = transfer->message[0] = '\0';
}

/* The response, as it arrives. A callback that returns less than it was given stops the transfer. */

static size_t refuse(struct http_transfer *transfer, enum http_code code, const char *why) {
  transfer->refused = code;
  fail(transfer->message, "%.*s: %s", STR_ARG(transfer->origin), why);
  return 0;
}

static bool add_header(struct http_transfer *transfer, struct str name, struct str value) {
  if (transfer->header_count == transfer->header_room) {
    size_t room = transfer->header_room ? transfer->header_room * 2 : 16;
    struct http_header *headers = realloc(transfer->headers, room * sizeof *headers);
    if (!headers) return false;
    transfer->headers = headers;
    transfer->header_room = room;
  }
  struct http_header header = { arena_copy(&transfer->memory, name), arena_copy(&transfer->memory, value) };
  if (!header.name.ptr || !header.value.ptr) return false;
  transfer->headers[transfer->header_count++] = header;
  return true;
}

/* "HTTP/1.1 200 OK": another response begins; the ones before it were interim (RFC 9110, section 15.2). libcurl has
 * checked its form. */
static void begin_response(struct http_transfer *transfer, struct str line) {
  struct str version, rest, status, reason;
  int64_t number = 0;
  str_cut(line, ' ', &version, &rest);
  str_cut(rest, ' ', &status, &reason);
  str_to_int64(status, &number);
  transfer->status = (int)number;
  transfer->header_count = 0;
}

/* One number, and the same one every time: two lengths are two responses to two readers (RFC 9112, section 6.3). libcurl
 * would take the digits in front. */
static bool is_sound(const struct http_transfer *transfer, struct str name, struct str value) {
  int64_t length;
  if (!str_equal_nocase(name, STR("Content-Length"))) return true;
  if (!str_to_int64(value, &length)) return false;
  struct http_response so_far = { .headers = transfer->headers, .header_count = transfer->header_count };
  struct str earlier = http_response_header(&so_far, name);
  return earlier.len == 0 || str_equal(earlier, value);
}

static struct str without_line_end(struct str line) {
  while (line.len > 0 && (line.ptr[line.len - 1] == '\n' || line.ptr[line.len - 1] == '\r')) line.len--;
  return line;
}

static size_t on_header(char *bytes, size_t one, size_t len, void *ctx) {
  (void)one;
  struct http_transfer *transfer = ctx;
  struct str line = without_line_end(str_of(bytes, len)), name, value;
  if (transfer->headers_over) return len; /* a trailer */
  transfer->header_bytes += len;
  if (transfer->header_bytes > HTTP_HEADERS_MAX)
    return refuse(transfer, HTTP_TOO_LARGE, "the response's headers are too large");
  if (line.len == 0) {
    transfer->headers_over = transfer->status >= 200;
  } else if (str_starts(line, STR("HTTP/"))) {
    begin_response(transfer, line);
  } else if (!str_cut(line, ':', &name, &value) || name.len == 0 || name.ptr[0] == ' ' || name.ptr[0] == '\t' ||
             !is_sound(transfer, name, str_trim(value))) {
    return refuse(transfer, HTTP_NETWORK, "the response has a malformed header line");
  } else if (!add_header(transfer, str_trim(name), str_trim(value))) {
    return refuse(transfer, HTTP_NETWORK, "out of memory");
  }
  return len;
}

static size_t refuse_body(struct http_transfer *transfer) {
  char why[64];
  fail(why, "the response's body is larger than %zu bytes", transfer->body.ceiling);
  return refuse(transfer, HTTP_TOO_LARGE, why);
}

static size_t on_body(char *bytes, size_t one, size_t len, void *ctx) {
  (void)one;
  struct http_transfer *transfer = ctx;
  curl_off_t announced = -1;
  if (transfer->body.len == 0) curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
  if (announced > 0 && (uint64_t)announced > transfer->body.ceiling) return refuse_body(transfer);
  buf_add(&transfer->body, str_of(bytes, len));
  return transfer->body.failed ? refuse_body(transfer) : len;
}

/* The request, as libcurl wants it. */

/* A link of the list that CURLOPT_HTTPHEADER borrows, in the arena. A header without a value is written "Name;". */
static bool link_header(struct http_transfer *transfer, struct curl_slist ***end, struct str name, struct str value) {
  value = str_trim(value);
  struct buf text;
  buf_init(&text, SIZE_MAX);
  buf_add(&text, name);
  buf_add(&text, value.len > 0 ? STR(": ") : STR(";"));
  buf_add(&text, value);
  struct curl_slist *link = arena_alloc(&transfer->memory, sizeof *link);
  struct str copy = text.failed ? STR("") : arena_copy(&transfer->memory, buf_str(&text));
  buf_free(&text);
  if (!link || copy.len == 0) return false;
  *link = (struct curl_slist){ .data = (char *)copy.ptr };
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

static bool set_url(struct http_transfer *transfer, struct str url) {
  struct str copy = arena_copy(&transfer->memory, url);
  size_t host = str_find(copy, STR("://"), 0) + 3, end = host;
  while (end < copy.len && !strchr("/?#", copy.ptr[end])) end++;
  size_t user = end;
  while (user > host && copy.ptr[user - 1] != '@') user--;
  transfer->origin = str_slice(copy, user > host ? user : 0, end); /* a name and password stay out of messages */
  curl_easy_setopt(transfer->easy, CURLOPT_PATH_AS_IS, 1L);
  return copy.ptr && curl_easy_setopt(transfer->easy, CURLOPT_URL, copy.ptr) == CURLE_OK;
}

static void set_limits(struct http_transfer *transfer, const struct http_request *request) {
  CURL *easy = transfer->easy;
  int64_t whole = request->timeout_ms > 0 ? request->timeout_ms : HTTP_TIMEOUT_MS;
  int64_t connect = request->connect_timeout_ms > 0 ? request->connect_timeout_ms : HTTP_CONNECT_TIMEOUT_MS;
  transfer->body.ceiling = request->body_max > 0 ? request->body_max : HTTP_BODY_MAX;
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(whole > INT32_MAX ? INT32_MAX : whole));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(connect > INT32_MAX ? INT32_MAX : connect));
}

static void set_habits(CURL *easy, struct str ca_file) {
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* never wait for a resolver thread when a transfer ends early */
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_SECONDS);
  if (ca_file.len > 0) curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file.ptr);
}

static void set_callbacks(struct http_transfer *transfer) {
  CURL *easy = transfer->easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->detail);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
}

bool http_transfer_begin(struct http_transfer *transfer, const struct http_request *request, struct str ca_file,
                         char err[ERR_LEN]) {
  set_habits(transfer->easy, ca_file);
  set_limits(transfer, request);
  set_callbacks(transfer);
  if (set_url(transfer, request->url) && set_method(transfer, request) && set_headers(transfer, request)) return true;
  return fail(err, "http: out of memory");
}

/* The end. */

static enum http_code code_of(CURLcode result) {
  switch (result) {
  case CURLE_OK:
    return HTTP_OK;
  case CURLE_OPERATION_TIMEDOUT:
    return HTTP_TIMEOUT;
  case CURLE_URL_MALFORMAT:
    return HTTP_BAD_REQUEST;
  default:
    return HTTP_NETWORK;
  }
}

/* What libcurl 7.88 says in its own way: a header line longer than 100 KB is out of memory to it, and a connection that
 * was closed within the headers is fine. */
static void judge_headers(struct http_transfer *transfer, int result) {
  if (transfer->refused != HTTP_OK || transfer->headers_over || transfer->header_bytes == 0) return;
  if (result == CURLE_OUT_OF_MEMORY) refuse(transfer, HTTP_TOO_LARGE, "a header line of the response is too long");
  if (result == CURLE_OK) refuse(transfer, HTTP_NETWORK, "the connection was closed within the response's headers");
}

struct http_response http_transfer_end(struct http_transfer *transfer, int result) {
  struct http_response response = { .code = code_of((CURLcode)result), .message = transfer->message };
  judge_headers(transfer, result);
  if (transfer->refused != HTTP_OK) {
    response.code = transfer->refused;
  } else if (response.code != HTTP_OK) {
    const char *why = transfer->detail[0] ? transfer->detail : curl_easy_strerror((CURLcode)result);
    fail(transfer->message, "%.*s: %s", STR_ARG(transfer->origin), why);
  } else {
    response.status = transfer->status;
    response.headers = transfer->headers;
    response.header_count = transfer->header_count;
    response.body = buf_str(&transfer->body);
  }
  return response;
}
