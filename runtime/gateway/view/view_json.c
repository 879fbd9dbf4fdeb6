#include "view_json.h"

#include <inttypes.h>
#include <sys/wait.h>
#include <time.h>

#include "json_write.h"

/* {"type":"x", and after that members: each begins with its comma. */
static void begin(struct buf *out, const char *type) {
  buf_addf(out, "{\"type\":\"%s\"", type);
}

static void end(struct buf *out) {
  buf_add(out, STR("}\n"));
}

static void add_text(struct buf *out, const char *name, struct str value) {
  buf_addf(out, ",\"%s\":", name);
  json_write_string_utf8(out, value);
}

static void add_ms(struct buf *out, const char *name, int64_t ns) {
  buf_addf(out, ",\"%s\":%.3f", name, (double)ns / 1e6);
}

static void add_time(struct buf *out, int64_t now_ms) {
  time_t seconds = (time_t)(now_ms / 1000);
  struct tm utc;
  char text[sizeof "2026-11-21T20:33:12"];
  gmtime_r(&seconds, &utc);
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  buf_addf(out, ",\"time\":\"%s.%03dZ\"", text, (int)(now_ms % 1000));
}

void view_json_begin(struct buf *out, const char *type, int64_t now_ms) {
  begin(out, type);
  add_time(out, now_ms);
}

static void add_route(struct buf *out, bool is_first, struct str key, const struct project_function *function) {
  buf_add(out, is_first ? STR("{\"routeKey\":") : STR(",{\"routeKey\":"));
  json_write_string_utf8(out, key);
  add_text(out, "function", function->name);
  add_text(out, "handler", function->handler);
  buf_add_char(out, '}');
}

/* Only of a service that has an HTTP API. */
static void add_http_routes(struct buf *out, const struct project *project) {
  if (project->http_route_count == 0) return;
  buf_add(out, STR(",\"httpRoutes\":["));
  for (size_t i = 0; i < project->http_route_count; i++)
    add_route(out, i == 0, project->http_routes[i].key, project->http_routes[i].function);
  buf_add_char(out, ']');
}

/* Only of a service that has functions without one. */
static void add_unrouted(struct buf *out, const struct project *project) {
  bool first = true;
  for (size_t i = 0; i < project->function_count; i++) {
    const struct project_function *function = &project->functions[i];
    if (project_is_routed(project, function)) continue;
    buf_add(out, first ? STR(",\"unrouted\":[{\"function\":") : STR(",{\"function\":"));
    json_write_string_utf8(out, function->name);
    add_text(out, "handler", function->handler);
    buf_add_char(out, '}');
    first = false;
  }
  if (!first) buf_add_char(out, ']');
}

void view_json_ready(struct buf *out, const struct view_ready *ready) {
  const struct project *project = ready->project;
  begin(out, "ready");
  add_text(out, "service", project->service);
  add_text(out, "stage", project->stage);
  add_text(out, "region", project->region);
  add_text(out, "websocketUrl", ready->websocket_url);
  add_text(out, "managementUrl", ready->management_url);
  if (project->http_route_count > 0) add_text(out, "httpUrl", ready->http_url);
  add_text(out, "controlUrl", ready->control_url);
  add_text(out, "consoleUrl", ready->console_url);
  buf_add(out, STR(",\"routes\":["));
  for (size_t i = 0; i < project->route_count; i++)
    add_route(out, i == 0, project->routes[i].key, project->routes[i].function);
  buf_add_char(out, ']');
  add_http_routes(out, project);
  add_unrouted(out, project);
  end(out);
}

void view_json_note(struct buf *out, int64_t now_ms, const char *connection_id, struct str text) {
  view_json_begin(out, "note", now_ms);
  if (connection_id[0]) add_text(out, "connectionId", str_from(connection_id));
  add_text(out, "text", text);
  end(out);
}

void view_json_fault(struct buf *out, int64_t now_ms, const struct fault_news *news) {
  view_json_begin(out, "fault", now_ms);
  add_text(out, "event", str_from(news->event));
  if (news->fault[0]) add_text(out, "fault", str_from(news->fault));
  if (news->connection_id[0]) add_text(out, "connectionId", str_from(news->connection_id));
  add_text(out, "text", str_from(news->text));
  end(out);
}

void view_json_warning(struct buf *out, struct str text) {
  begin(out, "warning");
  add_text(out, "text", text);
  end(out);
}

void view_json_log(struct buf *out, int64_t now_ms, struct view_writer writer, const struct invoke *in, bool is_error,
                   struct str line) {
  view_json_begin(out, "log", now_ms);
  add_text(out, "function", writer.function);
  buf_addf(out, ",\"environment\":%d", writer.number);
  if (in) add_text(out, "requestId", str_from(in->request_id));
  add_text(out, "stream", is_error ? STR("stderr") : STR("stdout"));
  add_text(out, "text", line);
  end(out);
}

