#include "project_value.h"

#include <stdarg.h>
#include <stdio.h>

enum { NAME_MAX_LEN = 128 };

struct project_place project_place_at(const char *format, ...) {
  struct project_place place;
  va_list args;
  va_start(args, format);
  vsnprintf(place.path, sizeof place.path, format, args);
  va_end(args);
  return place;
}

static struct shown found_of(const char *kind, struct str text, const char *end) {
  char line[SHOWN_LEN];
  snprintf(line, sizeof line, "%s%.50s%s", kind, shown_of(text).text, end);
  return shown_of(str_from(line));
}

struct shown project_found(const struct yaml *node) {
  if (project_has_variable(node)) return found_of("the unknown variable ", node->text, "");
  switch (node->kind) {
  case YAML_NULL:
    return shown_of(STR("nothing"));
  case YAML_BOOLEAN:
    return found_of("the boolean ", node->text, "");
  case YAML_NUMBER:
    return found_of("the number ", node->text, "");
  case YAML_LIST:
    return shown_of(STR("a list"));
  case YAML_MAP:
    return shown_of(STR("a mapping"));
  case YAML_TAGGED:
    return found_of("", node->text, "");
  default:
    return node->text.len > 0 ? found_of("the string \"", node->text, "\"") : shown_of(STR("an empty string"));
  }
}

bool project_has_variable(const struct yaml *node) {
  return node->kind == YAML_UNKNOWN;
}

struct project_reason project_reason(const struct yaml *node) {
  struct project_reason reason;
  snprintf(reason.text, sizeof reason.text, "%s is not known here: %.*s", shown_of(node->text).text,
           STR_ARG(node->why));
  return reason;
}

static bool has_nul(struct str text) {
  return text.len > 0 && memchr(text.ptr, '\0', text.len);
}

static bool fail_expected(struct project_report *report, struct project_place place, const struct yaml_entry *entry,
                          const char *expected) {
  return project_fail(report, entry->key->line, "%s%s must be %s, found %s", place.path,
                      shown_of(entry->key->text).text, expected, project_found(entry->value).text);
}

bool project_text(struct project_report *report, struct project_place place, const struct yaml_entry *entry,
                  const char *expected, struct str *out) {
  const struct yaml *value = entry->value;
  if (project_has_variable(value))
    return project_fail(report, entry->key->line, "%s%s must be %s; %s", place.path, shown_of(entry->key->text).text,
                        expected, project_reason(value).text);
  if (value->kind != YAML_STRING || value->text.len == 0 || has_nul(value->text))
    return fail_expected(report, place, entry, expected);
  *out = value->text;
  return true;
}

bool project_is_name(struct str text) {
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i], letter = (char)(c | 0x20);
    bool plain = (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!plain) return false;
  }
  return text.len > 0 && text.len <= NAME_MAX_LEN;
}

/* The entry of a setting, unless its default has to do. */
static const struct yaml_entry *find_setting(struct project_report *report, struct project_place place,
                                             const struct yaml *map, struct str key, const char *instead) {
  const struct yaml_entry *entry = yaml_entry_of(map, key);
  if (!entry || !project_has_variable(entry->value)) return entry;
  project_warn(report, entry->key->line, PROJECT_UNKNOWN_HERE, "%s%.*s is %s: %s", place.path, STR_ARG(key), instead,
               project_reason(entry->value).text);
  return NULL;
}

bool project_setting_name(struct project_report *report, struct project_place place, const struct yaml *map,
                          struct str key, struct str *out) {
  const struct yaml_entry *entry = find_setting(report, place, map, key, shown_of(*out).text);
  if (!entry) return true;
  const struct yaml *value = entry->value;
  if (!yaml_is_scalar(value) || value->kind == YAML_NULL || !project_is_name(value->text))
    return fail_expected(report, place, entry, "1 to 128 letters, digits, - or _");
  *out = value->text;
  return true;
}

bool project_setting_number(struct project_report *report, struct project_place place, const struct yaml *map,
                            struct str key, int least, int most, int *out) {
  char expected[SHOWN_LEN];
  int64_t number;
  snprintf(expected, sizeof expected, "%d", *out);
  const struct yaml_entry *entry = find_setting(report, place, map, key, expected);
  if (!entry) return true;
  snprintf(expected, sizeof expected, "a whole number from %d to %d", least, most);
  if (!yaml_is_scalar(entry->value) || !str_to_int64(entry->value->text, &number) || number < least || number > most)
    return fail_expected(report, place, entry, expected);
  *out = (int)number;
  return true;
}
