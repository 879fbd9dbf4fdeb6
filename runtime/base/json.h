/* json.h -- a JSON text as a tree of nodes.
 * Built by cJSON in an arena that the caller owns; this is the only file that knows cJSON. Reading is as strict as
 * RFC 8259 (json_check.h says what is refused and where); values come out whole:
 *   - strings may hold any byte: an escaped NUL is a NUL, bytes that are no UTF-8 stay as they are;
 *   - an unpaired surrogate (\ud800, which JavaScript clients may send) becomes the three bytes that UTF-8 would use for
 *     it (ED A0 80), and json_write_string writes it as \ud800 again;
 *   - numbers are doubles, read to the nearest one: integers are exact up to 2^53;
 *   - duplicate names are all there, in the order of the text; who looks up takes the last one.
 * Not for threads: the arena at work is a static variable, because cJSON's allocator takes no context.
 */
#ifndef MOONWIRE_JSON_H
#define MOONWIRE_JSON_H

#include <stdbool.h>

#include "arena.h"
#include "err.h"
#include "json_write.h" /* json_write_string, json_write_string_utf8, json_write_number */
#include "str.h"

enum { JSON_DEPTH = 512 }; /* arrays and objects inside one another, in both directions; "[[1]]" has 2 */

enum json_type { JSON_FALSE, JSON_TRUE, JSON_NULL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* One node of a document: opaque, owned by the arena. */
struct json;

/* What a node holds. The strs are borrowed from the arena. */
struct json_item {
  enum json_type type;
  bool named;               /* a member of an object */
  struct str name;          /* of a member */
  struct str text;          /* of a string */
  double number;            /* of a number; always finite */
  const struct json *first; /* first element or member; NULL when there is none */
  const struct json *next;  /* the node behind this one in its array or object; NULL at the end */
};

/* Reads a text that is one JSON value. A byte order mark in front is skipped (RFC 8259, section 8.1).
 * The tree borrows nothing from the text. On failure returns false, *root is NULL, and err says what was expected and
 * where: "line 1, column 8 (byte 7): expected a value, found '}'". What the arena then holds is rubbish until its reset. */
bool json_parse(struct arena *arena, struct str text, const struct json **root, char err[ERR_LEN]);

/* Fills *item. */
void json_read(const struct json *node, struct json_item *item);

/* Number of elements or members of an array or object; 0 for anything else. */
size_t json_count(const struct json *node);

/* The member with exactly this name (the last one, when there are several); NULL when the node has none, is no object,
 * or is NULL. */
const struct json *json_member(const struct json *node, struct str name);

/* The string that a member holds; empty when it is missing or no string. */
struct str json_member_text(const struct json *node, struct str name);

#endif
