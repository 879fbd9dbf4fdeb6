/* http_api_cors.h -- what an HTTP API with a CORS configuration says to browsers. Pure.
 * Preflights are answered without a function, and what a function says about CORS is not passed on.
 * Source: API Gateway Developer Guide, "Configure CORS for HTTP APIs in API Gateway"; Fetch Standard, "CORS protocol".
 */
#ifndef MOONWIRE_HTTP_API_CORS_H
#define MOONWIRE_HTTP_API_CORS_H

#include <stdbool.h>

#include "http_api.h"

enum { HTTP_API_CORS_HEADERS = 5 /* most of them in one answer */ };

/* OPTIONS with Origin and Access-Control-Request-Method. */
bool http_api_cors_is_preflight(const struct http_api_request *request);

/* Whether a header's name is one of those that only the gateway sends: Access-Control-... */
bool http_api_cors_is_ours(struct str name);

/* Whether the origin is among those of the configuration. */
bool http_api_cors_allows(const struct http_api_cors *cors, struct str origin);

/* Adds the headers for a request with this Origin to the list, which has room for them: none when there is no Origin, or when
 * it is not allowed. False when memory is short. */
bool http_api_cors_add(const struct http_api_cors *cors, struct str origin, bool is_preflight, struct arena *memory,
                       struct field *list, size_t *count);

#endif
