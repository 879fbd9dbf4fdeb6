#include "project_provider.h"

#include "project_environment.h"
#include "project_settings.h"

#define RIGHT_KEY "websocketsApiRouteSelectionExpression"
#define OLD_KEY "websocketApiRouteSelectionExpression"

static const struct project_place provider_place = { "provider." };

bool project_limits(struct project_report *report, struct project_place place, const struct yaml *map, int *timeout_s,
                    int *memory_mb) {
  return project_setting_number(report, place, map, STR("timeout"), 1, PROJECT_TIMEOUT_MAX_S, timeout_s) &&
         project_setting_number(report, place, map, STR("memorySize"), PROJECT_MEMORY_MIN_MB, PROJECT_MEMORY_MAX_MB,
                                memory_mb);
}

void project_check_runtime(struct project_report *report, struct project_place place, const struct yaml *map) {
  const struct yaml_entry *at = yaml_entry_of(map, STR("runtime"));
  if (!at || at->value->kind != YAML_STRING || project_has_variable(at->value)) return;
  if (str_equal(at->value->text, STR("provided.al2023"))) return;
  project_warn(report, at->key->line, PROJECT_RUNTIME,
               "%sruntime is %s; bootstrap runs the handlers anyway, on AWS it takes provided.al2023", place.path,
               shown_of(at->value->text).text);
}

static bool read_expression(struct project_report *report, const struct yaml_entry *at, struct str *out) {
  const struct yaml *value = at->value;
  if (project_has_variable(value)) {
    project_warn(report, at->key->line, PROJECT_UNKNOWN_HERE, "provider.%.*s is %.*s: %s", STR_ARG(at->key->text),
                 STR_ARG(*out), project_reason(value).text);
    return true;
  }
  bool text = value->kind == YAML_STRING && value->text.len > 0 && !memchr(value->text.ptr, '\0', value->text.len);
  if (!text)
    return project_fail(report, at->key->line, "provider.%.*s must be an expression such as %.*s, found %s",
                        STR_ARG(at->key->text), STR_ARG(*out), project_found(value).text);
  *out = value->text;
  return true;
}

static bool find_expression(struct project_report *report, const struct yaml *provider, struct str *out) {
  const struct yaml_entry *right = yaml_entry_of(provider, STR(RIGHT_KEY));
  const struct yaml_entry *old = yaml_entry_of(provider, STR(OLD_KEY));
  if (old)
    project_warn(report, old->key->line, PROJECT_OLD_SPELLING,
                 "provider." OLD_KEY " is an old spelling without effect on AWS%s; the right one is " RIGHT_KEY,
                 right ? "" : ", accepted here");
  if (!right) right = old;
  return !right || read_expression(report, right, out);
}

static void warn_of_unknown_keys(struct project_report *report, const struct yaml *provider) {
  static const char *const known[] = { RIGHT_KEY, OLD_KEY, "websocketsApiName" };
  for (size_t i = 0; provider && i < provider->count; i++) {
    const struct yaml *key = provider->entries[i].key;
    bool ours = str_starts(key->text, STR("websocketsApi")) || str_starts(key->text, STR("websocketApi"));
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
      if (str_equal(key->text, str_from(known[k]))) ours = false;
    if (ours)
      project_warn(report, key->line, PROJECT_UNKNOWN_SETTING,
                   "provider.%s is no key of Serverless; there are " RIGHT_KEY " and websocketsApiName",
                   shown_of(key->text).text);
  }
}

/* The section as a mapping; NULL when there is nothing in it to read. `provider: aws` is a short form. */
static bool find_provider(struct project_report *report, const struct yaml *root, const struct yaml **out) {
  const struct yaml_entry *at = yaml_entry_of(root, STR("provider"));
  *out = NULL;
  if (!at || at->value->kind == YAML_NULL) return true;
  if (at->value->kind == YAML_MAP) {
    *out = at->value;
    return true;
  }
  if (project_has_variable(at->value)) {
    project_warn(report, at->key->line, PROJECT_UNKNOWN_HERE, "provider is left out: %s",
                 project_reason(at->value).text);
    return true;
  }
  return at->value->kind == YAML_STRING ||
         project_fail(report, at->key->line, "provider must be a mapping with name, runtime, stage ..., found %s",
                      project_found(at->value).text);
}

static bool read_stage(struct project_report *report, const struct yaml *provider, struct str stage, struct str *out) {
  *out = STR("dev");
  if (stage.len == 0) return project_setting_name(report, provider_place, provider, STR("stage"), out);
  if (!project_is_name(stage))
    return fail(report->err, "--stage must be 1 to 128 letters, digits, - or _, found \"%s\"", shown_of(stage).text);
  *out = arena_copy(report->memory, stage);
  return out->ptr || project_out_of_memory(report);
}

/* A region of the command line counts for more than the file's, as in Serverless. */
static bool read_region(struct project_report *report, const struct yaml *provider, struct fields options,
                        struct str *out) {
  for (size_t i = options.count; i > 0; i--) {
    struct field option = options.list[i - 1];
    if (!str_equal(option.name, STR("region"))) continue;
    if (!project_is_name(option.value))
      return fail(report->err, "--opt region must be 1 to 128 letters, digits, - or _, found \"%s\"",
                  shown_of(option.value).text);
    *out = arena_copy(report->memory, option.value);
    return out->ptr || project_out_of_memory(report);
  }
  return project_setting_name(report, provider_place, provider, STR("region"), out);
}

bool project_provider_read(struct project_report *report, const struct yaml *root,
                           const struct project_surroundings *surroundings, struct project_provider *out) {
  const struct yaml *map;
  *out = (struct project_provider){
    .region = STR(PROJECT_REGION),
    .route_selection_expression = STR("$request.body.action"),
    .timeout_s = 6,
    .memory_mb = 1024,
  };
  if (!find_provider(report, root, &map) || !read_stage(report, map, surroundings->stage, &out->stage)) return false;
  if (!read_region(report, map, surroundings->options, &out->region)) return false;
  if (!find_expression(report, map, &out->route_selection_expression)) return false;
  warn_of_unknown_keys(report, map);
  project_check_provider(report, map);
  project_check_runtime(report, provider_place, map);
  return project_limits(report, provider_place, map, &out->timeout_s, &out->memory_mb) &&
         project_http_api_read(report, map, &out->http_api);
}

bool project_provider_environment(struct project_report *report, const struct yaml *root,
                                  struct project_provider *out) {
  const struct yaml *map;
  return find_provider(report, root, &map) &&
         project_environment(report, provider_place, map, (struct fields){ NULL, 0 }, &out->environment);
}
