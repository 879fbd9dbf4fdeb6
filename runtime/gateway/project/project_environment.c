#include "project_environment.h"

#include "intrinsic.h"

static bool is_variable_name(struct str name) {
  return name.len > 0 && !memchr(name.ptr, '=', name.len) && !memchr(name.ptr, '\0', name.len);
}

/* Why a value is left out; NULL when it is not. */
static const char *why_left_out(const struct yaml *value) {
  if (value->kind == YAML_NULL) return "it has no value";
  if (!yaml_is_scalar(value)) return "its value must be a text, not a list or a mapping";
  return NULL;
}

/* The text of a value; no pointer, with the reason, when it is left out. */
static bool find_text(struct project_report *report, const struct yaml *value, struct str *text, char why[ERR_LEN]) {
  const char *wrong = why_left_out(value);
  *text = str_of(NULL, 0);
  if (intrinsic_is(value)) {
    if (!intrinsic_value(report, value, text, why)) return false;
  } else if (project_has_variable(value)) {
    fail(why, "%s", project_reason(value).text);
  } else if (wrong) {
    fail(why, "%s", wrong);
  } else {
    *text = value->text;
  }
  if (text->len == 0 || !memchr(text->ptr, '\0', text->len)) return true;
  *text = str_of(NULL, 0);
  fail(why, "its value has a NUL");
  return true;
}

static bool add_own(struct project_report *report, struct project_place place, const struct yaml_entry *entry,
                    struct field *list, size_t *count) {
  const struct yaml *key = entry->key;
  struct str text = { NULL, 0 };
  bool is_unknown = intrinsic_is(entry->value) || project_has_variable(entry->value);
  enum project_code code = is_unknown ? PROJECT_UNKNOWN_HERE : PROJECT_ENVIRONMENT_VALUE;
  char why[ERR_LEN];
  if (!yaml_is_scalar(key) || !is_variable_name(key->text))
    fail(why, "this cannot be the name of a variable");
  else if (!find_text(report, entry->value, &text, why))
    return false;
  if (text.ptr)
    list[(*count)++] = (struct field){ key->text, text };
  else
    project_warn(report, key->line, code, "%senvironment.%s is left out: %.350s", place.path, shown_of(key->text).text,
                 why);
  return true;
}

static void warn_of_size(struct project_report *report, struct project_place place, struct yaml_line line,
                         struct fields fields) {
  size_t bytes = 0;
  for (size_t i = 0; i < fields.count; i++) bytes += fields.list[i].name.len + fields.list[i].value.len;
  if (bytes > PROJECT_ENVIRONMENT_BYTES)
    project_warn(report, line, PROJECT_ENVIRONMENT_SIZE,
                 "%senvironment has %zu bytes with what it inherits; Lambda accepts %d", place.path, bytes,
                 PROJECT_ENVIRONMENT_BYTES);
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
  for (size_t i = 0; i < map->count; i++)
    if (!add_own(report, place, &map->entries[i], list, &count)) return false;
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
  project_warn(report, at->key->line, PROJECT_UNKNOWN_HERE, "%senvironment is left out: %s", place.path,
               project_reason(at->value).text);
  return true;
}
