/* model_request.h -- what a function sees of the request to connect: its headers as API Gateway passes them on, and its
 * query, decoded. Pure.
 */
#ifndef MOONWIRE_MODEL_REQUEST_H
#define MOONWIRE_MODEL_REQUEST_H

#include <stdbool.h>

#include "arena.h"
#include "model.h"

/* The client's headers, without those that concern the connection (RFC 9110, section 7.6.1) and Content-Length; Host is the
 * API's domain name; X-Amzn-Trace-Id, X-Forwarded-For (our client behind those that were given), X-Forwarded-Port and
 * X-Forwarded-Proto, as on AWS "443" and "https", at the end. An authorizer sees "Connection: upgrade",
 * "content-length: 0" and "Upgrade: websocket" too. False when memory is short. */
bool model_request_headers(struct fields *out, struct arena *memory, const struct model_request *request,
                           struct str domain_name, struct str trace_id, bool for_authorizer);

/* "a=1&b": names and values, decoded (%XX; "+" is a space). Empty parts are left out. False when memory is short. */
bool model_request_query(struct fields *out, struct arena *memory, struct str query);

#endif
