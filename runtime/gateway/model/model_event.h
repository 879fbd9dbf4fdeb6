/* model_event.h -- the events that functions get, byte for byte as API Gateway serialises them today: without nulls, members
 * in the order of recorded events. Pure.
 * Source: AWS Lambda Powertools and others, recorded events of 2023 and 2024; API Gateway Developer Guide, "WebSocket API
 * mapping template reference" for the meaning of the members.
 */
#ifndef MOONWIRE_MODEL_EVENT_H
#define MOONWIRE_MODEL_EVENT_H

#include "arena.h"
#include "buf.h"
#include "model.h"
#include "str.h"

/* What all events have. Borrowed for the call. */
struct model_event {
  const struct model_api *api;
  const struct model_connection *connection;
  const struct model_moment *at;
  struct str route_key; /* of the route that was selected */
};

/* Each appends one event; what does not fit, or lack of memory, fails the buffer. The event of an authorizer has the
 * route key "$connect". */
void model_event_authorizer(struct buf *out, const struct model_event *e, const struct model_request *request,
                            struct str method_arn, struct arena *scratch);
void model_event_connect(struct buf *out, const struct model_event *e, const struct model_request *request,
                         struct arena *scratch);
void model_event_message(struct buf *out, const struct model_event *e, struct str text);
void model_event_disconnect(struct buf *out, const struct model_event *e, int code, struct str reason,
                            struct arena *scratch);

/* The event of $connect in two parts: up to what the request says, which is gone once the authorizer has answered, and the
 * rest. */
void model_event_connect_begin(struct buf *out, const struct model_event *e, const struct model_request *request,
                               struct arena *scratch);
void model_event_connect_end(struct buf *out, const struct model_event *e);

#endif
