#include "model_admission.h"

#include <stdlib.h>

#include "model_state.h"

struct model_admission *model_admission_new(const struct model_moment *at) {
  struct model_admission *admission = calloc(1, sizeof *admission);
  if (!admission) return NULL;
  admission->at = *at;
  buf_init(&admission->event, MODEL_STEP_MAX);
  return admission;
}

void model_admission_delete(struct model_admission *admission) {
  if (!admission) return;
  buf_free(&admission->event);
  free(admission);
}
