/* json_cover.h -- brings bytes past cJSON that it would lose.
 * cJSON ends strings at NUL and refuses unpaired surrogates. So an escaped NUL is written as C0 80, a pair of bytes that
 * valid UTF-8 never holds; a byte C0 of the text itself becomes C0 81, so that nothing is ambiguous; an unpaired surrogate
 * escape becomes its three bytes of generalised UTF-8, which cJSON passes on. Uncovering undoes the two pairs.
 */
#ifndef MOONWIRE_JSON_COVER_H
#define MOONWIRE_JSON_COVER_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "str.h"

/* The covered copy of a text that json_check has accepted; ptr is NULL when memory is short. */
struct str json_cover(struct arena *arena, struct str text);

/* Restores a string in place and returns its length, which is at most len. */
size_t json_uncover(char *bytes, size_t len);

/* The code unit of a \uXXXX that begins at p, or -1 when there is something else. */
int json_unit_at(const char *p, const char *end);

static inline bool json_is_high_surrogate(int unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}

static inline bool json_is_low_surrogate(int unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

#endif
