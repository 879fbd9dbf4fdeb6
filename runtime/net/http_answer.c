#include "http_answer.h"

#include <stdlib.h>

enum { KEPT_BODY = 64 * 1024 };

void http_answer_reset(struct http_answer *a, size_t body_max) {
  arena_reset(&a->memory);
  buf_trim(&a->body, KEPT_BODY);
  a->body.ceiling = body_max;
  a->origin = STR("");
  a->code = HTTP_OK;
  a->lost = false;
  a->message[0] = '\0';
  a->status = 0;
  a->headers_over = false;
  a->header_bytes = a->header_count = 0;
}

void http_answer_free(struct http_answer *a) {
  arena_free(&a->memory);
  buf_free(&a->body);
  free(a->headers);
  *a = (struct http_answer){ 0 };
}

bool http_answer_refuse(struct http_answer *a, enum http_code code, const char *why) {
  a->code = code;
  return fail(a->message, "%.*s: %s", STR_ARG(a->origin), why);
}

static bool add_header(struct http_answer *a, struct str name, struct str value) {
  if (a->header_count == a->header_room) {
    size_t room = a->header_room ? a->header_room * 2 : 16;
    struct http_header *headers = realloc(a->headers, room * sizeof *headers);
    if (!headers) return http_answer_refuse(a, HTTP_NETWORK, "out of memory");
    a->headers = headers;
    a->header_room = room;
  }
  struct http_header header = { arena_copy(&a->memory, name), arena_copy(&a->memory, value) };
  if (!header.name.ptr || !header.value.ptr) return http_answer_refuse(a, HTTP_NETWORK, "out of memory");
  a->headers[a->header_count++] = header;
  return true;
}

/* "HTTP/1.1 200 OK": another response begins; the ones before it were interim (RFC 9110, section 15.2). */
static bool begin_response(struct http_answer *a, struct str line) {
  struct str version, rest, status, reason;
  int64_t number = 0;
  str_cut(line, ' ', &version, &rest);
  str_cut(str_trim(rest), ' ', &status, &reason);
  if (status.len != 3 || !str_to_int64(status, &number))
    return http_answer_refuse(a, HTTP_NETWORK, "the response has a malformed status line");
  a->status = (int)number;
  a->header_count = 0;
  return true;
}

/* One number, and the same one every time: two lengths are two responses to two readers (RFC 9112, section 6.3). libcurl
 * would take the digits in front. */
static bool is_sound(const struct http_answer *a, struct str name, struct str value) {
  int64_t length;
  if (!str_equal_nocase(name, STR("Content-Length"))) return true;
  if (!str_to_int64(value, &length)) return false;
  struct http_response so_far = { .headers = a->headers, .header_count = a->header_count };
  struct str earlier = http_response_header(&so_far, name);
  return earlier.len == 0 || str_equal(earlier, value);
}

/* A name may be followed by no blank, and a line that begins with one continues the line before: nobody writes that any
 * more, and readers disagree about it (RFC 9112, sections 5.1 and 5.2). */
static bool header_line(struct http_answer *a, struct str line) {
  struct str name, value;
  bool colon = str_cut(line, ':', &name, &value);
  value = str_trim(value);
  if (!colon || name.len == 0 || str_trim(name).len != name.len || !is_sound(a, name, value))
    return http_answer_refuse(a, HTTP_NETWORK, "the response has a malformed header line");
  return add_header(a, name, value);
}

static struct str without_line_end(struct str line) {
  while (line.len > 0 && (line.ptr[line.len - 1] == '\n' || line.ptr[line.len - 1] == '\r')) line.len--;
  return line;
}

bool http_answer_line(struct http_answer *a, struct str line) {
  if (a->headers_over) return true;
  a->header_bytes += line.len;
  if (a->header_bytes > HTTP_HEADERS_MAX)
    return http_answer_refuse(a, HTTP_TOO_LARGE, "the response's headers are too large");
  line = without_line_end(line);
  if (str_starts(line, STR("HTTP/"))) return begin_response(a, line);
  if (line.len > 0) return header_line(a, line);
  a->headers_over = a->status >= 200;
  return true;
}

bool http_answer_body(struct http_answer *a, struct str bytes, int64_t announced) {
  if (announced <= 0 || (uint64_t)announced <= a->body.ceiling)
    buf_add(&a->body, bytes);
  else
    a->body.failed = true;
  if (!a->body.failed) return true;
  char why[ERR_LEN];
  fail(why, "the response's body is larger than %zu bytes", a->body.ceiling);
  return http_answer_refuse(a, HTTP_TOO_LARGE, why);
}

void http_answer_get(const struct http_answer *a, struct http_response *out) {
  *out = (struct http_response){ .code = a->code, .lost = a->lost, .message = a->message, .origin = a->origin };
  if (a->code != HTTP_OK) return;
  out->status = a->status;
  out->headers = a->headers;
  out->header_count = a->header_count;
  out->body = buf_str(&a->body);
}
