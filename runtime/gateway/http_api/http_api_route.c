#include "http_api_route.h"

#define DEFAULT STR("$default")

enum kind { GREEDY, VARIABLE, LITERAL }; /* the more specific the higher */

static enum kind kind_of(struct str segment) {
  if (!str_starts(segment, STR("{")) || !str_ends(segment, STR("}"))) return LITERAL;
  return str_ends(segment, STR("+}")) ? GREEDY : VARIABLE;
}

/* "GET /users/{id}" */
static struct str path_of(const struct http_api_route *route, struct str *method) {
  struct str path;
  str_cut(route->key, ' ', method, &path);
  return path;
}

static struct str behind_slash(struct str path) {
  return str_slice(path, 1, path.len);
}

/* Segment by segment. A variable stands for one that is not empty; a greedy one for all that follows the slash before it,
 * nothing included (recorded: "/" takes "ANY /{proxy+}"). */
static bool matches(struct str template, struct str path) {
  struct str wanted, found;
  bool more = true, more_found = true;
  if (!str_starts(template, STR("/")) || !str_starts(path, STR("/"))) return false;
  template = behind_slash(template);
  path = behind_slash(path);
  while (more && more_found) {
    more = str_cut(template, '/', &wanted, &template);
    more_found = str_cut(path, '/', &found, &path);
    enum kind kind = kind_of(wanted);
    if (kind == GREEDY) return true;
    if (kind == VARIABLE ? found.len == 0 : !str_equal(wanted, found)) return false;
  }
  return more == more_found;
}

static bool is_greedy(struct str template) {
  return str_ends(template, STR("+}"));
}

/* Which of two paths that match the same one is more specific: positive when it is the first. */
static int compare(struct str a, struct str b) {
  struct str left, right;
  bool more = true;
  if (is_greedy(a) != is_greedy(b)) return is_greedy(b) ? 1 : -1;
  while (more) {
    more = str_cut(a, '/', &left, &a);
    more = str_cut(b, '/', &right, &b) && more;
    int difference = (int)kind_of(left) - (int)kind_of(right);
    if (difference != 0) return difference;
  }
  return 0;
}

const struct http_api_route *http_api_route_select(const struct http_api *api, struct str method, struct str path) {
  const struct http_api_route *best = NULL, *other = NULL;
  struct str best_path = STR("");
  bool best_is_exact = false;
  for (size_t i = 0; i < api->route_count; i++) {
    const struct http_api_route *route = &api->routes[i];
    struct str wanted, template = path_of(route, &wanted);
    if (str_equal(route->key, DEFAULT)) other = route;
    bool exact = str_equal(wanted, method);
    if (!(exact || str_equal(wanted, STR("ANY"))) || !matches(template, path)) continue;
    int order = best ? compare(template, best_path) : 1;
    if (order < 0 || (order == 0 && (best_is_exact || !exact))) continue;
    best = route;
    best_path = template;
    best_is_exact = exact;
  }
  return best ? best : other;
}

struct http_api_variables http_api_route_variables(const struct http_api_route *route, struct str path) {
  struct str method, template = path_of(route, &method);
  return (struct http_api_variables){ behind_slash(template), behind_slash(path) };
}

bool http_api_route_variable(struct http_api_variables *left, struct field *variable) {
  struct str segment, rest;
  while (left->template.len > 0) {
    str_cut(left->template, '/', &segment, &left->template);
    rest = left->path;
    str_cut(left->path, '/', &variable->value, &left->path);
    enum kind kind = kind_of(segment);
    if (kind == LITERAL) continue;
    variable->name = str_slice(segment, 1, segment.len - (kind == GREEDY ? 2 : 1));
    if (kind == GREEDY) variable->value = rest;
    return true;
  }
  return false;
}
