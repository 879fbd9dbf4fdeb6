/* The connections that there are. */
#include "control_answer.h"
#include "control_calls.h"
#include "model_json.h"
#include "session.h"

enum { BODY_MAX = 64 * 1024 * 1024 };

struct list {
  struct buf *body;
  size_t start; /* where its first element begins */
  int64_t now_ms;
};

static const char *state_of(const struct model_connection *c, const struct websocket_look *look) {
  if (c->state == MODEL_CONNECTING) return "connecting";
  return c->state == MODEL_CLOSING || look->closing ? "closing" : "open";
}

static void add(void *ctx, struct model_connection *c) {
  struct list *list = ctx;
  struct buf *out = list->body;
  struct websocket_look look = { .bytes_per_s = -1 };
  if (c->transport) look = session_look(c->transport);
  if (out->len > list->start) buf_add_char(out, ',');
  buf_add_char(out, '{');
  model_json_text(out, STR("connectionId"), str_from(c->id));
  model_json_text(out, STR("state"), str_from(state_of(c, &look)));
  model_json_int(out, STR("connectedAt"), c->connected_at_ms);
  model_json_int(out, STR("ageMs"), list->now_ms - c->connected_at_ms);
  model_json_int(out, STR("idleMs"), list->now_ms - c->last_active_at_ms);
  if (c->last_route) model_json_text(out, STR("lastRoute"), c->last_route->key);
  if (c->last_action[0]) model_json_text(out, STR("lastAction"), str_from(c->last_action));
  model_json_text(out, STR("sourceIp"), c->source_ip);
  model_json_int(out, STR("waitingBytes"), (int64_t)look.waiting);
  buf_add_char(out, '}');
}

void control_connections_write(struct control *control, struct buf *out) {
  buf_add_char(out, '[');
  struct list list = { out, out->len, clock_unix_ms() };
  model_connections(control->options.server->options.model, add, &list);
  buf_add_char(out, ']');
}

void control_connections_get(struct control *control, struct exchange *x) {
  struct buf body;
  buf_init(&body, BODY_MAX);
  buf_add(&body, STR("{\"connections\":"));
  control_connections_write(control, &body);
  buf_add_char(&body, '}');
  control_answer(x, 200, buf_str(&body));
  buf_free(&body);
}