static const char *outcome_name(enum invoke_outcome outcome) {
  static const char *const names[] = {
    [INVOKE_RESULT] = "result",       [INVOKE_ERROR] = "error",     [INVOKE_INIT_ERROR] = "init_error",
    [INVOKE_TIMED_OUT] = "timed_out", [INVOKE_CRASHED] = "crashed", [INVOKE_THROTTLED] = "throttled",
    [INVOKE_CANCELLED] = "cancelled",
  };
  return names[outcome];
}

static void add_report(struct buf *out, const struct view_report *report) {
  const struct json *at = view_report_first(report);
  struct str frame;
  buf_add(out, STR(",\"error\":{\"errorMessage\":"));
  json_write_string_utf8(out, report->message);
  add_text(out, "errorType", report->type);
  buf_add(out, STR(",\"stackTrace\":["));
  for (bool first = true; view_report_frame(&at, &frame); first = false) {
    if (!first) buf_add_char(out, ',');
    json_write_string_utf8(out, frame);
  }
  buf_add(out, STR("]}"));
}

/* Where the time went, and how much there was of what. */
static void add_split(struct buf *out, const struct invoke *in) {
  int64_t waited_ns = (in->begun_ns ? in->begun_ns : in->done_ns) - in->asked_ns;
  int64_t cold_ns = !in->cold ? 0 : in->init_ns < waited_ns ? in->init_ns : waited_ns;
  int64_t handler_ns = in->done_ns - in->begun_ns - in->sends_ns;
  add_ms(out, "queueMs", waited_ns - cold_ns);
  if (in->begun_ns) add_ms(out, "handlerMs", handler_ns > 0 ? handler_ns : 0);
  if (in->begun_ns) buf_addf(out, ",\"billedMs\":%" PRId64, invoke_billed_ms(in));
  if (in->sends > 0) buf_addf(out, ",\"sends\":%d", in->sends);
  if (in->sends > 0) add_ms(out, "sendsMs", in->sends_ns);
  buf_addf(out, ",\"eventBytes\":%zu,\"resultBytes\":%zu,\"generation\":%d", in->event_bytes, in->payload_bytes,
           in->generation);
}

void view_json_invocation(struct buf *out, int64_t now_ms, struct str function, const struct invoke *in,
                          const struct view_report *report) {
  view_json_begin(out, "invocation", now_ms);
  add_text(out, "function", function);
  add_text(out, "route", in->label);
  if (in->action[0]) add_text(out, "action", str_from(in->action));
  if (in->connection_id[0]) add_text(out, "connectionId", str_from(in->connection_id));
  add_text(out, "requestId", str_from(in->request_id));
  buf_addf(out, ",\"environment\":%d,\"cold\":%s", in->environment, in->cold ? "true" : "false");
  if (in->cold) add_ms(out, "initMs", in->init_ns);
  add_ms(out, "waitedMs", (in->begun_ns ? in->begun_ns : in->done_ns) - in->asked_ns);
  if (in->begun_ns) add_ms(out, "durationMs", in->done_ns - in->begun_ns);
  add_split(out, in);
  add_text(out, "outcome", str_from(outcome_name(in->outcome)));
  if (in->status > 0) buf_addf(out, ",\"status\":%d", in->status);
  if (report) add_report(out, report);
  if (in->note[0]) add_text(out, "note", str_from(in->note));
  end(out);
}

void view_json_ended(struct buf *out, int64_t now_ms, struct view_writer writer, int status, bool idle) {
  view_json_begin(out, "environment", now_ms);
  add_text(out, "event", STR("ended"));
  add_text(out, "function", writer.function);
  buf_addf(out, ",\"environment\":%d", writer.number);
  if (WIFSIGNALED(status))
    buf_addf(out, ",\"signal\":%d", WTERMSIG(status));
  else
    buf_addf(out, ",\"exitStatus\":%d", WEXITSTATUS(status));
  if (idle) add_text(out, "reason", STR("idle"));
  end(out);
}

void view_json_reloaded(struct buf *out, int64_t now_ms, struct str changed, int64_t took_ns) {
  view_json_begin(out, "reload", now_ms);
  add_text(out, "event", STR("done"));
  add_text(out, "changed", changed);
  add_ms(out, "durationMs", took_ns);
  end(out);
}

void view_json_refused(struct buf *out, int64_t now_ms, const struct view_refusal *refusal,
                       const struct view_report *report) {
  view_json_begin(out, refusal->function ? "load" : "reload", now_ms);
  add_text(out, "event", STR("refused"));
  if (refusal->function) add_text(out, "function", refusal->function->name);
  if (refusal->function) add_text(out, "handler", refusal->function->handler);
  if (!refusal->function) add_text(out, "changed", refusal->changed);
  add_report(out, report);
  if (refusal->place.len > 0) {
    add_text(out, "place", refusal->place);
    add_text(out, "line", refusal->line);
    if (refusal->source.len > 0) buf_add(out, STR(",\"source\":"));
    buf_add(out, refusal->source);
  }
  end(out);
}
