/* http_answer.h -- the response of one transfer, as it arrives: line by line, then piece by piece.
 * Knows nothing of libcurl. A function that returns false has written why (code and message): the transfer must end.
 */
#ifndef MOONWIRE_HTTP_ANSWER_H
#define MOONWIRE_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "buf.h"
#include "err.h"
#include "http.h"
#include "str.h"

/* Zero it before the first use. */
struct http_answer {
  struct str origin;           /* "https://host:port", put in front of messages; borrowed */
  enum http_code code;         /* HTTP_OK until something is wrong */
  bool lost;                   /* that is the connection, or no answer in time */
  char message[ERR_LEN];       /* what is wrong */
  int status;                  /* of the response whose lines arrive now */
  bool headers_over;           /* the header lines of the final response are complete */
  size_t header_bytes;         /* of all lines so far */
  struct http_header *headers; /* heap; grown as needed; the strs are in memory */
  size_t header_count, header_room;
  struct arena memory;
  struct buf body; /* its ceiling is the limit */
};

/* Forgets everything, keeps memory for the next response. */
void http_answer_reset(struct http_answer *a, size_t body_max);

void http_answer_free(struct http_answer *a);

/* Writes code and "origin: why", and returns false. */
bool http_answer_refuse(struct http_answer *a, enum http_code code, const char *why);

/* One line as it came: a status line, a header, or the empty line behind them, with or without its line end. Lines behind
 * the final response's empty one are trailers, and dropped. */
bool http_answer_line(struct http_answer *a, struct str line);

/* A piece of the body. announced: the length of the whole according to the headers, or -1. */
bool http_answer_body(struct http_answer *a, struct str bytes, int64_t announced);

/* Fills *out, borrowed from *a. */
void http_answer_get(const struct http_answer *a, struct http_response *out);

#endif
