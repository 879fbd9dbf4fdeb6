#include "project_http_api.h"

#include "spelling.h"

enum { MAX_AGE_MAX_S = 86400, LIST_MAX = 100, LIST_BYTES_MAX = 8 * 1024 };

static const struct project_place api_place = { "provider.httpApi." };
static const struct project_place cors_place = { "provider.httpApi.cors." };

static void warn_of_keys(struct project_report *report, struct project_place place, const struct yaml *map,
                         const char *const *known, size_t count) {
  for (size_t i = 0; i < map->count; i++) {
    const struct yaml *key = map->entries[i].key;
    bool is_known = false;
    for (size_t k = 0; k < count; k++)
      if (str_equal(key->text, str_from(known[k]))) is_known = true;
    if (is_known) continue;
    const char *meant = spelling_nearest(key->text, known, count);
    project_warn(report, key->line, meant ? PROJECT_MISSPELT_SETTING : PROJECT_UNKNOWN_SETTING,
                 "%s%s is ignored here%s%s%s", place.path, shown_of(key->text).text,
                 meant ? "; did you mean " : ": the Framework itself has no such setting", meant ? meant : "",
                 meant ? "?" : "");
  }
}

/* Lists */

/* Fit for a header, and no comma in it. */
static bool is_element(const struct yaml *node) {
  if (node->kind != YAML_STRING || node->text.len == 0) return false;
  for (size_t i = 0; i < node->text.len; i++)
    if (node->text.ptr[i] <= ' ' || node->text.ptr[i] > '~' || node->text.ptr[i] == ',') return false;
  return true;
}

static bool read_element(struct project_report *report, const struct yaml_entry *at, const struct yaml *node,
                         struct buf *list) {
  if (!is_element(node))
    return project_fail(report, at->key->line,
                        "%s%s must be a text without spaces and commas, or a list of such texts, "
                        "found %s",
                        cors_place.path, shown_of(at->key->text).text, project_found(node).text);
  if (list->len > 0) buf_add_char(list, ',');
  buf_add(list, node->text);
  return true;
}

/* A text, or a list of texts, as one text with commas. Kept when there is no such key. */
static bool read_list(struct project_report *report, const struct yaml *map, struct str key, struct str *out) {
  const struct yaml_entry *at = yaml_entry_of(map, key);
  struct buf list;
  if (!at || at->value->kind == YAML_NULL) return true;
  bool one = at->value->kind != YAML_LIST, ok = true;
  size_t count = one ? 1 : at->value->count;
  if (count == 0 || count > LIST_MAX)
    return project_fail(report, at->key->line, "%s%.*s must have 1 to %d elements", cors_place.path, STR_ARG(key),
                        LIST_MAX);
  buf_init(&list, LIST_BYTES_MAX);
  for (size_t i = 0; ok && i < count; i++) ok = read_element(report, at, one ? at->value : at->value->items[i], &list);
  if (ok && list.failed)
    ok = project_fail(report, at->key->line, "%s%.*s is longer than %d bytes", cors_place.path, STR_ARG(key),
                      LIST_BYTES_MAX);
  if (ok) *out = arena_copy(report->memory, buf_str(&list));
  buf_free(&list);
  return !ok || out->ptr ? ok : project_out_of_memory(report);
}

/* CORS */

static bool has_star(struct str list) {
  struct str element;
  while (list.len > 0) {
    str_cut(list, ',', &element, &list);
    if (str_equal(element, STR("*"))) return true;
  }
  return false;
}

static bool read_credentials(struct project_report *report, const struct yaml *map, struct project_cors *cors) {
  const struct yaml_entry *at = yaml_entry_of(map, STR("allowCredentials"));
  if (!at || at->value->kind == YAML_NULL) return true;
  if (at->value->kind != YAML_BOOLEAN)
    return project_fail(report, at->key->line, "%sallowCredentials must be true or false, found %s", cors_place.path,
                        project_found(at->value).text);
  cors->credentials = str_equal_nocase(at->value->text, STR("true"));
  if (cors->credentials && has_star(cors->origins))
    project_warn(report, at->key->line, PROJECT_CORS_CREDENTIALS,
                 "%sallowCredentials does not go with the origin *: AWS refuses that, and so do browsers",
                 cors_place.path);
  return true;
}

static bool read_cors_map(struct project_report *report, const struct yaml *map, struct project_cors *cors) {
  static const char *const known[] = { "allowCredentials", "allowedHeaders",         "allowedMethods",
                                       "allowedOrigins",   "exposedResponseHeaders", "maxAge" };
  warn_of_keys(report, cors_place, map, known, sizeof known / sizeof *known);
  int age_s = 0;
  bool ok = read_list(report, map, STR("allowedOrigins"), &cors->origins) &&
            read_list(report, map, STR("allowedHeaders"), &cors->headers) &&
            read_list(report, map, STR("allowedMethods"), &cors->methods) &&
            read_list(report, map, STR("exposedResponseHeaders"), &cors->exposed) &&
            read_credentials(report, map, cors) &&
            project_setting_number(report, cors_place, map, STR("maxAge"), 0, MAX_AGE_MAX_S, &age_s);
  if (ok && yaml_entry_of(map, STR("maxAge"))) cors->max_age_s = age_s;
  return ok;
}

