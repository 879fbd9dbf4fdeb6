#define _GNU_SOURCE
#include "gateway.h"

#include <limits.h>
#include <signal.h>
#include <string.h>

#include "addresses.h"
#include "apis.h"
#include "console.h"
#include "control.h"
#include "descriptors.h"
#include "model.h"
#include "generations.h"
#include "load_failure.h"
#include "project.h"
#include "reload.h"
#include "run_folder.h"
#include "server.h"
#include "signals.h"
#include "view.h"

struct gateway {
  const struct gateway_options *options;
  struct loop *loop;
  struct project project;
  struct run_folder home; /* copies of the service, and the connection store */
  struct view *view;
  struct apis apis;
  struct model_api api;
  const struct http_api *http_api; /* the first one */
  const struct project *routed;    /* whose routes the two have */
  struct model *model;
  struct server *server;
  struct console console;
  struct control control;
  struct credentials keys[2];
  struct key_ring known; /* the local keys, which everybody knows; then the developer's, when functions have them */
  struct control_service service; /* for the control port */
  char config[PATH_MAX];          /* absolute path of serverless.yml */
  struct generations generations;
  struct reload reload;
  struct addresses addresses;
  char store[PATH_MAX + 64], api_name[PROJECT_API_ID_LEN + 256]; /* MOONWIRE_STORE, MOONWIRE_API */
  struct signals signals;
  rlim_t descriptors; /* the limit that we were started with: children get it back */
  size_t alive;       /* generations and server, while they end */
};

/* The APIs */

static bool describe_apis(struct gateway *g, char err[ERR_LEN]) {
  struct project *project = &g->project;
  g->apis.generations = &g->generations;
  if (!apis_init(&g->apis, project, err)) return false;
  g->api = (struct model_api){ .idle_s = g->options->idle_s, .duration_s = g->options->duration_s };
  snprintf(g->api_name, sizeof g->api_name, "%s/%.*s", g->apis.api_id, STR_ARG(project->stage));
  g->http_api = apis_http(&g->apis, project);
  g->routed = project;
  if (!g->http_api || !apis_websocket(&g->apis, project, &g->api)) return fail(err, "out of memory");
  g->model = model_new(&g->api, err);
  return g->model || fail_in(err, "websocketsApiRouteSelectionExpression") || fail_in(err, g->options->config);
}

/* The routes of a project that serves from now on. */
static bool change_apis(struct gateway *g, const struct project *project, char err[ERR_LEN]) {
  struct model_api api = g->api;
  const struct http_api *http_api = apis_http(&g->apis, project);
  if (!http_api || !apis_websocket(&g->apis, project, &api)) return fail(err, "out of memory");
  if (!model_change(g->model, &api, err)) return false;
  g->api = api;
  server_change(g->server, http_api);
  return true;
}

/* Functions */

/* Where functions keep connections, unless the service's file names another place: nothing is in it at the beginning, and
 * every generation uses the same one. */
static bool open_store(struct gateway *g, char err[ERR_LEN]) {
  if (!run_folder_open(&g->home, err)) return false;
  snprintf(g->store, sizeof g->store, "sqlite:%s/connections.db", g->home.path);
  return true;
}

static void invoke(void *ctx, size_t function, struct invoke *in) {
  struct gateway *g = ctx;
  generations_invoke(&g->generations, function, in);
}

static struct snapshot *snapshot_of(void *ctx, const struct pool *pool) {
  const struct gateway *g = ctx;
  return generations_snapshot(&g->generations, pool);
}

static void note(void *ctx, const char *connection_id, const char *text) {
  struct gateway *g = ctx;
  view_note(g->view, connection_id, str_from(text));
}

static void fault(void *ctx, const struct fault_news *news) {
  struct gateway *g = ctx;
  view_fault(g->view, news);
}

static bool start_functions(struct gateway *g, char err[ERR_LEN]) {
  const struct gateway_options *options = g->options;
  struct pool_options pool = { .loop = g->loop,
                               .program = options->program,
                               .runtime_api = str_from(g->addresses.runtime_api),
                               .management = str_from(g->addresses.management_url),
                               .lambda = str_from(g->addresses.control_url),
                               .issuer = str_from(g->addresses.issuer),
                               .store = str_from(g->store),
                               .api = str_from(g->api_name),
                               .credentials = g->known.pairs[g->known.count - 1],
                               .reaches_aws = g->known.count > 1,
                               .most = options->most_environments,
                               .concurrency = options->concurrency,
                               .idle_s = options->idle_environment_s,
                               .descriptors = g->descriptors,
                               .note = g->reload.note,
                               .observer = view_observer(g->view) };
  struct snapshot *snapshot = options->no_reload ? NULL : snapshot_hold(g->reload.latest);
  return generations_start(&g->generations, &pool, &g->project, snapshot) || fail(err, "out of memory");
}

/* Another generation serves from now on. */
static void adopted(void *ctx, const struct generation *generation) {
  struct gateway *g = ctx;
  char err[ERR_LEN];
  if (generation->project != g->routed) {
    g->routed = generation->project;
    if (!change_apis(g, generation->project, err)) view_warning(g->view, str_from(err));
  }
  reload_adopted(&g->reload);
}

static void refused(void *ctx, const struct generation *generation, struct str report) {
  struct gateway *g = ctx;
  reload_refused(&g->reload, generation, report);
}

