/* project_http_api.h -- `httpApi` of the provider and of functions: the payload format, and CORS.
 * Source: Serverless Framework v3, "HTTP API" (docs/providers/aws/events/http-api.md) and its code
 * (lib/plugins/aws/package/compile/events/http-api.js).
 */
#ifndef MOONWIRE_PROJECT_HTTP_API_H
#define MOONWIRE_PROJECT_HTTP_API_H

#include "project_http_route.h"
#include "project_value.h"

struct project_http_api {
  struct str payload;        /* "2.0", or "1.0" */
  struct project_cors *cors; /* in the report's arena; NULL when there is none */
};

/* Reads the key of the provider's mapping, which may be NULL. */
bool project_http_api_read(struct project_report *report, const struct yaml *provider, struct project_http_api *out);

/* The payload format of a function: its own, or the provider's. */
bool project_http_api_payload(struct project_report *report, struct project_place place, const struct yaml *function,
                              const struct project_http_api *api, struct str *out);

/* Once all routes are known: the methods that CORS allows when nobody says which are OPTIONS and those of the routes. */
bool project_http_api_finish(struct project_report *report, const struct project_http_api *api,
                             const struct project_http_routes *routes);

#endif
