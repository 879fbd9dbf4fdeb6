/* event.h -- what kind of event an invocation brings, and the event as a Lua value.
 * Shapes: AWS, "Working with AWS Lambda proxy integrations for WebSocket APIs", "Create AWS Lambda proxy integrations for HTTP
 * APIs" and "Lambda authorizers".
 */
#ifndef MOONWIRE_EVENT_H
#define MOONWIRE_EVENT_H

#include <stdbool.h>

#include <lua.h>

#include "err.h"

struct invocation;
struct log_context;

enum event_kind {
  EVENT_OTHER,      /* a queue, a schedule, a plain invoke, ... */
  EVENT_CONNECT,    /* WebSocket: requestContext.eventType "CONNECT" with a connectionId */
  EVENT_MESSAGE,    /* ... "MESSAGE" */
  EVENT_DISCONNECT, /* ... "DISCONNECT" */
  EVENT_AUTHORIZER, /* type "REQUEST" with a methodArn */
  EVENT_HTTP        /* a request to an HTTP API or a function URL: version "2.0" and requestContext.http */
};

/* Pushes the event: AWS's JSON as a table. Of a WebSocket event, null members are left out (older events spell out what
 * newer ones omit); headers and multiValueHeaders answer in any letter case. A payload whose content type is not JSON is
 * pushed as a string. On failure (malformed JSON) returns false, writes err and pushes nothing. Raises (Lua) only when
 * memory is short. What names a WebSocket event (connection, route, API Gateway's request id; an authorizer's too, when the
 * request is for a connection) goes into *log, borrowed from inv->memory; of other events log stays as it is. It may be NULL. */
bool event_push(lua_State *L, struct invocation *inv, enum event_kind *kind, struct log_context *log,
                char err[ERR_LEN]);

#endif
