/* control_calls.h -- /_control/...: what the other subcommands of moonwire ask a running `moonwire dev`.
 * Signed as service "moonwire" in the Region "local": a caller does not know the service's Region before it has asked. One
 * file, control_*.c, for each subject; all of them in the table of control_calls.c.
 */
#ifndef MOONWIRE_CONTROL_CALLS_H
#define MOONWIRE_CONTROL_CALLS_H

#include "control.h"

/* Any request below /_control/; `rest` is what stands behind that. Answers now or later. */
void control_calls_request(struct control *control, struct exchange *x, struct str rest);

/* The calls. `rest` is what stands behind the path of the table, percent-encoded: empty unless that ends in "/". */

/* GET connections: { connections = { { connectionId, state ("connecting", "open", "closing"), connectedAt, ageMs, idleMs,
 * lastRoute?, lastAction?, sourceIp, waitingBytes } ... } } */
void control_connections_get(struct control *control, struct exchange *x, struct str rest);

/* POST faults: sets one (fault_order.h); { connections: ids of those that it was for }. GET: what is set (fault_act_list).
 * DELETE: all off. */
void control_faults_post(struct control *control, struct exchange *x, struct str rest);
void control_faults_get(struct control *control, struct exchange *x, struct str rest);
void control_faults_delete(struct control *control, struct exchange *x, struct str rest);

/* GET service: { service, stage, region, apiId, config, pid, websocketUrl, managementUrl, controlUrl } */
void control_service_get(struct control *control, struct exchange *x, struct str rest);

/* POST token?expires_in=S, with claims as its body: { token, issuer, expiresAt } (identity.h) */
void control_token_make(struct control *control, struct exchange *x, struct str rest);

/* GET functions: { functions: [ { name, functionName, handler, atWork, routes } ] }; atWork: how many of its environments have
 * something to do */
void control_functions_get(struct control *control, struct exchange *x, struct str rest);

/* POST event/{route key}: the event of a message, the body, on that route; of $connect and $disconnect, too. */
void control_route_post(struct control *control, struct exchange *x, struct str rest);

/* Not one of the calls: GET /_identity/..., where an issuer publishes its key. Anybody on this machine may read that. */
void control_identity_request(struct control *control, struct exchange *x, struct str rest);

#endif
