#define _GNU_SOURCE
#include "gateway.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "api_id.h"
#include "control.h"
#include "model.h"
#include "pool.h"
#include "project.h"
#include "server.h"
#include "signals.h"
#include "view.h"

enum { DESCRIPTORS_KEPT = 256 }; /* for everything that is no client: files, pipes, environments */

struct gateway {
  const struct gateway_options *options;
  struct loop *loop;
  struct project project;
  struct view *view;
  struct model_route *routes;
  struct model_authorizer authorizer;
  struct model_api api;
  char api_id[PROJECT_API_ID_LEN], domain_name[256];
  struct model *model;
  struct server *server;
  struct control control;
  struct pool *pools; /* one for each function of the project */
  char websocket_url[512], management_url[512], control_url[64], runtime_api[64];
  struct signals signals;
  rlim_t descriptors; /* the limit that we were started with: children get it back */
  size_t alive;       /* pools and server, while they end */
};

/* The API */

/* There is one at most: only $connect has any. */
static void describe_authorizer(struct gateway *g, const struct project_authorizer *authorizer) {
  const struct project_function *function = authorizer->function;
  g->authorizer.route.key = STR("authorizer");
  g->authorizer.route.function = function ? (size_t)(function - g->project.functions) : 0;
  g->authorizer.is_missing = !function;
  g->authorizer.sources = authorizer->sources;
  g->authorizer.source_count = authorizer->source_count;
  g->api.authorizer = &g->authorizer;
}

static bool describe_api(struct gateway *g, char err[ERR_LEN]) {
  struct project *project = &g->project;
  api_id_of(project->service, project->stage, g->api_id);
  if (!g->api_id[0]) return fail(err, "out of memory");
  snprintf(g->domain_name, sizeof g->domain_name, "%s.execute-api.%.*s.amazonaws.com", g->api_id,
           STR_ARG(project->region));
  g->routes = calloc(project->route_count + 1, sizeof *g->routes);
  if (!g->routes) return fail(err, "out of memory");
  for (size_t i = 0; i < project->route_count; i++) {
    const struct project_route *route = &project->routes[i];
    g->routes[i] = (struct model_route){ route->key, (size_t)(route->function - project->functions), route->two_way };
  }
  g->api = (struct model_api){ .api_id = str_from(g->api_id),
                               .region = project->region,
                               .stage = project->stage,
                               .domain_name = str_from(g->domain_name),
                               .route_selection_expression = project->route_selection_expression,
                               .routes = g->routes,
                               .route_count = project->route_count,
                               .idle_s = g->options->idle_s,
                               .duration_s = g->options->duration_s };
  for (size_t i = 0; i < project->route_count; i++)
    if (project->routes[i].authorizer) describe_authorizer(g, project->routes[i].authorizer);
  g->model = model_new(&g->api, err);
  return g->model || fail_in(err, "websocketsApiRouteSelectionExpression") || fail_in(err, g->options->config);
}

/* Functions */

static void invoke(void *ctx, size_t function, struct invoke *in) {
  struct gateway *g = ctx;
  pool_invoke(&g->pools[function], in);
}

static void note(void *ctx, const char *connection_id, const char *text) {
  struct gateway *g = ctx;
  view_note(g->view, connection_id, str_from(text));
}

static struct pool *pool_of(void *ctx, struct str name) {
  struct gateway *g = ctx;
  for (size_t i = 0; g->pools && i < g->project.function_count; i++)
    if (str_equal(g->project.functions[i].name, name)) return &g->pools[i];
  return NULL;
}

static bool open_pools(struct gateway *g, char err[ERR_LEN]) {
  g->pools = calloc(g->project.function_count + 1, sizeof *g->pools);
  if (!g->pools) return fail(err, "out of memory");
  for (size_t i = 0; i < g->project.function_count; i++)
    pool_init(&g->pools[i], &(struct pool_options){ .loop = g->loop,
                                                    .project = &g->project,
                                                    .function = &g->project.functions[i],
                                                    .program = g->options->program,
                                                    .runtime_api = str_from(g->runtime_api),
                                                    .management = str_from(g->management_url),
                                                    .most = g->options->most_environments,
                                                    .descriptors = g->descriptors,
                                                    .observer = view_observer(g->view) });
  return true;
}

/* Ports */

/* As many descriptors as we may have: each client is one. */
static unsigned raise_descriptor_limit(struct gateway *g) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return 512;
  g->descriptors = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  rlim_t most = limit.rlim_cur > 1024 * 1024 ? 1024 * 1024 : limit.rlim_cur;
  return most > 2 * DESCRIPTORS_KEPT ? (unsigned)most - DESCRIPTORS_KEPT : (unsigned)most / 2;
}

