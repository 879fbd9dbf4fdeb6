#include "apis.h"

#include <stdio.h>

#include "api_id.h"

bool apis_init(struct apis *apis, const struct project *project, char err[ERR_LEN]) {
  api_id_of(project->service, project->stage, apis->api_id);
  api_id_of_http(project->service, project->stage, apis->http_api_id);
  if (!apis->api_id[0] || !apis->http_api_id[0]) return fail(err, "out of memory");
  snprintf(apis->domain_name, sizeof apis->domain_name, "%s.execute-api.%.*s.amazonaws.com", apis->api_id,
           STR_ARG(project->region));
  snprintf(apis->http_domain_name, sizeof apis->http_domain_name, "%s.execute-api.%.*s.amazonaws.com",
           apis->http_api_id, STR_ARG(project->region));
  return true;
}

/* WebSocket */

static size_t number_of(struct apis *apis, const struct project_function *function) {
  return function ? generations_number(apis->generations, function->name) : 0;
}

/* There is one at most: only $connect has any. */
static bool describe_authorizer(struct apis *apis, const struct project *project, struct model_api *api) {
  const struct project_authorizer *authorizer = NULL;
  for (size_t i = 0; i < project->route_count; i++)
    if (project->routes[i].authorizer) authorizer = project->routes[i].authorizer;
  api->authorizer = NULL;
  if (!authorizer) return true;
  struct model_authorizer *out = arena_alloc(&apis->memory, sizeof *out);
  if (!out) return false;
  *out = (struct model_authorizer){ .route = { STR("authorizer"), number_of(apis, authorizer->function), false },
                                    .is_missing = !authorizer->function,
                                    .sources = authorizer->sources,
                                    .source_count = authorizer->source_count };
  api->authorizer = out;
  return true;
}

bool apis_websocket(struct apis *apis, const struct project *project, struct model_api *api) {
  struct model_api made = { .api_id = str_from(apis->api_id),
                            .region = project->region,
                            .account_id = STR(PROJECT_ACCOUNT),
                            .stage = project->stage,
                            .domain_name = str_from(apis->domain_name),
                            .route_selection_expression = project->route_selection_expression,
                            .idle_s = api->idle_s,
                            .duration_s = api->duration_s };
  struct model_route *routes = arena_alloc(&apis->memory, (project->route_count + 1) * sizeof *routes);
  if (!routes) return false;
  for (size_t i = 0; i < project->route_count; i++) {
    const struct project_route *route = &project->routes[i];
    routes[i] = (struct model_route){ route->key, number_of(apis, route->function), route->two_way };
  }
  made.routes = routes;
  made.route_count = project->route_count;
  if (!describe_authorizer(apis, project, &made)) return false;
  *api = made;
  return true;
}

/* HTTP */

static bool describe_cors(struct apis *apis, const struct project_cors *from, struct http_api *api) {
  if (!from) return true;
  struct http_api_cors *cors = arena_alloc(&apis->memory, sizeof *cors);
  if (!cors) return false;
  *cors = (struct http_api_cors){ .origins = from->origins,
                                  .methods = from->methods,
                                  .headers = from->headers,
                                  .exposed = from->exposed,
                                  .credentials = from->credentials,
                                  .max_age_s = from->max_age_s };
  api->cors = cors;
  return true;
}

const struct http_api *apis_http(struct apis *apis, const struct project *project) {
  struct http_api *api = arena_alloc(&apis->memory, sizeof *api);
  struct http_api_route *routes = arena_alloc(&apis->memory, (project->http_route_count + 1) * sizeof *routes);
  if (!api || !routes) return NULL;
  for (size_t i = 0; i < project->http_route_count; i++) {
    const struct project_http_route *route = &project->http_routes[i];
    routes[i] = (struct http_api_route){ route->key, number_of(apis, route->function), route->refusal };
  }
  *api = (struct http_api){ .api_id = str_from(apis->http_api_id),
                            .account_id = STR(PROJECT_ACCOUNT),
                            .domain_name = str_from(apis->http_domain_name),
                            .routes = routes,
                            .route_count = project->http_route_count };
  return describe_cors(apis, project->cors, api) ? api : NULL;
}

void apis_free(struct apis *apis) {
  arena_free(&apis->memory);
}
