#include "project_environment.h"

static bool is_variable_name(struct str name) {
  return name.len > 0 && !memchr(name.ptr, '=', name.len) && !memchr(name.ptr, '\0', name.len);
}

/* Why a value is left out; NULL when it is not. */
static const char *why_left_out(const struct yaml *value) {
  if (value->kind == YAML_NULL) return "it has no value";
  if (!yaml_is_scalar(value)) return "its value is known on AWS only";
  return value->text.len > 0 && memchr(value->text.ptr, '\0', value->text.len) ? "its value has a NUL" : NULL;
}

static void add_own(struct project_report *report, struct project_place place, const struct yaml_entry *entry,
                    struct field *list, size_t *count) {
  const struct yaml *key = entry->key;
  struct project_reason reason;
  const char *why = why_left_out(entry->value);
  if (project_has_variable(entry->value)) {
    reason = project_reason(entry->value);
    why = reason.text;
  }
  if (!yaml_is_scalar(key) || !is_variable_name(key->text)) why = "this cannot be the name of a variable";
  if (why)
    project_warn(report, key->line, "%senvironment.%s is left out: %s", place.path, shown_of(key->text).text, why);
  else
    list[(*count)++] = (struct field){ key->text, entry->value->text };
}

static void warn_of_size(struct project_report *report, struct project_place place, struct yaml_line line,
                         struct fields fields) {
  size_t bytes = 0;
  for (size_t i = 0; i < fields.count; i++) bytes += fields.list[i].name.len + fields.list[i].value.len;
  if (bytes > PROJECT_ENVIRONMENT_BYTES)
    project_warn(report, line, "%senvironment has %zu bytes with what it inherits; Lambda accepts %d", place.path,
                 bytes, PROJECT_ENVIRONMENT_BYTES);
}

static bool merge(struct project_report *report, struct project_place place, const struct yaml_entry *at,
                  struct fields inherited, struct fields *out) {
  const struct yaml *map = at->value;
  size_t most = inherited.count + map->count, count = 0;
  if (most > 2 * PROJECT_ENVIRONMENT_MAX || map->count > PROJECT_ENVIRONMENT_MAX)
    return project_fail(report, at->key->line, "%senvironment must not have more than %d variables", place.path,
                        PROJECT_ENVIRONMENT_MAX);
  struct field *list = arena_alloc(report->memory, (most + 1) * sizeof *list);
  if (!list) return project_out_of_memory(report);
  for (size_t i = 0; i < inherited.count; i++)
    if (!yaml_entry_of(map, inherited.list[i].name)) list[count++] = inherited.list[i];
  for (size_t i = 0; i < map->count; i++) add_own(report, place, &map->entries[i], list, &count);
  *out = (struct fields){ list, count };
  warn_of_size(report, place, at->key->line, *out);
  return true;
}

bool project_environment(struct project_report *report, struct project_place place, const struct yaml *map,
                         struct fields inherited, struct fields *out) {
  const struct yaml_entry *at = yaml_entry_of(map, STR("environment"));
  *out = inherited;
  if (!at || at->value->kind == YAML_NULL) return true;
  if (at->value->kind == YAML_MAP) return merge(report, place, at, inherited, out);
  if (!project_has_variable(at->value))
    return project_fail(report, at->key->line, "%senvironment must be a mapping of names to values, found %s",
                        place.path, project_found(at->value).text);
  project_warn(report, at->key->line, "%senvironment is left out: %s", place.path, project_reason(at->value).text);
  return true;
}
