/* json_check.h -- is a text JSON as RFC 8259 has it?
 * cJSON accepts more than the RFC: numbers such as 01 and 1., control characters in strings and as white space, \u
 * followed by anything, text behind the value. This reader refuses all of it, and it knows where. Refused besides: more
 * than JSON_DEPTH levels, and numbers beyond the range of a double (section 6 allows a limit; an infinity could not be
 * written again).
 */
#ifndef MOONWIRE_JSON_CHECK_H
#define MOONWIRE_JSON_CHECK_H

#include <stdbool.h>

#include "err.h"
#include "str.h"

/* True when the text (without byte order mark) is one JSON value. *cover then says whether a string of it holds an
 * escaped NUL, an unpaired surrogate escape or a byte C0, so that cJSON may have only a covered text (json_cover.h).
 * On failure writes err: line and column (in bytes, from 1), byte offset (from 0), what was expected and what is there. */
bool json_check(struct str text, bool *cover, char err[ERR_LEN]);

#endif
