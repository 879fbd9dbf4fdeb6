#include "project_function.h"

#include "project_authorizer.h"
#include "project_environment.h"
#include "project_event.h"
#include "project_spelling.h"
#include "spelling.h"

/* The entries of the section, from one mapping or several. */
struct section {
  const struct yaml_entry *list[PROJECT_FUNCTIONS_MAX];
  size_t count;
};

static const char example[] = "a mapping of functions, such as `echo: { handler: handlers/echo.default }`";

static bool add_function(struct project_report *report, const struct yaml_entry *entry, struct section *s) {
  const struct yaml *key = entry->key;
  if (!yaml_is_scalar(key) || !project_is_name(key->text))
    return project_fail(report, key->line, "functions: a name must be 1 to 128 letters, digits, - or _, found \"%s\"",
                        shown_of(key->text).text);
  for (size_t i = 0; i < s->count; i++)
    if (str_equal(s->list[i]->key->text, key->text))
      return project_fail(report, key->line, "functions.%.*s stands here a second time, first in line %d",
                          STR_ARG(key->text), s->list[i]->key->line.number);
  if (s->count == PROJECT_FUNCTIONS_MAX)
    return project_fail(report, key->line, "there are more than %d functions", PROJECT_FUNCTIONS_MAX);
  s->list[s->count++] = entry;
  return true;
}

static bool add_functions(struct project_report *report, const struct yaml *node, struct yaml_line line,
                          struct section *s) {
  if (project_has_variable(node)) {
    project_warn(report, line, PROJECT_UNKNOWN_HERE, "functions are left out: %s", project_reason(node).text);
    return true;
  }
  if (node->kind != YAML_MAP)
    return project_fail(report, line, "functions must hold %s, found %s", example, project_found(node).text);
  for (size_t i = 0; i < node->count; i++)
    if (!add_function(report, &node->entries[i], s)) return false;
  return true;
}

static bool find_functions(struct project_report *report, const struct yaml *root, struct section *s) {
  const struct yaml_entry *at = yaml_entry_of(root, STR("functions"));
  s->count = 0;
  const struct yaml *misspelt = at ? NULL : project_misspelt(root, "functions");
  if (misspelt)
    return project_fail(report, misspelt->line, "%s is no setting; did you mean functions?",
                        shown_of(misspelt->text).text);
  if (!at) return project_fail(report, YAML_NO_LINE, "functions is missing; expected %s", example);
  const struct yaml *value = at->value;
  if (value->kind == YAML_LIST) {
    for (size_t i = 0; i < value->count; i++)
      if (!add_functions(report, value->items[i], value->items[i]->line, s)) return false;
    return true;
  }
  if (project_has_variable(value))
    return project_fail(report, at->key->line, "functions must be %s; %s", example, project_reason(value).text);
  if (value->kind != YAML_MAP)
    return project_fail(report, at->key->line, "functions must be %s, found %s", example, project_found(value).text);
  return add_functions(report, value, at->key->line, s);
}

/* "Serverless.yml Reference" of the Framework's version 3, `functions`. */
static const char *const known_settings[] = {
  "architecture",
  "awsKmsKeyArn",
  "condition",
  "dependsOn",
  "description",
  "destinations",
  "disableLogs",
  "environment",
  "ephemeralStorageSize",
  "events",
  "fileSystemConfig",
  "handler",
  "httpApi",
  "image",
  "kmsKeyArn",
  "layers",
  "logDataProtectionPolicy",
  "logRetentionInDays",
  "maximumEventAge",
  "maximumRetryAttempts",
  "memorySize",
  "name",
  "onError",
  "package",
  "provisionedConcurrency",
  "reservedConcurrency",
  "role",
  "runtime",
  "runtimeManagement",
  "snapStart",
  "tags",
  "timeout",
  "tracing",
  "url",
  "versionFunction",
  "vpc",
};

enum { KNOWN = sizeof known_settings / sizeof *known_settings };

static bool is_known(struct str setting) {
  for (size_t i = 0; i < KNOWN; i++)
    if (str_equal(setting, str_from(known_settings[i]))) return true;
  return false;
}

