/* utf8.h -- where bytes are UTF-8 and where they are not (Unicode, section 3.9, table 3-7; RFC 3629). */
#ifndef MOONWIRE_UTF8_H
#define MOONWIRE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "str.h"

/* Length of what begins at the first byte of s, which is not empty: a character (*valid is true), or a maximal run of
 * bytes that cannot be part of one (*valid is false). 1 to 4. */
size_t utf8_length(struct str s, bool *valid);

/* Length of the control character that s, which is not empty, begins with: C0, DEL, or C1 (U+0080 to U+009F). 0 when there
 * is none. */
size_t utf8_control(struct str s);

/* Length of the longest prefix of s that is whole, valid characters. */
size_t utf8_prefix(struct str s);

/* The first `most` bytes of s at most, cut between two characters: none is split. What is no UTF-8 is cut anywhere. */
struct str utf8_cut(struct str s, size_t most);

#endif
