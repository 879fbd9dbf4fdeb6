/* secret.h -- which names and which places in a text stand for secrets. Pure. */
#ifndef MOONWIRE_SECRET_H
#define MOONWIRE_SECRET_H

#include <stdbool.h>

#include "buf.h"
#include "str.h"

/* Whether a value of this name is likely to be a secret. Only letters and digits of the name count, in any case:
 * "authorization", "Set-Cookie", "x-api-key", "X-Amz-Security-Token", "accessToken", "client_secret", "session" ... */
bool secret_is_name(struct str name);

/* Whether such a name stands in a text, as a word. */
bool secret_is_named_in(struct str text);

/* Adds the text with "(redacted)" in place of what follows a secret's name and "=" or ":", and "Bearer". */
void secret_cover(struct buf *out, struct str text);

#endif
