/* event_order.h -- of what `moonwire invoke` wants an event made, read from its JSON. Pure.
 *   a WebSocket route   {"route":"$connect","query":"a=b","headers":[["Name","value"]],"connectionId":"...","body":"..."}
 *   an HTTP request     {"function":"push","method":"POST","path":"/push/1","query":"a=b","headers":[...],"body":"..."}
 * Every member may be left out.
 */
#ifndef MOONWIRE_EVENT_ORDER_H
#define MOONWIRE_EVENT_ORDER_H

#include <stdbool.h>

#include "arena.h"
#include "err.h"
#include "field.h"
#include "str.h"

struct event_order {
  struct str route;         /* its key */
  struct str connection_id; /* well-formed, or empty: nobody's */
  struct str function;      /* as FunctionName of Lambda's Invoke */
  struct str method;
  struct str path, query; /* raw */
  struct fields headers;
  struct str body;
};

/* False, with a sentence, when it is none. Texts lie in the arena. */
bool event_order_read(struct event_order *order, struct str json, struct arena *arena, char err[ERR_LEN]);

#endif
