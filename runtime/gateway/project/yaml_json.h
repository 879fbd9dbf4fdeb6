/* yaml_json.h -- JSON as a text that a reader of YAML takes. Pure.
 * YAML has all of JSON but for one thing: characters beyond U+FFFF are written \U0001F600, not as a pair of surrogates.
 * Source: YAML 1.2, sections 1.2 and 5.7; RFC 8259, section 7.
 */
#ifndef MOONWIRE_YAML_JSON_H
#define MOONWIRE_YAML_JSON_H

#include "arena.h"
#include "str.h"

/* The same text, with the same lines; a surrogate without its other half becomes U+FFFD. ptr is NULL when memory is
 * short. */
struct str yaml_from_json(struct arena *memory, struct str json);

#endif
