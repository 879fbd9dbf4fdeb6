#include "model_frame.h"
#include "model_json.h"
#include "model_state.h"

enum { PROTOCOL_MAX = 64 * 1024 };

void model_step_init(struct model_step *step) {
  *step = (struct model_step){ .action = MODEL_NOTHING };
}

void model_step_free(struct model_step *step) {
  buf_free(&step->bytes);
  buf_free(&step->protocol);
}

void model_step_begin(struct model_step *step) {
  step->action = MODEL_NOTHING;
  step->call = (struct model_call){ .route = NULL };
  step->status = 0;
  step->error_type = NULL;
  step->is_error = false;
  step->note[0] = '\0';
  step->bytes.ceiling = MODEL_STEP_MAX; /* the caller may have taken the buffer and left a zeroed one */
  step->protocol.ceiling = PROTOCOL_MAX;
  buf_clear(&step->bytes);
  buf_clear(&step->protocol);
}

void model_step_refuse(struct model_step *step, int status, const char *error_type, struct str message) {
  step->action = MODEL_REFUSE;
  step->status = status;
  step->error_type = error_type;
  buf_clear(&step->bytes);
  model_json_message(&step->bytes, message);
}

void model_step_refuse_internal(struct model_step *step) {
  step->action = MODEL_REFUSE;
  step->status = 502;
  step->error_type = "InternalServerErrorException";
  buf_clear(&step->bytes);
  buf_add(&step->bytes, STR("{\"message\": \"Internal server error\"}"));
}

void model_step_invoke(struct model_step *step, enum model_kind kind, const struct model_route *route,
                       struct model_connection *c, const struct model_moment *at) {
  step->action = MODEL_INVOKE;
  step->call = (struct model_call){ .kind = kind, .route = route };
  if (route) c->last_route = route;
  str_copy(str_from(c->id), step->call.connection_id, MODEL_ID_LEN);
  str_copy(str_from(at->request_id), step->call.request_id, MODEL_ID_LEN);
}

void model_step_frame(struct model_step *step, const struct model_call *call, struct str message) {
  buf_clear(&step->bytes);
  model_frame_write(&step->bytes, message, str_from(call->connection_id), str_from(call->request_id));
  step->call = *call;
  step->is_error = true;
  step->action = step->bytes.failed ? MODEL_NOTHING : MODEL_SEND;
}
