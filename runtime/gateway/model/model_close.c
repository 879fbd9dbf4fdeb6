#include "model_event.h"
#include "model_state.h"

struct str model_close_reason(int code, struct str given) {
  static const struct {
    int code;
    struct str reason;
  } reasons[] = {
    { 1000, STR("Connection Closed Normally") }, /* recorded */
    { 1001, STR("Going away") },                 /* recorded */
    { 1002, STR("Protocol error") },
    { 1003, STR("Unsupported data") },
    { 1005, STR("Client-side close frame status not set") }, /* recorded */
    { 1006, STR("Connection closed abnormally") },
    { 1007, STR("Invalid payload data") },
    { 1009, STR("Message too big") },
  };
  if (given.len > 0) return given;
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
    if (reasons[i].code == code) return reasons[i].reason;
  return STR("");
}

void model_closed(struct model *model, struct str connection_id, int code, struct str reason,
                  const struct model_moment *at, struct model_step *step) {
  struct model_connection *c = model_connection(model, connection_id);
  const struct model_route *route = model_route(model, STR("$disconnect"));
  model_step_begin(step);
  if (!c) return;
  if (route && c->state != MODEL_CONNECTING) {
    struct model_event event = { &model->api, c, at, route->key };
    model_step_invoke(step, MODEL_DISCONNECT, route, c, at);
    model_event_disconnect(&step->bytes, &event, code, model_close_reason(code, reason), &model->scratch);
    arena_reset(&model->scratch);
    if (step->bytes.failed) {
      step->action = MODEL_NOTHING;
      fail(step->note, "memory is short for the event of $disconnect");
    }
  }
  model_connections_remove(&model->connections, c);
}
