/* route_selection_value.h -- a JSON value as the text that AWS compares with route keys. Pure.
 * Source: AWS, API Gateway Developer Guide, "Create routes for WebSocket APIs": an array becomes [item1, item2].
 */
#ifndef MOONWIRE_ROUTE_SELECTION_VALUE_H
#define MOONWIRE_ROUTE_SELECTION_VALUE_H

#include "buf.h"
#include "json.h"

/* Appends it. A string is taken as it is, a number has the fewest digits, true and false are words; an array is
 * [a, b] and an object {a=1, b=2}, without quotes, as Java writes lists and maps. null is empty, but "null" inside an array
 * or object. A node of NULL, a path that was not found, is empty. */
void route_selection_value_add(struct buf *key, const struct json *node);

#endif
