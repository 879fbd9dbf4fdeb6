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

int64_t model_time_left(const struct model *model, const struct model_connection *c, int64_t now_ms) {
  int64_t idle_s = model->api.idle_s > 0 ? model->api.idle_s : MODEL_IDLE_S;
  int64_t duration_s = model->api.duration_s > 0 ? model->api.duration_s : MODEL_DURATION_S;
  int64_t idle = c->last_active_at_ms + 1000 * idle_s - now_ms;
  int64_t duration = c->connected_at_ms + 1000 * duration_s - now_ms;
  return idle < duration ? idle : duration;
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
