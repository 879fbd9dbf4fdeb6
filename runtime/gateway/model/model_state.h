/* model_state.h -- what the model's own files share: the model itself, and how a step is written. */
#ifndef MOONWIRE_MODEL_STATE_H
#define MOONWIRE_MODEL_STATE_H

#include "arena.h"
#include "buf.h"
#include "model.h"
#include "model_connections.h"

enum { MODEL_STEP_MAX = 8 * 1024 * 1024 }; /* bytes of an event or a message; Lambda takes and gives 6 MB */

struct model {
  struct model_api api;
  struct arena memory; /* of the selection */
  const struct route_selection *selection;
  struct model_connections connections;
  struct arena scratch; /* for the time of one call, which resets it at its end */
  struct buf key;       /* likewise: the route key that a message selects */
  bool told_of_body;    /* that a one-way route drops it */
};

/* The route with exactly this key, or NULL. */
const struct model_route *model_route(const struct model *model, struct str key);

/* Makes *step one that does nothing; keeps the memory of its buffers. */
void model_step_begin(struct model_step *step);

/* REFUSE with {"message":"..."}, or with the 502 that API Gateway gives when something went wrong behind it. error_type is
 * NULL when the status is the function's own. */
void model_step_refuse(struct model_step *step, int status, const char *error_type, struct str message);
void model_step_refuse_internal(struct model_step *step);

/* INVOKE: who is called, and for whom. The event is written to step->bytes afterwards. */
void model_step_invoke(struct model_step *step, enum model_kind kind, const struct model_route *route,
                       struct model_connection *c, const struct model_moment *at);

/* SEND an error frame to the client of `call`; NOTHING when memory is short. */
void model_step_frame(struct model_step *step, const struct model_call *call, struct str message);

/* A connection has been added, and there is an authorizer: INVOKE it; or REFUSE, and the connection is gone. */
void model_authorize(struct model *model, struct model_connection *c, const struct model_request *request,
                     const struct model_moment *at, struct model_step *step);

/* It has answered step->call: INVOKE ($connect), REFUSE or NOTHING. */
void model_answer_authorize(struct model *model, enum model_outcome outcome, struct str payload,
                            struct model_step *step);

#endif
