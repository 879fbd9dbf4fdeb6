/* model_admission.h -- what is kept of a request to connect while the authorizer thinks about it. */
#ifndef MOONWIRE_MODEL_ADMISSION_H
#define MOONWIRE_MODEL_ADMISSION_H

#include "buf.h"
#include "model.h"

struct model_admission {
  struct model_moment at; /* of the request: $connect has the same ids and times */
  struct buf event;       /* the beginning of the event of $connect (model_event_connect_begin) */
};

/* Empty, for this moment. NULL when memory is short. */
struct model_admission *model_admission_new(const struct model_moment *at);

/* Safe on NULL. */
void model_admission_delete(struct model_admission *admission);

#endif
