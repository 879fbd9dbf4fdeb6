#include "console_apps.h"

#include <signal.h>
#include <sys/wait.h>

#include "environment_start.h"
#include "json.h"
#include "model_json.h"

enum { LIST_MAX = 8 * 1024 * 1024, ORDER_MAX = 64 * 1024 };

struct console_apps_job {
  struct str handler;
  int memory_mb;
  char **environment;
  const char *directory;
};

static void go_on(struct console_apps *apps);

/* What came of a process */

static void begin_app(struct console_apps *apps) {
  if (apps->list.len > 0) buf_add_char(&apps->list, ',');
  buf_add_char(&apps->list, '{');
  model_json_text(&apps->list, STR("handler"), apps->jobs[apps->at].handler);
}

static void add_problem(struct console_apps *apps, struct str problem) {
  begin_app(apps);
  model_json_text(&apps->list, STR("problem"), problem);
  buf_add_char(&apps->list, '}');
}

static void add_routes(struct console_apps *apps, const struct json *answer) {
  begin_app(apps);
  model_json_name(&apps->list, STR("routes"));
  console_routes_write_app(&apps->routes, apps->jobs[apps->at].handler, answer, &apps->list);
  buf_add_char(&apps->list, '}');
}

static void describe_end(const struct console_apps *apps, int status, char why[ERR_LEN]) {
  if (apps->is_late)
    fail(why, "it did not finish loading within %d s", CONSOLE_APPS_LOAD_MS / 1000);
  else if (apps->printed > CONSOLE_APPS_PRINTED)
    fail(why, "it wrote more than %d KB while it was loaded", CONSOLE_APPS_PRINTED / 1024);
  else if (apps->answer.len > 0)
    fail(why, "it has more routes than can be shown");
  else if (WIFEXITED(status))
    fail(why, "it ended its process with the status %d while it was loaded", WEXITSTATUS(status));
  else
    fail(why, "its process was ended by signal %d while it was loaded", WTERMSIG(status));
}

static void add_answer(struct console_apps *apps, int status) {
  const struct json *answer = NULL;
  char why[ERR_LEN];
  struct arena memory;
  arena_init(&memory);
  bool ok = apps->answer.len > 0 && json_parse(&memory, buf_str(&apps->answer), &answer, NULL);
  struct str problem = json_member_text(answer, STR("problem"));
  if (!ok) {
    describe_end(apps, status, why);
    problem = str_from(why);
  }
  if (problem.len > 0)
    add_problem(apps, problem);
  else
    add_routes(apps, answer);
  arena_free(&memory);
}

/* A process */

static void line_came(void *ctx, bool is_error, struct str line) {
  struct console_apps *apps = ctx;
  struct str mark = str_from(apps->mark);
  apps->printed += line.len + 1;
  if (!is_error && apps->answer.len == 0 && str_starts(line, mark))
    buf_add(&apps->answer, str_slice(line, mark.len, line.len));
  if (apps->answer.len > 0 || apps->printed > CONSOLE_APPS_PRINTED) process_signal(&apps->process, SIGKILL);
}

static void process_ended(void *ctx, int status) {
  struct console_apps *apps = ctx;
  loop_timer_stop(apps->loop, &apps->limit);
  add_answer(apps, status);
  apps->at++;
  go_on(apps);
}

static void time_is_over(void *ctx) {
  struct console_apps *apps = ctx;
  apps->is_late = true;
  process_signal(&apps->process, SIGKILL);
}

static bool write_order(const struct console_apps *apps, struct buf *order, char err[ERR_LEN]) {
  const struct console_apps_job *job = &apps->jobs[apps->at];
  buf_add_char(order, '{');
  model_json_text(order, STR("handler"), job->handler);
  model_json_text(order, STR("mark"), str_from(apps->mark));
  model_json_int(order, STR("memory"), job->memory_mb);
  buf_add_char(order, '}');
  return !order->failed || fail(err, "out of memory");
}

static bool start(struct console_apps *apps, char err[ERR_LEN]) {
  static const struct process_events events = { line_came, process_ended };
  static char code[] = "require('moonwire.console.probe').run(...)";
  struct buf order;
  buf_init(&order, ORDER_MAX);
  buf_clear(&apps->answer);
  apps->printed = 0;
  apps->is_late = false;
  invoke_make_id(apps->mark);
  bool ok = write_order(apps, &order, err);
  char *argv[] = { "moonwire", "lua", "-e", code, (char *)(uintptr_t)buf_text(&order), NULL };
  struct child_command command = { .program = apps->program,
                                   .argv = argv,
                                   .environment = apps->jobs[apps->at].environment,
                                   .directory = apps->jobs[apps->at].directory };
  ok = ok && process_start(&apps->process, apps->loop, &command, &events, apps, err);
  if (ok) loop_timer_start(apps->loop, &apps->limit, apps->load_ms);
  buf_free(&order);
  return ok;
}

