/* How things are at the moment, all of it, for the page of the console. */
#include <inttypes.h>

#include "console_routes.h"
#include "control_answer.h"
#include "control_calls.h"
#include "fault_act.h"
#include "json_write.h"
#include "model_json.h"

enum { BODY_MAX = 64 * 1024 * 1024 };

/* Members */

static void begin_list(struct buf *out, struct str name) {
  model_json_name(out, name);
  buf_add_char(out, '[');
}

/* A comma between two objects of a list. */
static void begin_object(struct buf *out) {
  if (out->len > 0 && out->ptr[out->len - 1] == '}') buf_add_char(out, ',');
  buf_add_char(out, '{');
}

static void add_bool(struct buf *out, struct str name, bool value) {
  model_json_name(out, name);
  buf_add(out, value ? STR("true") : STR("false"));
}

/* The service */

static void write_service(struct buf *out, const struct control *control) {
  const struct control_service *service = control->options.service;
  const struct addresses *addresses = service->addresses;
  model_json_text(out, STR("service"), service->service);
  model_json_text(out, STR("stage"), service->stage);
  model_json_text(out, STR("region"), service->region);
  model_json_text(out, STR("apiId"), control->options.api->api_id);
  model_json_text(out, STR("config"), service->config);
  model_json_text(out, STR("websocketUrl"), str_from(addresses->websocket_url));
  model_json_text(out, STR("managementUrl"), str_from(addresses->management_url));
  if (control_project(control)->http_route_count > 0)
    model_json_text(out, STR("httpUrl"), str_from(addresses->http_url));
  model_json_text(out, STR("controlUrl"), str_from(addresses->control_url));
}

static void write_route(struct buf *out, struct str key, const struct project_function *function) {
  begin_object(out);
  model_json_text(out, STR("routeKey"), key);
  model_json_text(out, STR("function"), function->name);
  model_json_text(out, STR("handler"), function->handler);
}

static void add_message(struct buf *out, const struct console_routes *routes, struct str key) {
  struct buf message;
  buf_init(&message, BODY_MAX);
  if (console_routes_message(routes, key, &message)) model_json_text(out, STR("message"), buf_str(&message));
  buf_free(&message);
}

static void write_routes(struct buf *out, const struct project *project) {
  bool has_authorizer = false;
  struct console_routes routes;
  console_routes_init(&routes, project);
  begin_list(out, STR("routes"));
  for (size_t i = 0; i < project->route_count; i++) {
    const struct project_route *route = &project->routes[i];
    write_route(out, route->key, route->function);
    add_bool(out, STR("twoWay"), route->two_way);
    add_message(out, &routes, route->key);
    buf_add_char(out, '}');
    has_authorizer = has_authorizer || route->authorizer;
  }
  buf_add_char(out, ']');
  begin_list(out, STR("httpRoutes"));
  for (size_t i = 0; i < project->http_route_count; i++) {
    write_route(out, project->http_routes[i].key, project->http_routes[i].function);
    buf_add_char(out, '}');
  }
  buf_add_char(out, ']');
  add_bool(out, STR("hasAuthorizer"), has_authorizer);
  console_routes_free(&routes);
}

static void write_functions(struct buf *out, const struct project *project) {
  begin_list(out, STR("functions"));
  for (size_t i = 0; i < project->function_count; i++) {
    const struct project_function *function = &project->functions[i];
    begin_object(out);
    model_json_text(out, STR("name"), function->name);
    model_json_text(out, STR("handler"), function->handler);
    add_bool(out, STR("routed"), project_is_routed(project, function));
    model_json_int(out, STR("memoryMb"), function->memory_mb);
    model_json_int(out, STR("timeoutS"), function->timeout_s);
    buf_add_char(out, '}');
  }
  buf_add_char(out, ']');
}

/* Environments */

static const char *state_of(const struct environment *e) {
  switch (e->state) {
  case ENVIRONMENT_STARTING:
    return "starting";
  case ENVIRONMENT_SERVING:
    return environment_is_at_work(e) ? "busy" : "idle";
  default:
    return "ending";
  }
}

static void write_environment(void *ctx, const struct environment *e) {
  struct buf *out = ctx;
  int64_t age_ms = (clock_monotonic_ns() - e->started_ns) / NS_PER_MS;
  begin_object(out);
  model_json_text(out, STR("function"), e->pool->options.function->name);
  model_json_int(out, STR("number"), e->number);
  model_json_int(out, STR("generation"), e->pool->options.generation);
  model_json_text(out, STR("state"), str_from(state_of(e)));
  model_json_int(out, STR("startedAt"), clock_unix_ms() - age_ms);
  if (e->state != ENVIRONMENT_STARTING) buf_addf(out, ",\"initMs\":%.3f", (double)e->init_ns / 1e6);
  model_json_int(out, STR("invocations"), (int64_t)e->invocations);
  model_json_int(out, STR("busy"), (int64_t)e->busy);
  model_json_int(out, STR("places"), (int64_t)e->places);
  buf_add_char(out, '}');
}

static void write_load_error(struct buf *out, const struct console *console) {
  struct str error = buf_str(&console->load_error);
  model_json_name(out, STR("loadError"));
  buf_add(out, error.len > 0 ? error : STR("null"));
}

void control_state_get(struct control *control, struct exchange *x) {
  const struct generation *generation = control->options.generations->current;
  const struct console *console = control->options.console;
  struct buf body;
  buf_init(&body, BODY_MAX);
  buf_add_char(&body, '{');
  model_json_text(&body, STR("run"), str_from(console->run));
  write_service(&body, control);
  model_json_int(&body, STR("generation"), generation->number);
  write_load_error(&body, console);
  write_routes(&body, generation->project);
  write_functions(&body, generation->project);
  begin_list(&body, STR("environments"));
  generations_environments(control->options.generations, write_environment, &body);
  buf_add_char(&body, ']');
  model_json_name(&body, STR("connections"));
  control_connections_write(control, &body);
  model_json_name(&body, STR("faults"));
  fault_act_list(control->options.server, &body);
  model_json_name(&body, STR("totals"));
  console_totals_write(&console->totals, clock_unix_ms(), &body);
  model_json_int(&body, STR("oldest"), (int64_t)console_ring_oldest(&console->ring));
  model_json_int(&body, STR("next"), (int64_t)console->ring.last);
  buf_add_char(&body, '}');
  control_answer(x, 200, buf_str(&body));
  buf_free(&body);
}
