/* route_call.h -- does what the model says: invokes a route's function and takes its answer, or sends to a client. */
#ifndef MOONWIRE_ROUTE_CALL_H
#define MOONWIRE_ROUTE_CALL_H

#include "model.h"
#include "server.h"

/* Carries out a step about an open connection, or the INVOKE of a handshake. Takes the bytes out of the step. `request_id`: which
 * one the invocation gets, if there is one; NULL: any. */
void route_call_take(struct server *server, struct model_step *step, const char trace_id[MODEL_TRACE_LEN],
                     const char *request_id);

#endif
