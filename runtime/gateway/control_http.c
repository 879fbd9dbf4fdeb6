/* The event that a function gets for a request to the HTTP API, without a client: for `moonwire invoke --event http`. */
#include "control_answer.h"
#include "control_calls.h"
#include "event_order.h"
#include "http_api_event.h"
#include "http_api_path.h"
#include "http_api_route.h"
#include "lambda_target.h"
#include "moment.h"

enum { MESSAGE_BYTES = 16 * 1024, SHOWN = 120 /* bytes of foreign text in a message */, SHOWN_ROUTES = 20 };

/* What a function without HTTP routes gets: the event of a function URL has this key, too (Lambda Developer Guide, "Invoking Lambda
 * function URLs"). */
static const struct http_api_route catch_all = { .key = { "$default", 8 } };

struct wanted {
  const struct http_api *api;
  const struct project_function *function; /* NULL: there is none of that name, which Invoke will say */
  size_t number;                           /* of the function */
  struct str method, path;                 /* decoded */
};

static bool is_routed(const struct wanted *w) {
  for (size_t i = 0; w->function && i < w->api->route_count; i++)
    if (w->api->routes[i].function == w->number) return true;
  return false;
}

/* The route of the function that takes the request; NULL when there is none. */
static const struct http_api_route *find_route(const struct wanted *w) {
  if (!is_routed(w)) return &catch_all;
  const struct http_api_route *route = http_api_route_select(w->api, w->method, w->path);
  return route && route->function == w->number ? route : NULL;
}

static void refuse_unrouted(struct exchange *x, const struct wanted *w) {
  struct str method = str_slice(w->method, 0, SHOWN), path = str_slice(w->path, 0, SHOWN);
  const struct http_api_route *other = http_api_route_select(w->api, w->method, w->path);
  struct buf message;
  size_t count = 0;
  buf_init(&message, MESSAGE_BYTES);
  buf_addf(&message, "%.*s %.*s ", STR_ARG(method), STR_ARG(path));
  if (other)
    buf_addf(&message, "takes the route \"%.*s\" of another function; ", STR_ARG(other->key));
  else
    buf_add(&message, STR("takes no route; "));
  buf_addf(&message, "%.*s has ", STR_ARG(w->function->name));
  for (size_t i = 0; i < w->api->route_count && count < SHOWN_ROUTES; i++)
    if (w->api->routes[i].function == w->number)
      buf_addf(&message, "%s%.*s", count++ > 0 ? ", " : "", STR_ARG(w->api->routes[i].key));
  control_refuse(x, 400, "ValidationException", buf_str(&message));
  buf_free(&message);
}

static void answer_event(struct exchange *x, const struct wanted *w, const struct http_api_route *route,
                         const struct event_order *order, struct arena *memory) {
  const struct http_api_request request = { order->method,  order->path, order->query,
                                            order->headers, order->body, STR("127.0.0.1") };
  struct model_moment at;
  struct buf event;
  char err[ERR_LEN];
  buf_init(&event, HTTP_API_EVENT_MAX);
  if (!moment_now(&at, err)) {
    control_refuse(x, 500, "ServiceException", str_from(err));
  } else {
    http_api_event_write(&event, &(struct http_api_event){ w->api, &request, &at, route, w->path }, memory);
    if (event.failed)
      control_refuse(x, 413, "RequestTooLargeException", STR("The event is too large"));
    else
      control_answer(x, 200, buf_str(&event));
  }
  buf_free(&event);
}

static void answer(struct control *control, struct exchange *x, const struct event_order *order, struct arena *memory) {
  const struct project *project = control_project(control);
  struct lambda_target target = lambda_target_read(project, order->function);
  struct wanted w = {
    control->options.server->http_api, lambda_target_find(project, &target), 0, order->method, { 0 }
  };
  if (w.function) w.number = generations_number(control->options.generations, w.function->name);
  if (!http_api_path_decode(memory, order->path, &w.path)) {
    control_refuse(x, 400, "ValidationException",
                   STR("the path has a broken %: API Gateway answers such a request with 400"));
    return;
  }
  const struct http_api_route *route = find_route(&w);
  if (route)
    answer_event(x, &w, route, order, memory);
  else
    refuse_unrouted(x, &w);
}

void control_http_post(struct control *control, struct exchange *x) {
  struct event_order order;
  struct arena memory;
  char err[ERR_LEN];
  arena_init(&memory);
  if (event_order_read(&order, x->body, &memory, err))
    answer(control, x, &order, &memory);
  else
    control_refuse(x, 400, "ValidationException", str_from(err));
  arena_free(&memory);
}