static bool read_cors(struct project_report *report, const struct yaml_entry *at, struct project_http_api *out) {
  const struct yaml *value = at->value;
  if (project_has_variable(value)) {
    project_warn(report, at->key->line, PROJECT_UNKNOWN_HERE, "%scors is left out: %s", api_place.path,
                 project_reason(value).text);
    return true;
  }
  bool on = value->kind == YAML_BOOLEAN && str_equal_nocase(value->text, STR("true"));
  if (value->kind == YAML_NULL || (value->kind == YAML_BOOLEAN && !on)) return true;
  if (!on && value->kind != YAML_MAP)
    return project_fail(report, at->key->line, "%scors must be true, or a mapping with allowedOrigins ..., found %s",
                        api_place.path, project_found(value).text);
  out->cors = arena_alloc(report->memory, sizeof *out->cors);
  if (!out->cors) return project_out_of_memory(report);
  *out->cors = (struct project_cors){
    .origins = STR("*"),
    .headers = STR("Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token,X-Amz-User-Agent,"
                   "X-Amzn-Trace-Id"), /* the Framework's */
    .methods = STR(""),
    .exposed = STR(""),
    .max_age_s = -1,
  };
  return on || read_cors_map(report, value, out->cors);
}

static void add_method(struct buf *list, struct str method) {
  struct str element, rest = buf_str(list);
  while (rest.len > 0) {
    str_cut(rest, ',', &element, &rest);
    if (str_equal(element, method)) return;
  }
  buf_add_char(list, ',');
  buf_add(list, method);
}

bool project_http_api_finish(struct project_report *report, const struct project_http_api *api,
                             const struct project_http_routes *routes) {
  static const struct str all[] = { STR("GET"),     STR("POST"), STR("PUT"),   STR("PATCH"),
                                    STR("OPTIONS"), STR("HEAD"), STR("DELETE") };
  struct buf list;
  struct str method, path;
  if (!api->cors || api->cors->methods.len > 0) return true;
  buf_init(&list, LIST_BYTES_MAX);
  buf_add(&list, STR("OPTIONS"));
  for (size_t i = 0; i < routes->count; i++) {
    bool one = str_cut(routes->list[i].key, ' ', &method, &path) && !str_equal(method, STR("ANY"));
    if (one) add_method(&list, method);
    for (size_t m = 0; !one && m < sizeof all / sizeof *all; m++) add_method(&list, all[m]);
  }
  api->cors->methods = arena_copy(report->memory, buf_str(&list));
  buf_free(&list);
  return api->cors->methods.ptr || project_out_of_memory(report);
}

/* The rest */

/* Text, or a number as YAML has it: 2.0. */
static bool read_payload(struct project_report *report, struct project_place place, const struct yaml *map,
                         struct str *out) {
  const struct yaml_entry *at = yaml_entry_of(map, STR("payload"));
  if (!at || at->value->kind == YAML_NULL) return true;
  const struct yaml *value = at->value;
  if (!yaml_is_scalar(value) || !(str_equal(value->text, STR("2.0")) || str_equal(value->text, STR("1.0"))))
    return project_fail(report, at->key->line, "%spayload must be '2.0' or '1.0', found %s", place.path,
                        project_found(value).text);
  *out = value->text;
  return true;
}

/* The key as a mapping; NULL when there is nothing in it to read. */
static bool find_map(struct project_report *report, struct project_place place, const struct yaml *map,
                     const struct yaml **out) {
  const struct yaml_entry *at = yaml_entry_of(map, STR("httpApi"));
  *out = NULL;
  if (!at || at->value->kind == YAML_NULL) return true;
  if (project_has_variable(at->value)) {
    project_warn(report, at->key->line, PROJECT_UNKNOWN_HERE, "%shttpApi is left out: %s", place.path,
                 project_reason(at->value).text);
    return true;
  }
  if (at->value->kind != YAML_MAP)
    return project_fail(report, at->key->line, "%shttpApi must be a mapping, found %s", place.path,
                        project_found(at->value).text);
  *out = at->value;
  return true;
}

bool project_http_api_read(struct project_report *report, const struct yaml *provider, struct project_http_api *out) {
  static const char *const known[] = {
    "authorizers", "cors",    "disableDefaultEndpoint",     "id",      "metrics",
    "name",        "payload", "shouldStartNameWithService", "timeout", "useProviderTags"
  };
  const struct yaml *map;
  *out = (struct project_http_api){ .payload = STR("2.0") };
  if (!find_map(report, (struct project_place){ "provider." }, provider, &map)) return false;
  if (!map) return true;
  const struct yaml_entry *cors = yaml_entry_of(map, STR("cors"));
  warn_of_keys(report, api_place, map, known, sizeof known / sizeof *known);
  return read_payload(report, api_place, map, &out->payload) && (!cors || read_cors(report, cors, out));
}

bool project_http_api_payload(struct project_report *report, struct project_place place, const struct yaml *function,
                              const struct project_http_api *api, struct str *out) {
  static const char *const known[] = { "payload" };
  const struct yaml *map;
  struct project_place inner = project_place_at("%shttpApi.", place.path);
  *out = api->payload;
  if (!find_map(report, place, function, &map)) return false;
  if (!map) return true;
  warn_of_keys(report, inner, map, known, 1);
  return read_payload(report, inner, map, out);
}