/* At the start; its first invocations fail until it is mended. */
static void broken(void *ctx, const struct pool *pool, struct str report) {
  struct gateway *g = ctx;
  struct str root = pool->options.task_root, directory = g->project.directory;
  struct excerpt excerpt;
  struct view_refusal refusal = { .function = pool->options.function, .report = report };
  refusal.effect = g->options->no_reload ? STR("mend it: the next event loads it again")
                                         : STR("mend it and save it: it is loaded again at once");
  view_explained(g->view, pool);
  load_failure_tell(g->view, root.len > 0 ? root.ptr : directory.ptr, directory, refusal, &excerpt);
}

static bool open_reload(struct gateway *g, char err[ERR_LEN]) {
  static const struct generations_events events = { adopted, refused, broken };
  struct reload_options options = { .loop = g->loop,
                                    .view = g->view,
                                    .generations = &g->generations,
                                    .project = &g->project,
                                    .config = g->options->config,
                                    .surroundings = &g->options->surroundings,
                                    .home = &g->home };
  generations_init(&g->generations, &events, g);
  return g->options->no_reload || reload_init(&g->reload, &options, err);
}

/* Ports */

/* What the control port says about us. */
static void describe_service(struct gateway *g) {
  const struct project *project = &g->project;
  const char *slash = strrchr(g->options->config, '/');
  snprintf(g->config, sizeof g->config, "%.*s/%s", STR_ARG(project->directory), slash ? slash + 1 : g->options->config);
  g->service = (struct control_service){ .service = project->service,
                                         .stage = project->stage,
                                         .region = project->region,
                                         .config = str_from(g->config),
                                         .store = str_from(g->store),
                                         .api = str_from(g->api_name),
                                         .addresses = &g->addresses };
}

static void know_keys(struct gateway *g) {
  g->keys[0] = (struct credentials){ STR("local"), STR("local"), STR("") };
  g->keys[1] = g->options->credentials;
  g->known = (struct key_ring){ g->keys, g->keys[1].access_key_id.len > 0 ? 2 : 1 };
}

static bool listen_on_ports(struct gateway *g, char err[ERR_LEN]) {
  int given_s = g->options->integration_s;
  know_keys(g);
  struct server_options public = { .loop = g->loop,
                                   .host = g->options->host,
                                   .port = g->options->port,
                                   .connections = descriptors_raise(&g->descriptors),
                                   .origins = g->options->origins,
                                   .model = g->model,
                                   .console = &g->console,
                                   .known = g->known,
                                   .region = g->project.region,
                                   .http_api = g->http_api,
                                   .integration_s = given_s ? given_s : MODEL_INTEGRATION_S,
                                   .http_integration_s = given_s ? given_s : HTTP_API_INTEGRATION_S,
                                   .invoke = invoke,
                                   .generations = &g->generations,
                                   .note = note,
                                   .fault = fault,
                                   .ctx = g };
  struct control_options control = { .loop = g->loop,
                                     .port = g->options->control_port,
                                     .known = g->known,
                                     .service = &g->service,
                                     .api = &g->api,
                                     .generations = &g->generations,
                                     .console = &g->console,
                                     .invoke = invoke,
                                     .ctx = g };
  describe_service(g);
  g->server = server_new(&public, err);
  control.server = g->server;
  if (!g->server || !control_init(&g->control, &control, err)) return false;
  addresses_name(&g->addresses, g->options->host, server_port(g->server), httpd_port(g->control.httpd),
                 g->project.stage, g->console.token.text);
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
  g->alive = 2;
  reload_end(&g->reload);
  console_end(&g->console);
  server_end(g->server, one_less, g);
  generations_end(&g->generations, one_less, g);
}

static void close_all(struct gateway *g) {
  if (g->loop) signals_free(&g->signals);
  generations_free(&g->generations);
  server_delete(g->server);
  control_free(&g->control);
  model_delete(g->model);
  view_delete(g->view);
  console_free(&g->console);
  reload_free(&g->reload); /* the others point at projects that it has read */
  run_folder_close(&g->home);
  loop_delete(g->loop);
  project_free(&g->project);
  apis_free(&g->apis);
}

/* The beginning */

static void show(struct gateway *g) {
  const struct project *project = &g->project;
  for (size_t i = 0; i < project->warning_count; i++) view_project_warning(g->view, &project->warnings[i]);
  view_ready(g->view, &(struct view_ready){ project, str_from(g->addresses.websocket_url),
                                            str_from(g->addresses.management_url), str_from(g->addresses.http_url),
                                            str_from(g->addresses.control_url), str_from(g->addresses.console_url) });
}

static bool open_all(struct gateway *g, char err[ERR_LEN]) {
  const struct gateway_options *options = g->options;
  if (!project_read(&g->project, options->config, &options->surroundings, err)) return false;
  g->loop = loop_new(err);
  if (!g->loop || !signals_init(&g->signals, g->loop, on_signal, g, err)) return false;
  struct console_options console = { g->loop, snapshot_of, g, options->tool };
  if (!console_init(&g->console, &console, err)) return false;
  g->view = view_new(&(struct view_options){ .loop = g->loop,
                                             .out = options->out,
                                             .colour = options->colour,
                                             .json = options->json,
                                             .tap = console_tap(&g->console) });
  if (!g->view) return fail(err, "out of memory");
  return open_store(g, err) && open_reload(g, err) && describe_apis(g, err) && listen_on_ports(g, err);
}

bool gateway_run(const struct gateway_options *options, char err[ERR_LEN]) {
  struct gateway g = { .options = options };
  bool ok = open_all(&g, err);
  if (ok) show(&g);
  ok = ok && start_functions(&g, err);
  if (ok) loop_run(g.loop);
  close_all(&g);
  return ok;
}
