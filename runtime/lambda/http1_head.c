#include "http1_head.h"

#include <string.h>

/* "HTTP/1.1 200 OK": the version decides whether the connection persists unless a header says otherwise. */
static bool read_status_line(struct http1_reader *r, struct str line, char err[ERR_LEN]) {
  int64_t status;
  bool known = str_starts(line, STR("HTTP/1.1 ")) || str_starts(line, STR("HTTP/1.0 "));
  if (!known || !str_to_int64(str_slice(line, 9, 12), &status) || line.len < 12 ||
      (line.len > 12 && line.ptr[12] != ' ') || status < 100 || status > 599)
    return fail(err, "malformed status line \"%.*s\"", (int)(line.len < 60 ? line.len : 60), line.ptr ? line.ptr : "");
  r->status = (int)status;
  r->keep_alive = line.ptr[7] == '1';
  return true;
}

/* RFC 9110, section 5.6.2 */
static bool is_token(struct str name) {
  static const bool allowed[256] = {
    ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['!'] = true, ['#'] = true, ['$'] = true,
    ['%'] = true,         ['&'] = true,         ['\''] = true,        ['*'] = true, ['+'] = true, ['-'] = true,
    ['.'] = true,         ['^'] = true,         ['_'] = true,         ['`'] = true, ['|'] = true, ['~'] = true,
  };
  for (size_t i = 0; i < name.len; i++)
    if (!allowed[(unsigned char)name.ptr[i]]) return false;
  return name.len > 0;
}

static bool read_header_line(struct http1_reader *r, struct str line, char err[ERR_LEN]) {
  struct str name, value;
  if (!str_cut(line, ':', &name, &value) || !is_token(name)) return fail(err, "malformed header line");
  if (memchr(line.ptr, '\0', line.len) || memchr(line.ptr, '\r', line.len))
    return fail(err, "a NUL or CR in header %.*s", STR_ARG(name));
  if (r->header_count == HTTP1_HEADERS_MAX) return fail(err, "more than %d headers", HTTP1_HEADERS_MAX);
  r->headers[r->header_count++] = (struct http1_header){ name, str_trim(value) };
  return true;
}

/* Cuts the next line off *text, without its CRLF or LF. */
static struct str take_line(struct str *text) {
  struct str line;
  str_cut(*text, '\n', &line, text);
  return str_ends(line, STR("\r")) ? str_slice(line, 0, line.len - 1) : line;
}

static bool is_folded(struct str text) {
  return text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t');
}

/* The next header, with the lines that are folded into it: blanks take the place of the line ends. */
static struct str take_field(struct http1_reader *r, struct str *text) {
  struct str line = take_line(text);
  while (line.len > 0 && is_folded(*text)) {
    char *fold = r->head.ptr + (line.ptr + line.len - r->head.ptr);
    memset(fold, ' ', (size_t)(text->ptr - fold));
    struct str more = take_line(text);
    line.len = (size_t)(more.ptr + more.len - line.ptr);
  }
  return line;
}

static bool read_head(struct http1_reader *r, char err[ERR_LEN]) {
  struct str text = buf_str(&r->head);
  if (!read_status_line(r, take_line(&text), err)) return false;
  for (;;) {
    struct str line = take_field(r, &text);
    if (line.len == 0) return true;
    if (!read_header_line(r, line, err)) return false;
  }
}

/* How the body is delimited (RFC 9112, section 6.3) */

struct framing {
  int64_t length; /* of Content-Length; -1 when there is none */
  bool chunked, close, keep_alive;
};

static bool read_content_length(struct framing *f, struct str value, char err[ERR_LEN]) {
  int64_t length;
  if (!str_to_int64(value, &length)) return fail(err, "malformed Content-Length");
  if (f->length >= 0 && f->length != length) return fail(err, "two different Content-Lengths");
  if (length > HTTP1_BODY_MAX)
    return fail(err, "a body of %lld bytes; at most %d are read", (long long)length, HTTP1_BODY_MAX);
  f->length = length;
  return true;
}

/* Chunked, once, is the only coding: a second one, in whatever header, would have to be undone first. */
static bool read_coding(struct framing *f, struct str value, char err[ERR_LEN]) {
  if (f->chunked || !str_equal_nocase(value, STR("chunked"))) return fail(err, "unknown Transfer-Encoding");
  f->chunked = true;
  return true;
}

/* A list, in any case (RFC 9110, section 7.6.1). */
static void read_connection(struct framing *f, struct str value) {
  struct str item;
  while (value.len > 0) {
    str_cut(value, ',', &item, &value);
    if (str_equal_nocase(str_trim(item), STR("close"))) f->close = true;
    if (str_equal_nocase(str_trim(item), STR("keep-alive"))) f->keep_alive = true;
  }
}

static bool read_framing(const struct http1_reader *r, struct framing *f, char err[ERR_LEN]) {
  *f = (struct framing){ .length = -1 };
  for (size_t i = 0; i < r->header_count; i++) {
    struct str name = r->headers[i].name, value = r->headers[i].value;
    if (str_equal_nocase(name, STR("Content-Length")) && !read_content_length(f, value, err)) return false;
    if (str_equal_nocase(name, STR("Transfer-Encoding")) && !read_coding(f, value, err)) return false;
    if (str_equal_nocase(name, STR("Connection"))) read_connection(f, value);
  }
  return true;
}

static bool choose_body(struct http1_reader *r, char err[ERR_LEN]) {
  struct framing f;
  if (!read_framing(r, &f, err)) return false;
  if (f.keep_alive) r->keep_alive = true;
  if (f.close) r->keep_alive = false;
  r->body_left = f.length > 0 ? (uint64_t)f.length : 0;
  if (r->status == 204 || r->status == 304) {
    r->state = HTTP1_COMPLETE;
  } else if (f.chunked) {
    bool old = r->head.ptr[7] == '0'; /* HTTP/1.0 has no chunks: whoever sends them is not sure what it speaks */
    if (f.length >= 0 || old) r->keep_alive = false; /* a confused peer: chunks win, the connection is not trusted */
    r->state = HTTP1_IN_CHUNK_SIZE;
  } else if (f.length >= 0) {
    r->state = r->body_left > 0 ? HTTP1_IN_LENGTH_BODY : HTTP1_COMPLETE;
  } else {
    r->keep_alive = false;
    r->state = HTTP1_IN_ENDLESS_BODY;
  }
  return true;
}

bool http1_head_read(struct http1_reader *r, char err[ERR_LEN]) {
  return read_head(r, err) && choose_body(r, err);
}
