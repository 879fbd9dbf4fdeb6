/* project_route.h -- a `websocket` event of a function: a route of the WebSocket API.
 * Source: Serverless Framework v3, "WebSocket" (docs/providers/aws/events/websocket.md).
 */
#ifndef MOONWIRE_PROJECT_ROUTE_H
#define MOONWIRE_PROJECT_ROUTE_H

#include "project_value.h"

enum { PROJECT_ROUTES_MAX = 1000 /* API Gateway's own quota is 300 */ };

struct project_routes {
  struct project_route *list; /* room for PROJECT_ROUTES_MAX */
  size_t count;
};

/* Adds the route that the event with this key stands for; `place` is the event's: "functions.echo.events[0].". A route that
 * another function has already goes to this one, with a warning. */
bool project_route_add(struct project_report *report, struct project_place place, const struct yaml_entry *at,
                       const struct project_function *function, struct project_routes *routes);

#endif
