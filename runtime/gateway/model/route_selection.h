/* route_selection.h -- route selection expressions: "$request.body.action", "${request.body.a}-${request.body.b.c}".
 * Pure. Source: AWS, API Gateway Developer Guide, "WebSocket selection expressions" and "Create routes for WebSocket APIs".
 */
#ifndef MOONWIRE_ROUTE_SELECTION_H
#define MOONWIRE_ROUTE_SELECTION_H

#include <stdbool.h>

#include "arena.h"
#include "buf.h"
#include "err.h"
#include "str.h"

struct route_selection; /* parsed; lives in the arena */

/* Reads an expression. NULL, with err that names the place, when it is none, or uses a variable other than request.body. */
const struct route_selection *route_selection_parse(struct arena *memory, struct str expression, char err[ERR_LEN]);

/* The route key that the expression selects for a message body: appended to `key`. Appends nothing when the body is no JSON
 * object or array. Paths not found are empty; strings are taken as they are, other values as AWS writes them (1, true,
 * [item1, item2]). `scratch` is used for parsing the body. */
void route_selection_evaluate(const struct route_selection *selection, struct str body, struct arena *scratch,
                              struct buf *key);

/* Whether some message can select the key, whatever the body's values are. */
bool route_selection_can_select(const struct route_selection *selection, struct str key);

/* Appends the member of a JSON object by which a message selects the key: "action":"chat". *name is the member's, borrowed. False, and
 * nothing appended, when it takes more than one variable, an index, or the expression cannot give that key. */
bool route_selection_member(const struct route_selection *selection, struct str key, struct str *name, struct buf *out);

#endif
