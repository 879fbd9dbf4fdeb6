/* control_calls.h -- /_control/...: what the other subcommands of moonwire ask a running `moonwire dev`.
 * Signed as service "moonwire" in the Region "local": a caller does not know the service's Region before it has asked; or with the
 * token of the console (console_token.h), which its page has. One file, control_*.c, for each subject; all of them in the table of control_calls.c.
 */
#ifndef MOONWIRE_CONTROL_CALLS_H
#define MOONWIRE_CONTROL_CALLS_H

#include "control.h"

/* Any request below /_control/; `rest` is what stands behind that. Answers now or later. */
void control_calls_request(struct control *control, struct exchange *x, struct str rest);

/* The calls. */

/* GET connections: { connections = { { connectionId, state ("connecting", "open", "closing"), connectedAt, ageMs, idleMs,
 * lastRoute?, lastAction?, sourceIp, waitingBytes } ... } } */
void control_connections_get(struct control *control, struct exchange *x);

/* Appends the list of them. */
void control_connections_write(struct control *control, struct buf *out);

/* GET console/feed?after=SEQ&wait_ms=N: { run, next, lost, records } (docs/gateway.md, "The console"), a long poll. GET console/state:
 * everything about the moment. */
void control_feed_get(struct control *control, struct exchange *x);
void control_state_get(struct control *control, struct exchange *x);

/* GET console/invocation?request_id=ID: { record, event, result, logs, stack }. POST console/resend?request_id=ID: the same function
 * with the same event once more: { requestId }. GET console/rooms: { store, note?, rooms, signedIn, users }.
 * GET console/routes: { generation, pending, apps } (console_apps.h). */
void control_invocation_get(struct control *control, struct exchange *x);
void control_resend_post(struct control *control, struct exchange *x);
void control_apps_get(struct control *control, struct exchange *x);
void control_rooms_get(struct control *control, struct exchange *x);

/* Appends a parameter of a query, decoded. False when there is none of that name. */
bool control_query(struct str query, struct str name, struct buf *out);

/* POST faults: sets one (fault_order.h); { connections: ids of those that it was for }. GET: what is set (fault_act_list).
 * DELETE: all off. */
void control_faults_post(struct control *control, struct exchange *x);
void control_faults_get(struct control *control, struct exchange *x);
void control_faults_delete(struct control *control, struct exchange *x);

/* GET service: { service, stage, region, apiId, config, pid, websocketUrl, managementUrl, controlUrl } */
void control_service_get(struct control *control, struct exchange *x);

/* POST token?expires_in=S, with claims as its body: { token, issuer, expiresAt } (identity.h) */
void control_token_make(struct control *control, struct exchange *x);

/* GET functions: { functions: [ { name, functionName, handler, atWork, routes } ] }; atWork: how many of its environments have
 * something to do */
void control_functions_get(struct control *control, struct exchange *x);

/* POST event/websocket, event/http, with an order (event_order.h) as its body: the event that a function gets for it. */
void control_http_post(struct control *control, struct exchange *x);
void control_route_post(struct control *control, struct exchange *x);

/* Not one of the calls: GET /_identity/..., where an issuer publishes its key. Anybody on this machine may read that. */
void control_identity_request(struct control *control, struct exchange *x, struct str rest);

#endif
