/* http1_reader.h -- reads one HTTP/1.1 response from bytes as they arrive (RFC 9112). Pure: no socket, no clock.
 * It understands what a Runtime API server may send: a status line, headers, and a body by Content-Length, by chunks or
 * up to the end of the connection. Interim (1xx) responses are skipped. Everything is bounded.
 */
#ifndef MOONWIRE_HTTP1_READER_H
#define MOONWIRE_HTTP1_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "str.h"

enum {
  HTTP1_HEAD_MAX = 256 * 1024,       /* bytes of status line and headers */
  HTTP1_BODY_MAX = 32 * 1024 * 1024, /* bytes; events are at most 6 MB */
  HTTP1_LINE_MAX = 8 * 1024,         /* bytes of a chunk-size or trailer line */
  HTTP1_HEADERS_MAX = 100,
  HTTP1_INTERIM_MAX = 20 /* 1xx responses before the real one */
};

struct http1_header {
  struct str name;  /* as sent: compare with str_equal_nocase */
  struct str value; /* without blanks at both ends; may be empty */
};

enum http1_progress {
  HTTP1_MORE, /* give it more bytes */
  HTTP1_DONE, /* the response is complete */
  HTTP1_BAD   /* not HTTP/1.1, or over a limit: err says what; the connection is of no further use */
};

enum http1_state {
  HTTP1_IN_HEAD,
  HTTP1_IN_LENGTH_BODY,
  HTTP1_IN_ENDLESS_BODY, /* up to the end of the connection */
  HTTP1_IN_CHUNK_SIZE,
  HTTP1_IN_CHUNK,
  HTTP1_IN_CHUNK_END,
  HTTP1_IN_TRAILER,
  HTTP1_COMPLETE
};

struct http1_reader {
  int status;                                     /* 100 to 599 */
  bool keep_alive;                                /* another request may follow on the connection */
  struct http1_header headers[HTTP1_HEADERS_MAX]; /* in order; point into head */
  size_t header_count;
  int interim_count; /* 1xx responses that came before this one */
  struct buf head;   /* owned; the status line and the headers */
  struct buf body;   /* owned; without chunk framing. The user of a complete response may swap it for another buf */
  enum http1_state state;
  struct buf line;    /* the chunk-size or trailer line at hand */
  uint64_t body_left; /* bytes of the body, or of the chunk, still to come */
};

void http1_reader_init(struct http1_reader *r);
void http1_reader_free(struct http1_reader *r);

/* Makes ready for the next response; keeps the memory. */
void http1_reader_reset(struct http1_reader *r);

/* Takes bytes; *used says how many belong to this response. err is written for HTTP1_BAD only. */
enum http1_progress http1_reader_feed(struct http1_reader *r, struct str bytes, size_t *used, char err[ERR_LEN]);

/* Whether a byte of the response came, an interim response included. */
bool http1_reader_has_begun(const struct http1_reader *r);

/* The peer closed the connection: HTTP1_DONE when that is how the response ends, else HTTP1_BAD. */
enum http1_progress http1_reader_end(struct http1_reader *r, char err[ERR_LEN]);

#endif
