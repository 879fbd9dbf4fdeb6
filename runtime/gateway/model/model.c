#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "encoding.h"
#include "json.h"
#include "model_event.h"
#include "model_state.h"

enum {
  KEY_MAX = 4096, /* bytes; a longer key cannot be that of a route */
  SHOWN = 64      /* bytes of foreign text that a note shows */
};

struct model *model_new(const struct model_api *api, char err[ERR_LEN]) {
  struct model *model = calloc(1, sizeof *model);
  if (!model) {
    fail(err, "memory is short");
    return NULL;
  }
  model->api = *api;
  buf_init(&model->key, KEY_MAX);
  model->selection = route_selection_parse(&model->memory, api->route_selection_expression, err);
  if (model->selection) return model;
  model_delete(model);
  return NULL;
}

bool model_change(struct model *model, const struct model_api *api, char err[ERR_LEN]) {
  const struct route_selection *selection = model->selection;
  if (!str_equal(api->route_selection_expression, model->api.route_selection_expression))
    selection = route_selection_parse(&model->memory, api->route_selection_expression, err);
  if (!selection) return false;
  model->selection = selection;
  model->api = *api;
  return true;
}

void model_delete(struct model *model) {
  if (!model) return;
  model_connections_free(&model->connections);
  buf_free(&model->key);
  arena_free(&model->scratch);
  arena_free(&model->memory);
  free(model);
}

struct model_connection *model_connection(struct model *model, struct str id) {
  return model_connections_find(&model->connections, id);
}

size_t model_connection_count(const struct model *model) {
  return model->connections.count;
}

void model_connections(struct model *model, void (*each)(void *ctx, struct model_connection *c), void *ctx) {
  model_connections_each(&model->connections, each, ctx);
}

const struct model_route *model_route(const struct model *model, struct str key) {
  for (size_t i = 0; i < model->api.route_count; i++)
    if (str_equal(model->api.routes[i].key, key)) return &model->api.routes[i];
  return NULL;
}

/* "/" and "/{stage}", percent-encoded or not. */
static bool is_api_path(const struct model *model, struct str path) {
  struct buf plain;
  buf_init(&plain, path.len);
  uri_decode(&plain, path);
  struct str decoded = buf_str(&plain);
  bool is_stage = str_starts(decoded, STR("/")) && str_equal(str_slice(decoded, 1, decoded.len), model->api.stage);
  buf_free(&plain);
  return is_stage || str_equal(path, STR("/"));
}

static void invoke_connect(struct model *model, struct model_connection *c, const struct model_route *route,
                           const struct model_request *request, const struct model_moment *at,
                           struct model_step *step) {
  struct model_event event = { &model->api, c, at, route->key };
  model_step_invoke(step, MODEL_CONNECT, route, c, at);
  model_event_connect(&step->bytes, &event, request, &model->scratch);
  arena_reset(&model->scratch);
  if (!step->bytes.failed) return;
  model_connections_remove(&model->connections, c);
  model_step_refuse_internal(step);
  fail(step->note, "memory is short for the event, or it is larger than %d bytes", MODEL_STEP_MAX);
}

void model_connect(struct model *model, const struct model_request *request, const struct model_moment *at,
                   struct model_step *step) {
  model_step_begin(step);
  if (!is_api_path(model, request->path)) {
    struct str shown = str_slice(request->path, 0, SHOWN);
    model_step_refuse(step, 403, "ForbiddenException", STR("Forbidden"));
    fail(step->note, "nothing is at %.*s: the API is at /%.*s and /", STR_ARG(shown), STR_ARG(model->api.stage));
    return;
  }
  struct str user_agent = field_header(request->headers, STR("User-Agent"));
  struct model_connection *c = model_connections_add(&model->connections, str_from(at->connection_id),
                                                     request->source_ip, user_agent, at->now_ms);
  const struct model_route *route = model_route(model, STR("$connect"));
  if (!c) {
    model_step_refuse_internal(step);
    fail(step->note, "memory is short for another connection");
  } else if (route && model->api.authorizer) {
    model_authorize(model, c, request, at, step);
  } else if (route) {
    invoke_connect(model, c, route, request, at, step);
  } else {
    c->state = MODEL_OPEN;
    step->action = MODEL_ACCEPT;
    step->call.kind = MODEL_CONNECT;
    str_copy(str_from(c->id), step->call.connection_id, MODEL_ID_LEN);
    str_copy(str_from(at->request_id), step->call.request_id, MODEL_ID_LEN);
  }
}

/* A message reaches neither $connect nor $disconnect, whatever it selects. */
static const struct model_route *select_route(struct model *model, struct str text) {
  buf_clear(&model->key);
  route_selection_evaluate(model->selection, text, &model->scratch, &model->key);
  arena_reset(&model->scratch);
  struct str key = buf_str(&model->key);
  bool is_reserved = key.len == 0 || str_equal(key, STR("$connect")) || str_equal(key, STR("$disconnect"));
  const struct model_route *route = is_reserved ? NULL : model_route(model, key);
  return route ? route : model_route(model, STR("$default"));
}

static void read_action(struct model *model, const struct model_route *route, struct str text,
                        char action[MODEL_ACTION_LEN]) {
  const struct json *root;
  char err[ERR_LEN];
  if (!str_equal(route->key, STR("$default"))) return;
  if (json_parse(&model->scratch, text, &root, err)) {
    struct str found = json_member_text(root, STR("action"));
    if (!str_copy(found, action, MODEL_ACTION_LEN)) action[0] = '\0'; /* too long */
  }
  arena_reset(&model->scratch);
}

void model_message(struct model *model, struct str connection_id, struct str text, const struct model_moment *at,
                   struct model_step *step) {
  struct model_connection *c = model_connection(model, connection_id);
  model_step_begin(step);
  if (!c || c->state != MODEL_OPEN) return;
  c->last_active_at_ms = at->now_ms;
  const struct model_route *route = select_route(model, text);
  model_step_invoke(step, MODEL_MESSAGE, route, c, at);
  if (route) read_action(model, route, text, step->call.action);
  memcpy(c->last_action, step->call.action, sizeof c->last_action);
  struct model_call call = step->call;
  if (!route) {
    struct str key = str_slice(buf_str(&model->key), 0, SHOWN);
    model_step_frame(step, &call, STR("Forbidden"));
    if (key.len > 0)
      fail(step->note, "the message selects the route \"%.*s\": there is none, and no $default", STR_ARG(key));
    else
      fail(step->note, "the message selects no route with %.*s, and there is no $default",
           STR_ARG(model->api.route_selection_expression));
    return;
  }
  model_event_message(&step->bytes, &(struct model_event){ &model->api, c, at, route->key }, text);
  if (!step->bytes.failed) return;
  model_step_frame(step, &call, STR("Internal server error"));
  fail(step->note, "memory is short for the event, or it is larger than %d bytes", MODEL_STEP_MAX);
}
