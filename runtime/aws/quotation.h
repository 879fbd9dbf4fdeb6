/* quotation.h -- whether a text that came from outside shows a secret of ours: servers like to repeat what they were sent.
 * A net: it looks for pieces of the secret, so that one that is cut, percent-encoded, or written with entities or backslashes
 * is found, too.
 */
#ifndef MOONWIRE_QUOTATION_H
#define MOONWIRE_QUOTATION_H

#include <stdbool.h>

#include "credentials.h"
#include "str.h"

enum {
  QUOTATION_PIECE = 12, /* letters and digits in a row: no text has as many of a secret by chance */
  QUOTATION_SECRET = 8  /* bytes; what is shorter is a word, such as the "local" of local emulators, and no secret */
};

/* Whether the text holds the secret, or a piece of it. */
bool quotation_of_secret(struct str text, struct str secret);

/* Whether it shows the keys, or a header that was signed with them: its signature is good for five minutes. */
bool quotation_of_keys(struct str text, const struct credentials *keys);

#endif
