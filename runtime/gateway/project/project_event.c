#include "project_event.h"

#include "spelling.h"

/* Warns of other keys in the event: a mistake of indentation that Serverless does not notice. Whether there are any. */
static bool warn_of_neighbours(struct project_report *report, struct project_place place, const struct yaml *map,
                               const struct yaml_entry *entry) {
  for (size_t i = 0; i < map->count; i++) {
    const struct yaml *key = map->entries[i].key;
    if (&map->entries[i] != entry)
      project_warn(report, key->line, PROJECT_EVENT_INDENTATION,
                   "%s%s counts for nothing: it stands beside `%.*s:`; indent it deeper to put it below", place.path,
                   shown_of(key->text).text, STR_ARG(entry->key->text));
  }
  return map->count > 1;
}

/* Serverless Framework v3, "Serverless.yml Reference", `events`. */
static const char *const kinds[] = {
  "activemq",
  "alb",
  "alexaSkill",
  "alexaSmartHome",
  "cloudFront",
  "cloudwatchEvent",
  "cloudwatchLog",
  "cognitoUserPool",
  "eventBridge",
  "http",
  "httpApi",
  "iot",
  "iotFleetProvisioning",
  "kafka",
  "msk",
  "rabbitmq",
  "s3",
  "schedule",
  "sns",
  "sqs",
  "stream",
  "websocket",
};

/* Those that `moonwire invoke` makes. False when the kind is none of them. */
static bool warn_of_made(struct project_report *report, struct yaml_line line, struct str kind,
                         const struct project_function *function) {
  static const char *const made[] = { "sqs", "sns", "schedule" };
  for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
    if (!str_equal(kind, str_from(made[i]))) continue;
    project_warn(report, line, PROJECT_NOT_SERVED_HERE,
                 "%s events come from nowhere by themselves here; `moonwire invoke %s --event %s` makes one", made[i],
                 shown_of(function->name).text, made[i]);
    return true;
  }
  return false;
}

static void warn_of_kind(struct project_report *report, struct project_place place, struct yaml_line line,
                         struct str kind, const struct project_function *function) {
  if (warn_of_made(report, line, kind, function)) return;
  const char *meant = spelling_nearest(kind, kinds, sizeof kinds / sizeof *kinds);
  if (meant) {
    project_warn(report, line, PROJECT_UNKNOWN_EVENT,
                 "%s%s is no kind of event that the Framework knows; did you mean %s?", place.path, shown_of(kind).text,
                 meant);
    return;
  }
  project_warn(report, line, PROJECT_NOT_SERVED_HERE,
               "events of the kind %s are not served here, only websocket and httpApi events", shown_of(kind).text);
}

/* An event that is no route. */
static bool read_other(struct project_report *report, struct project_place place, const struct yaml *node,
                       const struct project_function *function) {
  int length = (int)strlen(place.path) - 1;
  bool is_ours = str_equal(node->text, STR("websocket")) || str_equal(node->text, STR("httpApi"));
  if (project_has_variable(node))
    project_warn(report, node->line, PROJECT_UNKNOWN_HERE, "%.*s is left out: %s", length, place.path,
                 project_reason(node).text);
  else if (node->kind == YAML_MAP && node->count > 0 && yaml_is_scalar(node->entries[0].key))
    warn_of_kind(report, place, node->line, node->entries[0].key->text, function);
  else if (node->kind == YAML_STRING && !is_ours)
    warn_of_kind(report, place, node->line, node->text, function);
  else
    return project_fail(report, node->line, "%.*s must be an event such as `websocket: $default`, found %s", length,
                        place.path, project_found(node).text);
  return true;
}

static bool read_event(struct project_report *report, struct project_place place, const struct yaml *node,
                       const struct project_http_owner *owner, struct project_events *events) {
  const struct yaml_entry *websocket = yaml_entry_of(node, STR("websocket"));
  const struct yaml_entry *http = websocket ? NULL : yaml_entry_of(node, STR("httpApi"));
  const struct yaml_entry *at = websocket ? websocket : http;
  if (!at) return read_other(report, place, node, owner->function);
  if (warn_of_neighbours(report, place, node, at) && at->value->kind == YAML_NULL) return true;
  if (websocket) return project_route_add(report, place, at, owner->function, &events->websocket);
  return project_http_route_add(report, place, at, owner, &events->http);
}

bool project_events_init(struct project_report *report, struct project_events *events) {
  *events = (struct project_events){ 0 };
  events->websocket.list = arena_alloc(report->memory, PROJECT_ROUTES_MAX * sizeof *events->websocket.list);
  events->http.list = arena_alloc(report->memory, PROJECT_HTTP_ROUTES_MAX * sizeof *events->http.list);
  return (events->websocket.list && events->http.list) || project_out_of_memory(report);
}

bool project_events_add(struct project_report *report, struct project_place place, const struct yaml *map,
                        const struct project_http_owner *owner, struct project_events *events) {
  const struct yaml_entry *at = yaml_entry_of(map, STR("events"));
  if (!at || at->value->kind == YAML_NULL) return true;
  const struct yaml *list = at->value;
  if (project_has_variable(list)) {
    project_warn(report, at->key->line, PROJECT_UNKNOWN_HERE, "%sevents are left out: %s", place.path,
                 project_reason(list).text);
    return true;
  }
  if (list->kind != YAML_LIST)
    return project_fail(report, at->key->line, "%sevents must be a list such as `- websocket: $default`, found %s",
                        place.path, project_found(list).text);
  events->seen += list->count;
  if (events->seen > PROJECT_EVENTS_MAX)
    return project_fail(report, at->key->line, "there are more than %d events", PROJECT_EVENTS_MAX);
  for (size_t i = 0; i < list->count; i++) {
    struct project_place event_place = project_place_at("%sevents[%zu].", place.path, i);
    if (!read_event(report, event_place, list->items[i], owner, events)) return false;
  }
  return true;
}
