/* client_trace.h -- the header by which a service knows which invocation a call comes from.
 * AWS's SDKs send it within a function, so that Lambda notices functions that call each other for ever (Lambda Developer Guide, "Use
 * Lambda recursive loop detection"). It is not signed.
 */
#ifndef MOONWIRE_CLIENT_TRACE_H
#define MOONWIRE_CLIENT_TRACE_H

#include <stdbool.h>

#include "client.h"
#include "http.h"

/* X-Amzn-Trace-Id with the trace id of the invocation at hand, as the environment has it. False when there is none, when this is
 * no function, or when the request has that header already. Borrowed from the environment. */
bool client_trace_header(const struct client_request *request, struct http_header *out);

#endif
