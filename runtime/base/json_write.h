/* json_write.h -- JSON strings and numbers, written to a buffer.
 * Used wherever the project makes JSON: Lua values, log records, error reports. What does not fit marks the buffer as
 * failed, as with every addition.
 */
#ifndef MOONWIRE_JSON_WRITE_H
#define MOONWIRE_JSON_WRITE_H

#include "buf.h"
#include "str.h"

/* The string in quotes, so that json_parse gives back exactly these bytes. Quotes, backslashes and control characters are
 * escaped (RFC 8259, section 7), everything else is written as it is, invalid UTF-8 included; only an unpaired surrogate
 * in generalised UTF-8 (ED A0 80) is written as an escape (\ud800). */
void json_write_string(struct buf *b, struct str s);

/* The same, but the result is valid UTF-8 for every input: each maximal run of bytes that cannot be part of a character
 * becomes one U+FFFD (Unicode, section 3.9, "substitution of maximal subparts"). For log lines and error reports. */
void json_write_string_utf8(struct buf *b, struct str s);

/* The same in printable ASCII alone, for places that take nothing else, such as a header: all other characters, DEL among
 * them, are escaped (surrogate pairs where it takes two), bytes that are no UTF-8 become \ufffd. At most `max` bytes,
 * quotes included (2 at least): a longer string is cut in front of a character. */
void json_write_string_ascii(struct buf *b, struct str s, size_t max);

/* The number with the fewest digits (15 to 17) that are read back as the same double; integers up to 2^63 without
 * fraction and exponent; minus zero as -0. Infinity and NaN, which JSON does not have, are written as null. */
void json_write_number(struct buf *b, double number);

#endif
