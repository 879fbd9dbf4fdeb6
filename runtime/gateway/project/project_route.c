#include "project_route.h"

#include "project_authorizer.h"

/* One `websocket` event. */
struct event {
  struct project_report *report;
  struct project_place place; /* "functions.echo.events[0]." */
  const struct yaml *map;     /* { websocket: ..., ... } */
  const struct yaml_entry *websocket;
  struct project_route route;
};

static const char *const special_routes[] = { "$connect", "$disconnect", "$default" };

/* AWS keeps such names for itself, but the Framework's first announcement had a route $echo. */
static void warn_of_name(const struct event *e, struct yaml_line line) {
  struct str key = e->route.key;
  if (key.ptr[0] != '$') return;
  for (size_t i = 0; i < sizeof special_routes / sizeof *special_routes; i++)
    if (str_equal(key, str_from(special_routes[i]))) return;
  project_warn(e->report, line,
               "the route %s is served like any other here, but API Gateway keeps names with $ for $connect, "
               "$disconnect and $default",
               shown_of(key).text);
}

static bool read_authorizer(struct event *e, const struct yaml_entry *at) {
  if (str_equal(e->route.key, STR("$connect")))
    return project_authorizer_read(e->report, e->place, at, &e->route.authorizer);
  project_warn(e->report, at->key->line,
               "%swebsocket.authorizer counts for nothing: API Gateway has them for $connect only", e->place.path);
  return true;
}

static void read_response(struct event *e, const struct yaml_entry *at) {
  const struct yaml *value = at->value;
  e->route.two_way = value->kind == YAML_STRING && str_equal(value->text, STR("$default"));
  if (!e->route.two_way)
    project_warn(e->report, at->key->line,
                 "%swebsocket.routeResponseSelectionExpression is ignored: it can only be $default, "
                 "found %s",
                 e->place.path, project_found(value).text);
}

static bool read_options(struct event *e) {
  const struct yaml *map = e->websocket->value;
  const struct yaml_entry *route = yaml_entry_of(map, STR("route"));
  struct project_place place = project_place_at("%swebsocket.", e->place.path);
  if (!route)
    return project_fail(e->report, e->websocket->key->line,
                        "%sroute is missing; expected the name of a route, such as $default", place.path);
  if (!project_text(e->report, place, route, "a string such as $default", &e->route.key)) return false;
  for (size_t i = 0; i < map->count; i++) {
    const struct yaml_entry *at = &map->entries[i];
    if (str_equal(at->key->text, STR("authorizer"))) {
      if (!read_authorizer(e, at)) return false;
    } else if (str_equal(at->key->text, STR("routeResponseSelectionExpression"))) {
      read_response(e, at);
    } else if (at != route) {
      project_warn(e->report, at->key->line,
                   "%s%s is no key of a websocket event; there are route, "
                   "routeResponseSelectionExpression and authorizer",
                   place.path, shown_of(at->key->text).text);
    }
  }
  return true;
}

/* Whether other keys stand in the event: a mistake of indentation that Serverless does not notice. */
static bool warn_of_neighbours(const struct event *e) {
  for (size_t i = 0; i < e->map->count; i++) {
    const struct yaml *key = e->map->entries[i].key;
    if (&e->map->entries[i] != e->websocket)
      project_warn(e->report, key->line,
                   "%s%s counts for nothing: it stands beside `websocket:`; indent it deeper to put it below",
                   e->place.path, shown_of(key->text).text);
  }
  return e->map->count > 1;
}

static void warn_of_claim(const struct event *e, const struct project_function *before, struct yaml_line line) {
  struct shown key = shown_of(e->route.key);
  struct str now = e->route.function->name;
  if (before == e->route.function)
    project_warn(e->report, line, "%.*s claims the route %s twice; the last one counts", STR_ARG(now), key.text);
  else
    project_warn(e->report, line, "%.*s claims the route %s, which %.*s has too; the last one in the file gets it",
                 STR_ARG(now), key.text, STR_ARG(before->name));
}

/* The last function that claims a route has it, as in the template that Serverless makes. */
static bool add_route(struct event *e, struct project_routes *routes) {
  struct yaml_line line = e->websocket->key->line;
  for (size_t i = 0; i < routes->count; i++) {
    if (!str_equal(routes->list[i].key, e->route.key)) continue;
    warn_of_claim(e, routes->list[i].function, line);
    routes->list[i] = e->route;
    return true;
  }
  if (routes->count == PROJECT_ROUTES_MAX)
    return project_fail(e->report, line,
                        "there are more than %d routes; API Gateway has 300 unless AWS raises the quota",
                        PROJECT_ROUTES_MAX);
  routes->list[routes->count++] = e->route;
  return true;
}

static bool read_websocket(struct event *e, struct project_routes *routes) {
  const struct yaml_entry *at = e->websocket;
  static const char expected[] = "a route such as $default, or a mapping with route";
  bool neighbours = warn_of_neighbours(e);
  if (at->value->kind == YAML_NULL && neighbours) return true;
  bool ok =
      at->value->kind == YAML_MAP ? read_options(e) : project_text(e->report, e->place, at, expected, &e->route.key);
  if (!ok) return false;
  warn_of_name(e, at->key->line);
  return add_route(e, routes);
}

static void warn_of_kind(struct project_report *report, struct yaml_line line, struct str kind) {
  project_warn(report, line, "events of the kind %s are not served here, only websocket events", shown_of(kind).text);
}

static bool read_event(struct project_report *report, struct project_place place, const struct yaml *node,
                       const struct project_function *function, struct project_routes *routes) {
  struct event e = { .report = report, .place = place, .map = node, .route.function = function };
  e.websocket = yaml_entry_of(node, STR("websocket"));
  if (e.websocket) return read_websocket(&e, routes);
  if (project_has_variable(node))
    project_warn(report, node->line, "%.*s is left out: %s", (int)strlen(place.path) - 1, place.path,
                 project_reason(node).text);
  else if (node->kind == YAML_MAP && node->count > 0 && yaml_is_scalar(node->entries[0].key))
    warn_of_kind(report, node->line, node->entries[0].key->text);
  else if (node->kind == YAML_STRING && !str_equal(node->text, STR("websocket")))
    warn_of_kind(report, node->line, node->text);
  else
    return project_fail(report, node->line, "%.*s must be an event such as `websocket: $default`, found %s",
                        (int)strlen(place.path) - 1, place.path, project_found(node).text);
  return true;
}

bool project_routes_add(struct project_report *report, struct project_place place, const struct yaml *map,
                        const struct project_function *function, struct project_routes *routes) {
  const struct yaml_entry *at = yaml_entry_of(map, STR("events"));
  if (!at || at->value->kind == YAML_NULL) return true;
  const struct yaml *events = at->value;
  if (project_has_variable(events)) {
    project_warn(report, at->key->line, "%sevents are left out: %s", place.path, project_reason(events).text);
    return true;
  }
  if (events->kind != YAML_LIST)
    return project_fail(report, at->key->line, "%sevents must be a list such as `- websocket: $default`, found %s",
                        place.path, project_found(events).text);
  routes->events_seen += events->count;
  if (routes->events_seen > PROJECT_EVENTS_MAX)
    return project_fail(report, at->key->line, "there are more than %d events", PROJECT_EVENTS_MAX);
  for (size_t i = 0; i < events->count; i++) {
    struct project_place event_place = project_place_at("%sevents[%zu].", place.path, i);
    if (!read_event(report, event_place, events->items[i], function, routes)) return false;
  }
  return true;
}
