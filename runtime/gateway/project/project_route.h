/* project_route.h -- the events of a function: which routes of the WebSocket API it serves. */
#ifndef MOONWIRE_PROJECT_ROUTE_H
#define MOONWIRE_PROJECT_ROUTE_H

#include "project_value.h"

enum {
  PROJECT_ROUTES_MAX = 1000, /* API Gateway's own quota is 300 */
  PROJECT_EVENTS_MAX = 10000 /* of all functions; aliases can repeat them without end */
};

struct project_routes {
  struct project_route *list; /* room for PROJECT_ROUTES_MAX */
  size_t count;
  size_t events_seen;
};

/* Adds the routes among the events of a function whose mapping is `map`; `place` is the function's. A route that another
 * function has already goes to this one, with a warning. */
bool project_routes_add(struct project_report *report, struct project_place place, const struct yaml *map,
                        const struct project_function *function, struct project_routes *routes);

#endif
