/* http_api_path.h -- the path of a request as HTTP APIs see it. Pure.
 * Recorded (events of HTTP APIs, published with the Go library voker, 2026): the path is decoded, ends at the first decoded
 * "?", and is then decoded once more: "/a%3Fb" is "/a", "/a%252Fb" is "/a/b", and "/a%25b" is refused.
 */
#ifndef MOONWIRE_HTTP_API_PATH_H
#define MOONWIRE_HTTP_API_PATH_H

#include <stdbool.h>

#include "arena.h"
#include "str.h"

/* False when an escape is broken, or memory is short. *out lives in the arena. */
bool http_api_path_decode(struct arena *memory, struct str path, struct str *out);

#endif
