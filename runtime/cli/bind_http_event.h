/* bind_http_event.h -- moonwire.core.http_event: the event of a request to an HTTP API, as the gateway makes it, for specs. */
#ifndef MOONWIRE_BIND_HTTP_EVENT_H
#define MOONWIRE_BIND_HTTP_EVENT_H

#include <lua.h>

/* Registers the module: http_event(method, target, content_type, body, now_ms) gives the event's JSON, or nil and a sentence. The
 * route is $default; an empty content_type is none. */
void bind_http_event(lua_State *L);

#endif
