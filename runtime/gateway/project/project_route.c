#include "project_route.h"

#include "project_authorizer.h"

/* One `websocket` event. */
struct event {
  struct project_report *report;
  struct project_place place; /* "functions.echo.events[0]." */
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
  project_warn(e->report, line, PROJECT_RESERVED_ROUTE,
               "the route %s is served like any other here, but API Gateway keeps names with $ for $connect, "
               "$disconnect and $default",
               shown_of(key).text);
}

static bool read_authorizer(struct event *e, const struct yaml_entry *at) {
  if (str_equal(e->route.key, STR("$connect")))
    return project_authorizer_read(e->report, e->place, at, &e->route.authorizer);
  project_warn(e->report, at->key->line, PROJECT_AUTHORIZER_PLACE,
               "%swebsocket.authorizer counts for nothing: API Gateway has them for $connect only", e->place.path);
  return true;
}

static void read_response(struct event *e, const struct yaml_entry *at) {
  const struct yaml *value = at->value;
  e->route.two_way = value->kind == YAML_STRING && str_equal(value->text, STR("$default"));
  if (!e->route.two_way)
    project_warn(e->report, at->key->line, PROJECT_TWO_WAY_VALUE,
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
      project_warn(e->report, at->key->line, PROJECT_UNKNOWN_SETTING,
                   "%s%s is no key of a websocket event; there are route, "
                   "routeResponseSelectionExpression and authorizer",
                   place.path, shown_of(at->key->text).text);
    }
  }
  return true;
}

static void warn_of_claim(const struct event *e, const struct project_function *before, struct yaml_line line) {
  struct shown key = shown_of(e->route.key);
  struct str now = e->route.function->name;
  if (before == e->route.function)
    project_warn(e->report, line, PROJECT_ROUTE_TWICE, "%.*s claims the route %s twice; the last one counts",
                 STR_ARG(now), key.text);
  else
    project_warn(e->report, line, PROJECT_ROUTE_TWICE,
                 "%.*s claims the route %s, which %.*s has too; the last one in the file gets it", STR_ARG(now),
                 key.text, STR_ARG(before->name));
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

bool project_route_add(struct project_report *report, struct project_place place, const struct yaml_entry *at,
                       const struct project_function *function, struct project_routes *routes) {
  struct yaml_line line = at->key->line;
  struct event e = { .report = report, .place = place, .websocket = at, .route.function = function };
  e.route.file = str_from(line.file ? line.file : report->file);
  e.route.line = line.number;
  static const char expected[] = "a route such as $default, or a mapping with route";
  bool ok = at->value->kind == YAML_MAP ? read_options(&e) : project_text(report, place, at, expected, &e.route.key);
  if (!ok) return false;
  warn_of_name(&e, line);
  return add_route(&e, routes);
}
