/* bind_model.h -- moonwire.core.model, for specs: the gateway's model of a service's WebSocket API (local_api.h).
 *   new(file, yaml, stage) -> api | nil, message     yaml: that text instead of the file; stage: instead of the file's
 *   api:describe() -> table                          the service as its file describes it
 *   api:connect(now_ms, request, named) -> step      request: { path =, query =, headers = { { name, value }, ... }, ip = }
 *   api:message(now_ms, id, text) -> step
 *   api:answered(call, outcome, payload) -> step     of a step whose action is "invoke"; outcome: "result", "failed", ...
 *   api:closed(now_ms, id, code, reason) -> step
 *   api:manage(now_ms, method, id, body) -> answer   one call of @connections
 *   api:next_cut(now_ms) -> id, left_ms              whose time is over first; nothing when nobody is connected
 *   api:fail(kind, count, id)                        "gone", "throttled" (of one connection, when id is given), "silent"
 *   api:failing() -> { kind = count, ... }           what of these has not happened yet; connections' own are not counted
 *   handshake_begun(id) -> boolean                   is this the $connect of that very connection?
 * A step is { action =, kind =, number =, route =, connection_id =, request_id =, status =, bytes =, protocol =, note =, call = }.
 */
#ifndef MOONWIRE_BIND_MODEL_H
#define MOONWIRE_BIND_MODEL_H

#include <lua.h>

/* Makes it loadable with `require`. Leaves nothing on the stack. */
void bind_model(lua_State *L);

#endif
