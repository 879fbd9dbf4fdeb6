/* project_http_route.h -- an `httpApi` event of a function: a route of the HTTP API.
 * "GET /users/{id}", "*" (or "$default"), or a mapping with method and path.
 * Source: Serverless Framework v3, "HTTP API" (docs/providers/aws/events/http-api.md) and its schema
 * (lib/plugins/aws/package/compile/events/http-api.js); API Gateway Developer Guide, "Create routes for HTTP APIs".
 */
#ifndef MOONWIRE_PROJECT_HTTP_ROUTE_H
#define MOONWIRE_PROJECT_HTTP_ROUTE_H

#include "project_value.h"

enum {
  PROJECT_HTTP_ROUTES_MAX = 1000, /* API Gateway's own quota is 300 */
  PROJECT_HTTP_TIMEOUT_S = 30     /* API Gateway waits no longer for a function */
};

struct project_http_routes {
  struct project_http_route *list; /* room for PROJECT_HTTP_ROUTES_MAX */
  size_t count;
};

/* Whose events they are. */
struct project_http_owner {
  const struct project_function *function;
  struct str payload; /* the payload format of its events: "2.0" */
};

/* Adds the route that the event with this key stands for; `place` is the event's: "functions.echo.events[0].". A route that
 * is there already is an error. A route that cannot be served as on AWS (an authorizer, the payload format 1.0) has a
 * refusal, and is warned about. */
bool project_http_route_add(struct project_report *report, struct project_place place, const struct yaml_entry *at,
                            const struct project_http_owner *owner, struct project_http_routes *routes);

#endif
