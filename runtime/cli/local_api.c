#include "local_api.h"

#include <stdio.h>
#include <string.h>

#include "config.h"
#include "project_file.h"

/* What the model borrows */

static size_t number_of(const struct project *project, const struct project_function *function) {
  return function ? (size_t)(function - project->functions) : project->function_count;
}

static void describe_authorizers(struct local_api *local) {
  const struct project_authorizer *authorizer = NULL;
  for (size_t i = 0; i < local->project.route_count; i++)
    if (local->project.routes[i].authorizer) authorizer = local->project.routes[i].authorizer;
  if (authorizer) {
    local->authorizer = (struct model_authorizer){ .route = { STR("authorizer"),
                                                              number_of(&local->project, authorizer->function), false },
                                                   .is_missing = !authorizer->function,
                                                   .sources = authorizer->sources,
                                                   .source_count = authorizer->source_count };
    local->api.authorizer = &local->authorizer;
  }
  local->named = local->api;
  local->caller = (struct model_authorizer){ .route = { STR("authorizer"), number_of(&local->project, NULL), false } };
  local->named.authorizer = &local->caller;
}

static bool describe(struct local_api *local, char err[ERR_LEN]) {
  const struct project *project = &local->project;
  struct model_route *routes = arena_alloc(&local->memory, (project->route_count + 1) * sizeof *routes);
  char domain[256];
  api_id_of(project->service, project->stage, local->api_id);
  snprintf(domain, sizeof domain, "%s.execute-api.%.*s.amazonaws.com", local->api_id, STR_ARG(project->region));
  struct str domain_name = arena_copy(&local->memory, str_from(domain));
  if (!routes || !domain_name.ptr || !local->api_id[0]) return fail(err, "out of memory");
  for (size_t i = 0; i < project->route_count; i++) {
    const struct project_route *route = &project->routes[i];
    routes[i] = (struct model_route){ route->key, number_of(project, route->function), route->two_way };
  }
  local->api = (struct model_api){ .api_id = str_from(local->api_id),
                                   .region = project->region,
                                   .account_id = STR(PROJECT_ACCOUNT),
                                   .stage = project->stage,
                                   .domain_name = domain_name,
                                   .route_selection_expression = project->route_selection_expression,
                                   .routes = routes,
                                   .route_count = project->route_count };
  describe_authorizers(local);
  return true;
}

static bool read_project(struct local_api *local, const char *file, struct str yaml, struct str stage,
                         char err[ERR_LEN]) {
  struct project_surroundings surroundings = { .stage = stage,
                                               .instance_id = STR("0123456789abcdef"),
                                               .variable = config_get,
                                               .api_id = api_id_of,
                                               .http_api_id = api_id_of_http };
  if (yaml.len > 0) return project_parse(&local->project, file, yaml, &surroundings, err);
  return project_read(&local->project, file, &surroundings, err);
}

bool local_api_init(struct local_api *local, const char *file, struct str yaml, struct str stage, char err[ERR_LEN]) {
  *local = (struct local_api){ .serial = 0 };
  arena_init(&local->memory);
  model_step_init(&local->step);
  if (!read_project(local, file, yaml, stage, err) || !describe(local, err)) return false;
  local->model = model_new(&local->api, err);
  return local->model != NULL;
}

void local_api_free(struct local_api *local) {
  model_step_free(&local->step);
  if (local->model) model_delete(local->model);
  arena_free(&local->memory);
  project_free(&local->project);
  *local = (struct local_api){ .serial = 0 };
}

/* What happens */

/* A letter for the kind, then the number: ids of different kinds and moments never meet. */
static void count_id(char id[MODEL_ID_LEN], unsigned char kind, uint64_t serial) {
  unsigned char bytes[MODEL_ID_BYTES] = { kind };
  for (int i = 1; i <= 8; i++) bytes[MODEL_ID_BYTES - i] = (unsigned char)(serial >> (8 * (i - 1)));
  model_id_from(id, bytes);
}

struct model_moment local_api_moment(struct local_api *local, int64_t now_ms) {
  struct model_moment at = { .now_ms = now_ms };
  unsigned char trace[MODEL_TRACE_BYTES] = { 0 };
  uint64_t serial = ++local->serial;
  for (int i = 1; i <= 8; i++) trace[MODEL_TRACE_BYTES - i] = (unsigned char)(serial >> (8 * (i - 1)));
  count_id(at.connection_id, 'c', serial);
  count_id(at.message_id, 'm', serial);
  count_id(at.request_id, 'r', serial);
  model_trace_from(at.trace_id, now_ms, trace);
  return at;
}

bool local_api_connect(struct local_api *local, const struct model_request *request, bool named, int64_t now_ms,
                       char err[ERR_LEN]) {
  struct model_moment at = local_api_moment(local, now_ms);
  if (named && !model_change(local->model, &local->named, err)) return false;
  model_connect(local->model, request, &at, &local->step);
  return !named || model_change(local->model, &local->api, err);
}

/* On purpose: the post is not passed on. */
static void apply_fault(struct local_api *local, struct model_manage_answer *answer) {
  int left;
  switch (faults_take_post(&local->faults, &answer->connection->faults, &left)) {
  case FAULT_THROTTLED:
    model_manage_throttled(answer);
    break;
  case FAULT_GONE:
    model_manage_gone(answer);
    break;
  case FAULT_NONE:
    break;
  }
}

void local_api_manage(struct local_api *local, const struct model_manage *request, int64_t now_ms,
                      struct model_manage_answer *answer) {
  model_manage(local->model, request, answer);
  if (answer->action == MODEL_MANAGE_SEND) apply_fault(local, answer);
  if (answer->action == MODEL_MANAGE_SEND) answer->connection->last_active_at_ms = now_ms;
}

void local_api_close(struct local_api *local, struct str connection_id, int code, struct str reason, int64_t now_ms) {
  struct model_moment at = local_api_moment(local, now_ms);
  int left;
  model_closed(local->model, connection_id, code, reason, &at, &local->step);
  if (local->step.action == MODEL_INVOKE && faults_take_end(&local->faults, &left)) local->step.action = MODEL_NOTHING;
}

struct cut {
  const struct local_api *local;
  const struct model_connection *first;
  int64_t now_ms, left_ms;
};

static void look(void *ctx, struct model_connection *c) {
  struct cut *cut = ctx;
  int64_t left_ms = model_time_left(cut->local->model, c, cut->now_ms);
  bool is_first = !cut->first || left_ms < cut->left_ms ||
                  (left_ms == cut->left_ms && c->connected_at_ms < cut->first->connected_at_ms);
  if (c->state == MODEL_CONNECTING || !is_first) return;
  cut->first = c;
  cut->left_ms = left_ms;
}

const struct model_connection *local_api_next_cut(const struct local_api *local, int64_t now_ms, int64_t *left_ms) {
  struct cut cut = { .local = local, .now_ms = now_ms };
  model_connections(local->model, look, &cut);
  *left_ms = cut.left_ms;
  return cut.first;
}