/* The jobs */

static void let_go(struct console_apps *apps) {
  apps->count = apps->at = 0;
  apps->jobs = NULL;
  snapshot_release(apps->snapshot);
  apps->snapshot = NULL;
  arena_reset(&apps->memory);
  buf_free(&apps->answer);
}

/* The next handler that can be started, or the end. */
static void go_on(struct console_apps *apps) {
  char err[ERR_LEN];
  for (; apps->at < apps->count; apps->at++) {
    if (start(apps, err)) return;
    add_problem(apps, str_from(err));
  }
  let_go(apps);
}

static bool has_messages(const struct project *project, const struct project_function *function) {
  for (size_t i = 0; i < project->route_count; i++)
    if (project->routes[i].function == function) return true;
  return false;
}

static bool is_known(const struct console_apps *apps, struct str handler) {
  for (size_t i = 0; i < apps->count; i++)
    if (str_equal(apps->jobs[i].handler, handler)) return true;
  return false;
}

/* Functions that have the same handler are one app. */
static bool add_job(struct console_apps *apps, const struct pool_options *pool, char err[ERR_LEN]) {
  struct str directory = pool->task_root.len > 0 ? pool->task_root : pool->project->directory;
  struct str copy = arena_copy(&apps->memory, directory.len > 0 ? directory : STR("."));
  char **environment = environment_start_variables(&apps->memory, pool, pool->runtime_api, err);
  if (!copy.ptr || !environment) return false;
  apps->jobs[apps->count++] =
      (struct console_apps_job){ pool->function->handler, pool->function->memory_mb, environment, copy.ptr };
  return true;
}

static void begin(struct console_apps *apps, const struct console_code *code) {
  const struct project *project = code->project;
  char err[ERR_LEN];
  bool ok = true;
  loop_timer_stop(apps->loop, &apps->limit);
  process_free(&apps->process);
  let_go(apps);
  buf_clear(&apps->list);
  console_routes_free(&apps->routes);
  console_routes_init(&apps->routes, project);
  apps->generation = code->generation;
  apps->snapshot = code->snapshot ? snapshot_hold(code->snapshot) : NULL;
  apps->jobs = arena_alloc(&apps->memory, (project->function_count + 1) * sizeof *apps->jobs);
  for (size_t i = 0; apps->jobs && ok && i < project->function_count; i++)
    if (has_messages(project, &project->functions[i]) && !is_known(apps, project->functions[i].handler))
      ok = add_job(apps, &code->pools[i].options, err);
  go_on(apps);
}

void console_apps_ask(struct console_apps *apps, const struct console_code *code, struct buf *out) {
  if (apps->generation != code->generation && !apps->has_ended) begin(apps, code);
  buf_add_char(out, '{');
  model_json_int(out, STR("generation"), apps->generation);
  model_json_name(out, STR("pending"));
  buf_add(out, apps->at < apps->count ? STR("true") : STR("false"));
  model_json_name(out, STR("apps"));
  buf_add_char(out, '[');
  buf_add(out, buf_str(&apps->list));
  buf_add(out, STR("]}"));
}

/* The whole */

void console_apps_init(struct console_apps *apps, struct loop *loop, const char *program) {
  *apps = (struct console_apps){ .loop = loop, .program = program, .load_ms = CONSOLE_APPS_LOAD_MS };
  apps->limit = (struct loop_timer){ .fire = time_is_over, .ctx = apps };
  arena_init(&apps->memory);
  buf_init(&apps->answer, PROCESS_LINE_MAX);
  buf_init(&apps->list, LIST_MAX);
}

void console_apps_end(struct console_apps *apps) {
  if (!apps->loop) return;
  apps->has_ended = true;
  loop_timer_stop(apps->loop, &apps->limit);
  process_free(&apps->process);
  let_go(apps);
}

void console_apps_free(struct console_apps *apps) {
  console_apps_end(apps);
  console_routes_free(&apps->routes);
  arena_free(&apps->memory);
  buf_free(&apps->answer);
  buf_free(&apps->list);
}
