#include "project_http_route.h"

#include "spelling.h"

#define DEFAULT "$default"

/* One event. */
struct event {
  struct project_report *report;
  struct project_place place; /* "functions.echo.events[0].httpApi" */
  struct yaml_line line;
  struct str method, path; /* the method in capitals; both empty: $default */
  struct project_http_route route;
};

static const char *const methods[] = { "ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT" };

/* Paths */

static bool is_variable_name(struct str name) {
  for (size_t i = 0; i < name.len; i++)
    if (name.ptr[i] != '.' && !project_is_name(str_slice(name, i, i + 1))) return false;
  return name.len > 0;
}

/* "{id}", "{proxy+}"; *name is empty when it is no variable. False, with what is wrong, when it looks like one and is none. */
static bool read_segment(struct str segment, bool is_last, struct str *name, const char **why) {
  *name = STR("");
  if (!memchr(segment.ptr, '{', segment.len) && !memchr(segment.ptr, '}', segment.len)) return true;
  *name = str_slice(segment, 1, segment.len - 1);
  bool greedy = str_ends(*name, STR("+"));
  if (greedy) *name = str_slice(*name, 0, name->len - 1);
  *why = "a variable is a whole segment, such as {id}, of letters, digits, - . and _";
  if (segment.len < 3 || !str_starts(segment, STR("{")) || !str_ends(segment, STR("}")) || !is_variable_name(*name))
    return false;
  *why = "a greedy variable such as {proxy+} can only be the last segment";
  return !greedy || is_last;
}

/* Whether a segment before `end` has the variable. */
static bool has_variable(struct str path, const char *end, struct str name) {
  struct str segment, other;
  const char *why;
  while (path.len > 0 && path.ptr < end) {
    str_cut(path, '/', &segment, &path);
    if (segment.ptr < end && read_segment(segment, true, &other, &why) && str_equal(other, name)) return true;
  }
  return false;
}

static bool check_segments(struct str path, const char **why) {
  struct str segment, name, rest = path;
  for (bool more = true; more;) {
    more = str_cut(rest, '/', &segment, &rest);
    if (segment.len == 0) continue;
    if (!read_segment(segment, !more, &name, why)) return false;
    if (name.len == 0 || !has_variable(path, segment.ptr, name)) continue;
    *why = "two variables have the same name";
    return false;
  }
  return true;
}

static bool check_path(const struct event *e) {
  const char *why = "it must begin with / and have no spaces";
  bool ok = str_starts(e->path, STR("/"));
  for (size_t i = 0; ok && i < e->path.len; i++) ok = (unsigned char)e->path.ptr[i] > ' ' && e->path.ptr[i] != 0x7F;
  if (ok && check_segments(e->path, &why)) return true;
  return project_fail(e->report, e->line, "%s: the path %s cannot be one: %s", e->place.path, shown_of(e->path).text,
                      why);
}

/* Methods */

static bool read_method(struct event *e, struct str text) {
  if (str_equal(text, STR("*"))) text = STR("ANY");
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
    if (!str_equal_nocase(text, str_from(methods[i]))) continue;
    e->method = str_from(methods[i]);
    return true;
  }
  return project_fail(e->report, e->line,
                      "%s: the method must be GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, or * for any, found \"%s\"",
                      e->place.path, shown_of(text).text);
}

/* The forms */

static bool is_default(struct str text) {
  return str_equal(text, STR("*")) || str_equal(text, STR(DEFAULT));
}

/* "GET /users/{id}" */
static bool read_line(struct event *e, struct str text) {
  struct str method;
  if (is_default(text)) return true;
  if (!str_cut(text, ' ', &method, &e->path))
    return project_fail(e->report, e->line,
                        "%s must be a method and a path such as `GET /users/{id}`, or *, found \"%s\"", e->place.path,
                        shown_of(text).text);
  return read_method(e, method) && check_path(e);
}

static void warn_of_key(const struct event *e, const struct yaml *key) {
  static const char *const known[] = { "authorizer", "method", "path" };
  const char *meant = spelling_nearest(key->text, known, sizeof known / sizeof *known);
  project_warn(e->report, key->line, meant ? PROJECT_MISSPELT_SETTING : PROJECT_UNKNOWN_SETTING,
               "%s.%s is no key of an httpApi event; %s%s%s", e->place.path, shown_of(key->text).text,
               meant ? "did you mean " : "there are method, path and authorizer", meant ? meant : "", meant ? "?" : "");
}

