#include "project_authorizer.h"

#include <stdio.h>

#define DEFAULT_SOURCE "route.request.header.Auth"

/* What is read, and where: its functions are looked for later. */
struct authorizer {
  struct project_authorizer found; /* first: a pointer to it is one to the whole */
  struct project_place place;      /* "functions.echo.events[0].websocket." */
  struct yaml_line line;
};

static bool is_arn(struct str name) {
  return memchr(name.ptr, ':', name.len) != NULL;
}

/* The grammar of CloudFormation: PREFIX and a name of letters, digits, ".", "_" and "-". */
static bool is_source(struct str text) {
  static const struct str prefixes[] = { STR("route.request.header."), STR("route.request.querystring."),
                                         STR("stageVariables."), STR("context.") };
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
    struct str name = str_slice(text, prefixes[i].len, text.len);
    if (!str_starts(text, prefixes[i]) || name.len == 0) continue;
    for (size_t c = 0; c < name.len; c++)
      if (name.ptr[c] != '.' && !project_is_name(str_slice(name, c, c + 1))) return false;
    return true;
  }
  return false;
}

static bool read_source(struct project_report *report, const struct authorizer *a, const struct yaml *node,
                        struct str *out) {
  if (node->kind != YAML_STRING || !is_source(node->text))
    return project_fail(report, node->line,
                        "%sauthorizer.identitySource must hold route.request.header.NAME, "
                        "route.request.querystring.NAME, stageVariables.NAME or context.NAME, found %s",
                        a->place.path, project_found(node).text);
  *out = node->text;
  if (str_starts(node->text, STR("stageVariables.")))
    project_warn(report, node->line, PROJECT_STAGE_VARIABLE,
                 "%s: there are no stage variables here, so that everybody is refused with 401",
                 shown_of(node->text).text);
  return true;
}

/* A list; one text is taken for a list of it. A list of nothing is one, too: the function is always asked. */
static bool read_sources(struct project_report *report, const struct yaml_entry *at, struct authorizer *a) {
  const struct yaml *value = at->value;
  bool one = value->kind == YAML_STRING;
  size_t count = one ? 1 : value->count;
  if ((!one && value->kind != YAML_LIST) || count > PROJECT_SOURCES_MAX)
    return project_fail(report, at->key->line,
                        "%sauthorizer.identitySource must be a list of at most %d texts such as " DEFAULT_SOURCE
                        ", found %s",
                        a->place.path, PROJECT_SOURCES_MAX, project_found(value).text);
  struct str *sources = arena_alloc(report->memory, (count + 1) * sizeof *sources);
  if (!sources) return project_out_of_memory(report);
  for (size_t i = 0; i < count; i++)
    if (!read_source(report, a, one ? value : value->items[i], &sources[i])) return false;
  a->found.sources = sources;
  a->found.source_count = count;
  return true;
}

static void warn_of_keys(struct project_report *report, const struct authorizer *a, const struct yaml *map) {
  static const char *const known[] = { "name", "arn", "identitySource" };
  for (size_t i = 0; i < map->count; i++) {
    const struct yaml *key = map->entries[i].key;
    bool is_known = false;
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
      if (str_equal(key->text, str_from(known[k]))) is_known = true;
    if (!is_known)
      project_warn(report, key->line, PROJECT_UNKNOWN_SETTING,
                   "%sauthorizer.%s is no key of a WebSocket authorizer; there are name, arn and identitySource",
                   a->place.path, shown_of(key->text).text);
  }
}

/* An arn that is no text (a Ref, a Fn::GetAtt) leaves the name, which it must then have. */
static bool read_map(struct project_report *report, const struct yaml_entry *entry, struct authorizer *a) {
  static const char expected[] = "the name of a function, or an ARN";
  const struct yaml *map = entry->value;
  const struct yaml_entry *name = yaml_entry_of(map, STR("name")), *arn = yaml_entry_of(map, STR("arn"));
  const struct yaml_entry *sources = yaml_entry_of(map, STR("identitySource"));
  struct project_place place = project_place_at("%sauthorizer.", a->place.path);
  warn_of_keys(report, a, map);
  if (arn && (arn->value->kind == YAML_STRING || !name)) name = arn;
  if (!name) return project_fail(report, entry->key->line, "%sname is missing; expected %s", place.path, expected);
  return project_text(report, place, name, expected, &a->found.name) && (!sources || read_sources(report, sources, a));
}

bool project_authorizer_read(struct project_report *report, struct project_place place, const struct yaml_entry *entry,
                             const struct project_authorizer **out) {
  static const struct str default_sources[] = { STR(DEFAULT_SOURCE) };
  struct authorizer *a = arena_alloc(report->memory, sizeof *a);
  if (!a) return project_out_of_memory(report);
  *a = (struct authorizer){ .found = { .sources = default_sources, .source_count = 1 }, .line = entry->key->line };
  a->place = project_place_at("%swebsocket.", place.path);
  *out = &a->found;
  if (entry->value->kind == YAML_MAP) return read_map(report, entry, a);
  return project_text(report, a->place, entry, "the name of a function, an ARN, or a mapping with name or arn",
                      &a->found.name);
}

/* "auth" of "arn:aws:lambda:us-east-1:123456789012:function:auth", with or without an alias behind it. */
static struct str name_in_arn(struct str arn) {
  struct str name = str_slice(arn, 0, 0), rest = arn;
  size_t at = str_find(arn, STR(":function:"), 0);
  if (at != SIZE_MAX) {
    str_cut(str_slice(arn, at + strlen(":function:"), arn.len), ':', &name, &rest);
    return name;
  }
  while (str_cut(rest, ':', &name, &rest)) continue;
  return name;
}

static const struct project_function *function_named(const struct project *project, struct str name) {
  for (size_t i = 0; i < project->function_count; i++) {
    const struct project_function *f = &project->functions[i];
    char deployed[512]; /* three names of 128 bytes at most */
    snprintf(deployed, sizeof deployed, "%.*s-%.*s-%.*s", STR_ARG(project->service), STR_ARG(project->stage),
             STR_ARG(f->name));
    if (str_equal(f->name, name) || str_equal(str_from(deployed), name)) return f;
  }
  return NULL;
}

static bool resolve(struct project_report *report, const struct project *project, struct authorizer *a) {
  struct str name = a->found.name;
  a->found.function = function_named(project, is_arn(name) ? name_in_arn(name) : name);
  if (a->found.function) return true;
  if (!is_arn(name))
    return project_fail(report, a->line, "%sauthorizer names %s, which is no function of this service", a->place.path,
                        shown_of(name).text);
  project_warn(report, a->line, PROJECT_FOREIGN_AUTHORIZER,
               "%sauthorizer %s is no function of this service: it cannot be asked here, and every client is refused "
               "with 500",
               a->place.path, shown_of(name).text);
  return true;
}

bool project_authorizers_resolve(struct project_report *report, struct project *project) {
  for (size_t i = 0; i < project->route_count; i++) {
    const struct project_authorizer *authorizer = project->routes[i].authorizer;
    if (authorizer && !resolve(report, project, (struct authorizer *)authorizer)) return false;
  }
  return true;
}
