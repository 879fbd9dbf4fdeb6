/* sigv4_headers.h -- the headers that are signed, in canonical form.
 * Part of the signer (sigv4.c). Collect them in the order they are sent, then write them out.
 */
#ifndef MOONWIRE_SIGV4_HEADERS_H
#define MOONWIRE_SIGV4_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "buf.h"
#include "sigv4.h"

struct sigv4_signed_header {
  struct str name;  /* lower case; in the arena */
  struct str value; /* borrowed */
  size_t order;     /* duplicates keep it */
};

struct sigv4_headers {
  struct arena *memory;
  struct str only; /* when not empty: the names to sign, "host;x-amz-date" */
  struct sigv4_signed_header *list;
  size_t count;
};

/* An empty list with room for `room` headers. False when memory is short. */
bool sigv4_headers_init(struct sigv4_headers *h, struct arena *memory, size_t room, struct str only);

/* Adds a header, unless it is one that is not signed. False when memory is short. */
bool sigv4_headers_add(struct sigv4_headers *h, struct str name, struct str value);

/* Sorts by name. Call it once, before the two below. */
void sigv4_headers_sort(struct sigv4_headers *h);

/* Appends "host:example.com\n..." : one line a name; values trimmed, blanks and line breaks inside collapsed to one space,
 * values of duplicates joined by a comma. */
void sigv4_headers_write(const struct sigv4_headers *h, struct buf *out);

/* Appends "host;x-amz-date". */
void sigv4_headers_write_names(const struct sigv4_headers *h, struct buf *out);

#endif
