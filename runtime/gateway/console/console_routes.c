#include "console_routes.h"

#include "model_json.h"

enum { ROUTES_MAX = 500, MESSAGE_MAX = 16 * 1024, KEY_MAX = 4 * 1024 /* bytes */ };

/* The API */

static const struct project_route *route_of(const struct project *project, struct str key) {
  for (size_t i = 0; i < project->route_count; i++)
    if (str_equal(project->routes[i].key, key)) return &project->routes[i];
  return NULL;
}

/* The route of the API that a message selects; NULL when there is none. */
static const struct project_route *selected(const struct console_routes *routes, struct str message) {
  struct arena scratch;
  struct buf key;
  arena_init(&scratch);
  buf_init(&key, KEY_MAX);
  if (routes->selection) route_selection_evaluate(routes->selection, message, &scratch, &key);
  const struct project_route *route = key.len > 0 ? route_of(routes->project, buf_str(&key)) : NULL;
  buf_free(&key);
  arena_free(&scratch);
  return route ? route : route_of(routes->project, STR("$default"));
}

bool console_routes_message(const struct console_routes *routes, struct str key, struct buf *out) {
  size_t start = out->len;
  struct str name;
  bool ok = routes->selection && !str_starts(key, STR("$"));
  buf_add_char(out, '{');
  ok = ok && route_selection_member(routes->selection, key, &name, out);
  buf_add_char(out, '}');
  const struct project_route *route = ok ? selected(routes, str_slice(buf_str(out), start, out->len)) : NULL;
  if (route && str_equal(route->key, key)) return true;
  out->len = start;
  return false;
}

/* An app behind it */

struct target {
  struct console_routes *routes;
  struct str handler;
  const struct json *list; /* the routes of the app */
  struct str key, action;  /* of the one at hand */
  const struct json *fields;
};

static bool app_has(const struct target *target, struct str key) {
  struct json_item list, item;
  json_read(target->list, &list);
  for (const struct json *at = list.first; at; at = item.next) {
    json_read(at, &item);
    if (str_equal(json_member_text(at, STR("route")), key)) return true;
  }
  return false;
}

/* As moonwire.app finds its route (lua/moonwire/app/route.lua). */
static bool gets_there(const struct target *target, struct str message) {
  const struct project_route *route = selected(target->routes, message);
  const struct json *root;
  struct arena scratch;
  if (!route || !str_equal(route->function->handler, target->handler)) return false;
  if (!str_starts(route->key, STR("$")) && app_has(target, route->key)) return str_equal(route->key, target->key);
  arena_init(&scratch);
  bool ok = json_parse(&scratch, message, &root, NULL) &&
            str_equal(json_member_text(root, target->action), target->key) && !str_starts(target->key, STR("$"));
  arena_free(&scratch);
  return ok;
}

/* The members of the schema that are none of the two that name the route. */
static void add_fields(const struct target *target, struct str first, struct str second, struct buf *out) {
  struct json_item list = { .type = JSON_NULL }, field, name, text = { .text = STR("") };
  if (target->fields) json_read(target->fields, &list);
  for (const struct json *at = list.type == JSON_ARRAY ? list.first : NULL; at; at = field.next) {
    json_read(at, &field);
    if (field.type != JSON_ARRAY || json_count(at) != 2) continue;
    json_read(field.first, &name);
    json_read(name.next, &text);
    if (name.type != JSON_STRING || text.type != JSON_STRING) continue;
    if (str_equal(name.text, first) || str_equal(name.text, second)) continue;
    buf_add_char(out, ',');
    json_write_string_utf8(out, name.text);
    buf_add_char(out, ':');
    buf_add(out, text.text);
  }
}

/* A message with the member that selects `key` of the API, unless that is empty, and the one that names the route to the app. */
static bool try_message(const struct target *target, struct str key, bool has_action, struct buf *out) {
  struct str member = STR("");
  const struct route_selection *selection = target->routes->selection;
  buf_clear(out);
  buf_add_char(out, '{');
  if (key.len > 0 && !(selection && route_selection_member(selection, key, &member, out))) return false;
  has_action = has_action && !str_equal(member, target->action);
  if (has_action) {
    if (key.len > 0) buf_add_char(out, ',');
    json_write_string_utf8(out, target->action);
    buf_add_char(out, ':');
    json_write_string_utf8(out, target->key);
  }
  add_fields(target, member, has_action ? target->action : member, out);
  buf_add_char(out, '}');
  return !out->failed && gets_there(target, buf_str(out));
}

/* Any route of the API leads to the app, which looks for its own. */
static bool try_routes(const struct target *target, struct buf *out) {
  const struct project *project = target->routes->project;
  for (size_t i = 0; i < project->route_count; i++)
    if (!str_starts(project->routes[i].key, STR("$")) && try_message(target, project->routes[i].key, true, out))
      return true;
  return false;
}

static bool find_message(const struct target *target, struct buf *out) {
  return try_message(target, target->key, false, out) || try_message(target, STR(""), true, out) ||
         try_routes(target, out);
}

static void add_text(struct buf *out, struct str name, const struct json *node) {
  struct str text = json_member_text(node, name);
  if (text.len > 0) model_json_text(out, name, text);
}

static void write_route(struct target *target, const struct json *node, struct buf *out) {
  struct buf message;
  target->key = json_member_text(node, STR("route"));
  target->action = json_member_text(node, STR("action"));
  target->fields = json_member(node, STR("fields"));
  const struct json *fields = target->fields;
  buf_init(&message, MESSAGE_MAX);
  if (target->key.len > 0 && find_message(target, &message)) {
    if (out->ptr[out->len - 1] == '}') buf_add_char(out, ',');
    buf_add_char(out, '{');
    model_json_text(out, STR("route"), target->key);
    model_json_text(out, STR("action"), target->action);
    if (fields) model_json_text(out, STR("message"), buf_str(&message)); /* without them it would be refused */
    add_text(out, STR("schema"), node);
    add_text(out, STR("source"), node);
    buf_add_char(out, '}');
  }
  buf_free(&message);
}

void console_routes_write_app(struct console_routes *routes, struct str handler, const struct json *app,
                              struct buf *out) {
  struct target target = { .routes = routes, .handler = handler, .list = json_member(app, STR("routes")) };
  struct json_item list = { .type = JSON_NULL }, item;
  int count = 0;
  buf_add_char(out, '[');
  if (target.list) json_read(target.list, &list);
  for (const struct json *at = list.type == JSON_ARRAY ? list.first : NULL; at && count < ROUTES_MAX; count++) {
    json_read(at, &item);
    write_route(&target, at, out);
    at = item.next;
  }
  buf_add_char(out, ']');
}

/* The whole */

void console_routes_init(struct console_routes *routes, const struct project *project) {
  char err[ERR_LEN];
  *routes = (struct console_routes){ .project = project };
  arena_init(&routes->memory);
  routes->selection = route_selection_parse(&routes->memory, project->route_selection_expression, err);
}

void console_routes_free(struct console_routes *routes) {
  arena_free(&routes->memory);
}
