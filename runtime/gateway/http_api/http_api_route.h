/* http_api_route.h -- which route of an HTTP API a request takes, and what stands for the variables of its path. Pure.
 * Source: API Gateway Developer Guide, "Create routes for HTTP APIs": a full match of path and method, then one with a greedy
 * variable, then $default; ANY stands for the methods that a path has no route for.
 */
#ifndef MOONWIRE_HTTP_API_ROUTE_H
#define MOONWIRE_HTTP_API_ROUTE_H

#include <stdbool.h>

#include "http_api.h"

/* NULL when there is none. The path is decoded. */
const struct http_api_route *http_api_route_select(const struct http_api *api, struct str method, struct str path);

/* One variable of a route's path: "id" is "7" in "/users/7", "proxy" is "a/b" in "/files/a/b". */
struct http_api_variables {
  struct str template, path; /* what is left of them; for http_api_route.c */
};

/* For a route that was selected for this path. */
struct http_api_variables http_api_route_variables(const struct http_api_route *route, struct str path);
bool http_api_route_variable(struct http_api_variables *left, struct field *variable);

#endif
