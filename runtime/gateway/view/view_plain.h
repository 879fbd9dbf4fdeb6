/* view_plain.h -- text of strangers made fit for a terminal.
 * Whatever a terminal could take for a command, or what would show text in another order than it has, becomes visible:
 * bytes that are control characters or no UTF-8 as \x1b, characters (U+0080 to U+009F, line separators, marks of
 * bidirectional text) as \u202e. A tab stays.
 */
#ifndef MOONWIRE_VIEW_PLAIN_H
#define MOONWIRE_VIEW_PLAIN_H

#include "buf.h"
#include "str.h"

void view_plain_add(struct buf *out, struct str text);

/* The same, filled up with blanks to so many characters. */
void view_plain_pad(struct buf *out, struct str text, size_t width);

/* Number of characters that view_plain_add would write. */
size_t view_plain_width(struct str text);

#endif