static void warn_of_settings(struct project_report *report, struct project_place place, const struct yaml *map) {
  for (size_t i = 0; i < map->count; i++) {
    const struct yaml *key = map->entries[i].key;
    if (!yaml_is_scalar(key) || is_known(key->text)) continue;
    const char *meant = spelling_nearest(key->text, known_settings, KNOWN);
    project_warn(report, key->line, meant ? PROJECT_MISSPELT_SETTING : PROJECT_UNKNOWN_SETTING,
                 "%s%s is no setting of functions that the Framework knows; %s%s%s", place.path,
                 shown_of(key->text).text, meant ? "did you mean " : "it is ignored here", meant ? meant : "",
                 meant ? "?" : "");
  }
}

enum { RETRIES = 2 /* most, and default; Lambda Developer Guide, "Configuring error handling settings" */ };

static bool read_function(struct project_report *report, const struct yaml_entry *entry,
                          const struct project_provider *provider, struct project_function *out) {
  static const char expected[] = "a string such as handlers/echo.default";
  struct project_place place = project_place_at("functions.%.*s.", STR_ARG(entry->key->text));
  const struct yaml *map = entry->value;
  const struct yaml_entry *handler = yaml_entry_of(map, STR("handler"));
  *out = (struct project_function){
    .name = entry->key->text, .timeout_s = provider->timeout_s, .memory_mb = provider->memory_mb, .retries = RETRIES
  };
  if (project_has_variable(map))
    return project_fail(report, entry->key->line, "functions.%.*s must be a mapping with a handler; %s",
                        STR_ARG(entry->key->text), project_reason(map).text);
  if (map->kind != YAML_MAP)
    return project_fail(report, entry->key->line, "functions.%.*s must be a mapping with a handler, found %s",
                        STR_ARG(entry->key->text), project_found(map).text);
  const struct yaml *misspelt = handler ? NULL : project_misspelt(map, "handler");
  if (misspelt)
    return project_fail(report, misspelt->line, "%s%s is no setting; did you mean handler?", place.path,
                        shown_of(misspelt->text).text);
  if (!handler)
    return project_fail(report, entry->key->line, "%shandler is missing; expected %s", place.path, expected);
  warn_of_settings(report, place, map);
  project_check_runtime(report, place, map);
  return project_text(report, place, handler, expected, &out->handler) &&
         project_limits(report, place, map, &out->timeout_s, &out->memory_mb) &&
         project_setting_number(report, place, map, STR("maximumRetryAttempts"), 0, RETRIES, &out->retries) &&
         project_environment(report, place, map, provider->environment, &out->environment);
}

static bool read_all(struct project_report *report, const struct section *s, const struct project_provider *provider,
                     struct project_function *functions, struct project_events *events) {
  for (size_t i = 0; i < s->count; i++) {
    const struct yaml *map = s->list[i]->value;
    struct project_place place = project_place_at("functions.%.*s.", STR_ARG(s->list[i]->key->text));
    struct project_http_owner owner = { .function = &functions[i] };
    if (!read_function(report, s->list[i], provider, &functions[i]) ||
        !project_http_api_payload(report, place, map, &provider->http_api, &owner.payload) ||
        !project_events_add(report, place, map, &owner, events))
      return false;
  }
  return project_http_api_finish(report, &provider->http_api, &events->http);
}

bool project_functions_read(struct project_report *report, const struct yaml *root,
                            const struct project_provider *provider, struct project *project) {
  struct section s;
  struct project_events events;
  if (!find_functions(report, root, &s) || !project_events_init(report, &events)) return false;
  struct project_function *functions = arena_alloc(report->memory, (s.count + 1) * sizeof *functions);
  if (!functions) return project_out_of_memory(report);
  if (!read_all(report, &s, provider, functions, &events)) return false;
  if (events.websocket.count + events.http.count == 0)
    project_warn(report, YAML_NO_LINE, PROJECT_NO_ROUTE,
                 "no function has a websocket or httpApi event: no route can be called");
  project->functions = functions;
  project->function_count = s.count;
  project->routes = events.websocket.list;
  project->route_count = events.websocket.count;
  project->http_routes = events.http.list;
  project->http_route_count = events.http.count;
  project->cors = provider->http_api.cors;
  return project_authorizers_resolve(report, project);
}