static bool read_options(struct event *e, const struct yaml *map) {
  const struct yaml_entry *path = yaml_entry_of(map, STR("path")), *method = yaml_entry_of(map, STR("method"));
  const struct yaml_entry *authorizer = yaml_entry_of(map, STR("authorizer"));
  struct project_place place = project_place_at("%s.", e->place.path);
  struct str method_text = STR(""), path_text;
  for (size_t i = 0; i < map->count; i++) {
    const struct yaml_entry *at = &map->entries[i];
    if (at != path && at != method && at != authorizer) warn_of_key(e, at->key);
  }
  if (authorizer && authorizer->value->kind != YAML_NULL)
    e->route.refusal = STR("it has an authorizer, and authorizers of HTTP routes are not emulated");
  if (!path) return project_fail(e->report, e->line, "%spath is missing; expected one such as /users/{id}", place.path);
  if (!project_text(e->report, place, path, "a path such as /users/{id}", &path_text)) return false;
  if (method && !project_text(e->report, place, method, "a method such as GET, or *", &method_text)) return false;
  if (is_default(path_text) && (!method || is_default(method_text))) return true;
  if (!method)
    return project_fail(e->report, e->line, "%smethod is missing; expected one such as GET, or *", place.path);
  e->path = path_text;
  return read_method(e, method_text) && check_path(e);
}

/* The whole */

static bool make_key(struct event *e) {
  struct buf key;
  e->route.key = STR(DEFAULT);
  if (e->path.len == 0) return true;
  buf_init(&key, e->method.len + e->path.len + 1);
  buf_add(&key, e->method);
  buf_add_char(&key, ' ');
  buf_add(&key, e->path);
  e->route.key = key.failed ? str_of(NULL, 0) : arena_copy(e->report->memory, buf_str(&key));
  buf_free(&key);
  return e->route.key.ptr || project_out_of_memory(e->report);
}

static void warn_of_limits(const struct event *e, const struct project_http_owner *owner) {
  if (e->route.refusal.len == 0 && str_equal(owner->payload, STR("1.0")))
    project_warn(e->report, e->line, PROJECT_NOT_SERVED_HERE,
                 "%s: the payload format 1.0 is not emulated: requests to %s are refused with 500", e->place.path,
                 shown_of(e->route.key).text);
  else if (e->route.refusal.len > 0)
    project_warn(e->report, e->line, PROJECT_NOT_SERVED_HERE,
                 "%s: authorizers of HTTP routes are not emulated: requests to %s are refused with 500", e->place.path,
                 shown_of(e->route.key).text);
  if (owner->function->timeout_s > PROJECT_HTTP_TIMEOUT_S)
    project_warn(e->report, e->line, PROJECT_TIMEOUT_OVER_CLIENT,
                 "%.*s may take %d s, but clients of HTTP routes get 503 after %d s", STR_ARG(owner->function->name),
                 owner->function->timeout_s, PROJECT_HTTP_TIMEOUT_S);
}

static bool add_route(struct event *e, struct project_http_routes *routes) {
  for (size_t i = 0; i < routes->count; i++)
    if (str_equal(routes->list[i].key, e->route.key))
      return project_fail(e->report, e->line, "%s: the route %s stands here a second time, first in line %d",
                          e->place.path, shown_of(e->route.key).text, routes->list[i].line);
  if (routes->count == PROJECT_HTTP_ROUTES_MAX)
    return project_fail(e->report, e->line,
                        "there are more than %d HTTP routes; API Gateway has 300 unless AWS raises the quota",
                        PROJECT_HTTP_ROUTES_MAX);
  routes->list[routes->count++] = e->route;
  return true;
}

bool project_http_route_add(struct project_report *report, struct project_place place, const struct yaml_entry *at,
                            const struct project_http_owner *owner, struct project_http_routes *routes) {
  static const char expected[] = "a route such as `GET /users/{id}`, or a mapping with method and path";
  struct event e = { .report = report, .line = at->key->line, .method = STR(""), .path = STR("") };
  struct str text;
  e.place = project_place_at("%shttpApi", place.path);
  e.route = (struct project_http_route){ .function = owner->function, .refusal = STR(""), .line = e.line.number };
  bool ok = at->value->kind == YAML_MAP ? read_options(&e, at->value)
                                        : project_text(report, place, at, expected, &text) && read_line(&e, text);
  if (!ok || !make_key(&e)) return false;
  warn_of_limits(&e, owner);
  if (e.route.refusal.len == 0 && str_equal(owner->payload, STR("1.0")))
    e.route.refusal = STR("its payload format is 1.0, and only 2.0 is emulated");
  return add_route(&e, routes);
}
