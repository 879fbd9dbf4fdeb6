#include "scope_metrics.h"

#include <unistd.h>

#include "config.h"
#include "log.h"
#include "loop.h"
#include "metrics.h"
#include "output.h"

enum { OUT_MAX = 64 * 1024 * 1024 }; /* bytes; a full collection takes a few at most */

/* What the environment says, read once. */
static struct {
  bool read;
  bool automatic; /* the runtime's own counters are on */
  char name_space[METRIC_NAME_MAX + 1];
} settings;

void scope_metrics_setup(void) {
  char err[ERR_LEN];
  if (settings.read) return;
  settings.read = true;
  struct str name = config_get("MOONWIRE_METRICS");
  str_copy(STR("Moonwire"), settings.name_space, sizeof settings.name_space);
  if (name.len == 0) return;
  settings.automatic = metric_check_namespace(name, err);
  if (settings.automatic)
    str_copy(name, settings.name_space, sizeof settings.name_space);
  else
    log_printf(LOG_WARN, NULL,
               "MOONWIRE_METRICS is \"%.*s\" and counts as not set; it must name a namespace of CloudWatch: %s",
               STR_ARG(name), err);
}

static bool add(struct scope *scope, const struct metric *metric, char err[ERR_LEN]) {
  if (!scope->metrics && !(scope->metrics = metrics_new())) return fail(err, "out of memory");
  if (!metrics_add(scope->metrics, metric, err)) return false;
  if (metrics_full(scope->metrics)) scope_write_metrics(scope);
  return true;
}

bool scope_put_metric(struct scope *scope, struct metric metric, const struct fields *dimensions, char err[ERR_LEN]) {
  struct field function = { STR("FunctionName"), config_get("AWS_LAMBDA_FUNCTION_NAME") };
  metric.dimensions = dimensions ? *dimensions : (struct fields){ &function, function.value.len > 0 ? 1 : 0 };
  return add(scope, &metric, err);
}

void scope_count(struct scope *scope, const char *name) {
  char err[ERR_LEN];
  scope_metrics_setup();
  if (!settings.automatic) return;
  struct metric metric = { .name = str_from(name), .value = 1, .unit = STR("Count"), .counted = true };
  if (!scope_put_metric(scope, metric, NULL, err)) log_printf(LOG_WARN, scope->log, "the metric %s: %s", name, err);
}

void scope_count_call(struct scope *scope, enum client_code code, bool sends) {
  if (code == CLIENT_OK && sends) scope_count(scope, "Sends");
  if (code == CLIENT_GONE) scope_count(scope, "Gone");
  if (code == CLIENT_THROTTLED) scope_count(scope, "Throttled");
}

void scope_end_metrics(struct scope *scope, bool failed) {
  static const char *const names[] = { [EVENT_CONNECT] = "Connects",
                                       [EVENT_MESSAGE] = "Messages",
                                       [EVENT_DISCONNECT] = "Disconnects",
                                       [EVENT_AUTHORIZER] = NULL,
                                       [EVENT_HTTP] = NULL };
  const char *name = names[scope->kind];
  if (name) scope_count(scope, name);
  if (failed) scope_count(scope, "Errors");
  scope_write_metrics(scope);
}

static void write_lines(struct str lines) {
  for (size_t end; lines.len > 0; lines = str_slice(lines, end + 1, lines.len)) {
    end = str_find(lines, STR("\n"), 0); /* each line has one, and none inside */
    output_write(STDERR_FILENO, str_slice(lines, 0, end + 1));
  }
}

void scope_write_metrics(struct scope *scope) {
  static const struct log_context nobody;
  const struct log_context *log = scope->log ? scope->log : &nobody;
  if (!scope->metrics) return;
  const struct field ids[] = { { STR("requestId"), log->request_id },
                               { STR("tenantId"), log->tenant_id },
                               { STR("connectionId"), log->connection_id },
                               { STR("routeKey"), log->route_key },
                               { STR("apiRequestId"), log->api_request_id } };
  struct metrics_about about = { .now_ms = clock_unix_ms(), .properties = { ids, sizeof ids / sizeof *ids } };
  struct buf lines;
  scope_metrics_setup();
  about.name_space = str_from(settings.name_space);
  buf_init(&lines, OUT_MAX);
  metrics_write(scope->metrics, &about, &lines);
  write_lines(buf_str(&lines));
  if (lines.failed) log_write(LOG_WARN, log, STR("metrics were lost: out of memory"), STR(""));
  buf_free(&lines);
  metrics_delete(scope->metrics);
  scope->metrics = NULL;
}