/* Clients reach a server that listens everywhere under the name of this machine, too. */
static const char *reachable(const char *host) {
  return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0 ? "127.0.0.1" : host;
}

static void name_ports(struct gateway *g) {
  const char *host = reachable(g->options->host);
  const char *open = strchr(host, ':') ? "[" : "", *close = strchr(host, ':') ? "]" : "";
  int port = server_port(g->server), control_port = httpd_port(g->control.httpd);
  snprintf(g->websocket_url, sizeof g->websocket_url, "ws://%s%s%s:%d/%.*s", open, host, close, port,
           STR_ARG(g->project.stage));
  snprintf(g->management_url, sizeof g->management_url, "http%s", g->websocket_url + strlen("ws"));
  snprintf(g->control_url, sizeof g->control_url, "http://127.0.0.1:%d", control_port);
  snprintf(g->runtime_api, sizeof g->runtime_api, "127.0.0.1:%d", control_port);
}

static bool listen_on_ports(struct gateway *g, char err[ERR_LEN]) {
  struct server_options public = { .loop = g->loop,
                                   .host = g->options->host,
                                   .port = g->options->port,
                                   .connections = raise_descriptor_limit(g),
                                   .model = g->model,
                                   .credentials = { STR("local"), STR("local"), STR("") },
                                   .region = g->project.region,
                                   .integration_s =
                                       g->options->integration_s ? g->options->integration_s : MODEL_INTEGRATION_S,
                                   .invoke = invoke,
                                   .note = note,
                                   .ctx = g };
  struct control_options control = { .loop = g->loop, .port = g->options->control_port, .pool = pool_of, .ctx = g };
  g->server = server_new(&public, err);
  if (!g->server || !control_init(&g->control, &control, err)) return false;
  name_ports(g);
  return true;
}

/* The end */

static void one_less(void *ctx) {
  struct gateway *g = ctx;
  if (--g->alive == 0) loop_stop(g->loop);
}

static void on_signal(void *ctx, int number) {
  struct gateway *g = ctx;
  (void)number;
  if (g->alive > 0) { /* the second time: no more patience */
    loop_stop(g->loop);
    return;
  }
  g->alive = 1 + g->project.function_count;
  server_end(g->server, one_less, g);
  for (size_t i = 0; i < g->project.function_count; i++) pool_end(&g->pools[i], one_less, g);
}

static void close_all(struct gateway *g) {
  if (g->loop) signals_free(&g->signals);
  for (size_t i = 0; g->pools && i < g->project.function_count; i++) pool_free(&g->pools[i]);
  server_delete(g->server);
  control_free(&g->control);
  model_delete(g->model);
  view_delete(g->view);
  loop_delete(g->loop);
  project_free(&g->project);
  free(g->pools);
  free(g->routes);
}

/* The beginning */

static void show(struct gateway *g) {
  const struct project *project = &g->project;
  for (size_t i = 0; i < project->warning_count; i++) {
    const struct project_warning *warning = &project->warnings[i];
    char text[2 * ERR_LEN];
    if (warning->line > 0)
      snprintf(text, sizeof text, "%.*s:%d: %.*s", STR_ARG(warning->file), warning->line, STR_ARG(warning->text));
    else
      snprintf(text, sizeof text, "%.*s: %.*s", STR_ARG(warning->file), STR_ARG(warning->text));
    view_warning(g->view, str_from(text));
  }
  view_ready(g->view, &(struct view_ready){ project, str_from(g->websocket_url), str_from(g->management_url),
                                            str_from(g->control_url) });
}

static bool open_all(struct gateway *g, char err[ERR_LEN]) {
  const struct gateway_options *options = g->options;
  if (!project_read(&g->project, options->config, &options->surroundings, err)) return false;
  g->loop = loop_new(err);
  if (!g->loop || !signals_init(&g->signals, g->loop, on_signal, g, err)) return false;
  g->view = view_new(
      &(struct view_options){ .loop = g->loop, .out = options->out, .colour = options->colour, .json = options->json });
  if (!g->view) return fail(err, "out of memory");
  return describe_api(g, err) && listen_on_ports(g, err) && open_pools(g, err);
}

bool gateway_run(const struct gateway_options *options, char err[ERR_LEN]) {
  struct gateway g = { .options = options };
  bool ok = open_all(&g, err);
  if (ok) {
    show(&g);
    for (size_t i = 0; i < g.project.function_count; i++) pool_warm_up(&g.pools[i]);
    loop_run(g.loop);
  }
  close_all(&g);
  return ok;
}
