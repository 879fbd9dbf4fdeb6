#include "http.h"

#include <string.h>

static bool is_token_char(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-') return true;
  return c != '\0' && strchr("!#$%&'*+.^_`|~", c);
}

static bool is_token(struct str s) {
  for (size_t i = 0; i < s.len; i++)
    if (!is_token_char(s.ptr[i])) return false;
  return s.len > 0;
}

static bool check_method(struct str method, struct str body, char err[ERR_LEN]) {
  if (method.len == 0) return true;
  if (!is_token(method)) return fail(err, "method has a character that no method may have");
  if (str_equal_nocase(method, STR("CONNECT"))) return fail(err, "method CONNECT is not supported");
  if (body.len > 0 && str_equal(method, STR("HEAD"))) return fail(err, "a HEAD request has no body");
  return true;
}

static bool check_controls(struct str url, char err[ERR_LEN]) {
  for (size_t i = 0; i < url.len; i++)
    if ((unsigned char)url.ptr[i] < ' ' || url.ptr[i] == 127) return fail(err, "url has a control character");
  return true;
}

bool http_url_check(struct str url, char err[ERR_LEN]) {
  struct str scheme = str_slice(url, 0, str_find(url, STR("://"), 0));
  if (!str_equal_nocase(scheme, STR("http")) && !str_equal_nocase(scheme, STR("https")))
    return fail(err, "url must start with http:// or https://");
  for (size_t i = 0; i < url.len; i++)
    if (url.ptr[i] <= ' ' || url.ptr[i] > '~')
      return fail(err, "url has a byte that must be percent-encoded, at position %zu", i + 1);
  return true;
}

/* Length and framing follow from the body; a second opinion in a header is how requests are smuggled. */
static bool check_framing(const struct http_header *header, struct str body, char err[ERR_LEN]) {
  if (str_equal_nocase(header->name, STR("Transfer-Encoding")))
    return fail(err, "header Transfer-Encoding cannot be set");
  if (!str_equal_nocase(header->name, STR("Content-Length"))) return true;
  int64_t length;
  if (str_to_int64(str_trim(header->value), &length) && (uint64_t)length == body.len) return true;
  return fail(err, "header Content-Length differs from the length of the body");
}

static bool is_one_line(struct str s) {
  return s.len == 0 || !(memchr(s.ptr, '\r', s.len) || memchr(s.ptr, '\n', s.len) || memchr(s.ptr, '\0', s.len));
}

static bool check_header(const struct http_header *header, struct str body, char err[ERR_LEN]) {
  if (!is_token(header->name)) return fail(err, "header name is empty or has a character that no name may have");
  if (!is_one_line(header->value))
    return fail(err, "header %.*s has a line break or NUL in its value", STR_ARG(header->name));
  return check_framing(header, body, err);
}

bool http_request_check(const struct http_request *request, char err[ERR_LEN]) {
  if (!check_method(request->method, request->body, err)) return false;
  if (!check_controls(request->url, err)) return false;
  for (size_t i = 0; i < request->header_count; i++)
    if (!check_header(&request->headers[i], request->body, err)) return false;
  if (request->timeout_ms < 0 || request->connect_timeout_ms < 0) return fail(err, "timeout_ms must not be negative");
  return true;
}
