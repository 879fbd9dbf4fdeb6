/* field.h -- named values in the order they came: header fields, query parameters. Borrowed; pure. */
#ifndef MOONWIRE_FIELD_H
#define MOONWIRE_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "str.h"

struct field {
  struct str name; /* as sent; header names compare without case (RFC 9110, section 5.1) */
  struct str value;
};

struct fields {
  const struct field *list;
  size_t count;
};

/* The value of the last header with this name, in any letter case; an empty str with a NULL ptr when there is none. */
struct str field_header(struct fields headers, struct str name);

/* How many headers have this name, in any letter case. */
size_t field_count(struct fields headers, struct str name);

/* Bytes of all of them, on lines of a head: "name: value\r\n". */
size_t field_bytes(struct fields fields);

/* Whether a comma-separated header has this token, in any letter case, in any of its lines: "Connection: keep-alive, Upgrade". */
bool field_has_token(struct fields headers, struct str name, struct str token);

#endif
