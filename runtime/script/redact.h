/* redact.h -- a JSON document written again without its secrets. Pure.
 * The value of a member is replaced by "(redacted)", whatever it is, when the name is one that secrets have (secret.h). A
 * string is looked into:
 *   - JSON in it, such as the body of an event, is redacted too and stays a string; JSON inside of that as well;
 *   - in other text, what follows a secret's name and "=" or ":" (query strings, forms, header lines), and "Bearer";
 *   - text that begins as JSON does but is none goes as a whole when a secret's name may be in it.
 * A body that isBase64Encoded is not shown. This is a net for what is usually called by its name; it cannot know a password
 * that stands in a chat message.
 */
#ifndef MOONWIRE_REDACT_H
#define MOONWIRE_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "buf.h"
#include "json.h"

struct redact_limits {
  size_t body_max;   /* bytes of a string that is called "body"; behind a longer one stands "... (truncated)" */
  size_t string_max; /* bytes of any other string */
};

/* Adds the document to out, as valid UTF-8. True when a string was cut. `memory` is for documents in strings. */
bool redact_write(struct buf *out, const struct json *root, struct redact_limits limits, struct arena *memory);

#endif
