#define _GNU_SOURCE /* mkdtemp */
#include "pool_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"
#include "view_record.h"

enum { GIVE_UP_S = 300, PATH_LEN = 4096 };

struct dev dev;

static const char app[] =
    "local M = {}\n"
    "function M.echo(event) return event end\n"
    "function M.boom() error 'boom' end\n"
    "function M.exit() print 'leaving' os.exit(3) end\n"
    "function M.block() os.execute 'echo blocked; exec sleep 100' end\n" /* said by what a signal will find */
    "function M.big() return string.rep('x', 7 * 1024 * 1024) end\n"
    "function M.lines(event) for i = 1, 20 do print(event .. i) end io.stderr:write('err\\n') end\n"
    "function M.variables() return {\n"
    "  secret = os.getenv 'MOONWIRE_SECRET' or 'none', key = os.getenv 'AWS_ACCESS_KEY_ID',\n"
    "  own = os.getenv 'OWN', name = os.getenv 'AWS_LAMBDA_FUNCTION_NAME' } end\n"
    "function M.context(_, context) return context.invoked_function_arn end\n"
    "return M\n";

static char directory[PATH_LEN], program[PATH_LEN], runtime_api[64];
static int descriptors; /* that were open before the test */

/* The control server */

static void route(void *ctx, struct exchange *x) {
  (void)ctx;
  struct str rest = x->path, name, key;
  struct environment *e = NULL;
  if (str_starts(rest, STR("/_runtime/"))) {
    str_cut(str_slice(rest, strlen("/_runtime/"), rest.len), '/', &name, &rest);
    str_cut(rest, '/', &key, &rest);
    e = str_equal(name, dev.function.name) ? pool_environment(&dev.pool, key) : NULL;
    if (!e) e = pool_environment(&dev.heir, key);
    rest = str_slice(x->path, (size_t)(key.ptr + key.len - x->path.ptr), x->path.len);
  }
  if (e)
    environment_request(e, x, rest);
  else
    exchange_answer(x, 404, (struct fields){ NULL, 0 }, STR(""));
}

/* What is told */

static const char *const outcomes[] = { "result",  "error",     "init error", "timed out",
                                        "crashed", "throttled", "cancelled" };

static void tell_done(struct invoke *in) {
  struct str payload = str_slice(buf_str(&in->payload), 0, 400);
  buf_addf(&dev.story, "%.*s: %s %.*s\n", STR_ARG(in->label), outcomes[in->outcome], STR_ARG(payload));
}

static void tell_finished(void *ctx, const struct pool *its_pool, struct invoke *in) {
  (void)ctx;
  (void)its_pool;
  buf_addf(&dev.story, "%.*s: finished in %d%s\n", STR_ARG(in->label), in->environment, in->cold ? ", cold" : "");
  assert_true(in->cold == (in->init_ns > 0) || in->outcome != INVOKE_RESULT);
}

static void tell_line(void *ctx, const struct environment *e, const struct invoke *in, bool is_error, struct str line) {
  (void)ctx;
  if (is_error && view_record_is_ready(line)) return; /* each environment has one */
  buf_addf(&dev.story, "%.*s%c %.*s\n", STR_ARG(in ? in->label : STR("-")), is_error ? '!' : '>', STR_ARG(line));
  if (dev.kill_at && str_equal(line, str_from(dev.kill_at))) kill(e->process.pid, SIGKILL);
}

static void tell_started(void *ctx, const struct environment *e) {
  (void)ctx;
  buf_addf(&dev.story, "started %d\n", e->number);
}

static void tell_ended(void *ctx, const struct environment *e, int status) {
  (void)ctx;
  if (WIFSIGNALED(status))
    buf_addf(&dev.story, "ended %d by signal %d\n", e->number, WTERMSIG(status));
  else
    buf_addf(&dev.story, "ended %d with %d\n", e->number, WEXITSTATUS(status));
}

/* Running */

static struct loop_timer tick;
static const char *awaited;
static int awaited_count;

int dev_count_in_story(const char *text) {
  int count = 0;
  for (const char *at = buf_text(&dev.story); (at = strstr(at, text)); at++) count++;
  return count;
}

static void look(void *ctx) {
  (void)ctx;
  if (dev_count_in_story(awaited) >= awaited_count)
    loop_stop(dev.loop);
  else
    loop_timer_start(dev.loop, &tick, 1);
}

/* Runs the loop until the story has this text so many times. */
void dev_run_until(const char *text, int count) {
  awaited = text;
  awaited_count = count;
  tick = (struct loop_timer){ .fire = look };
  loop_timer_start(dev.loop, &tick, 0);
  loop_run(dev.loop);
}

struct invoke *dev_invoke(const char *label, const char *event) {
  struct invoke *in = invoke_new();
  assert_non_null(in);
  buf_add(&in->event, str_from(event));
  in->label = str_from(label);
  in->done = tell_done;
  pool_invoke(&dev.pool, in);
  return in;
}

/* One invocation from its beginning to its end. */
void dev_run(const char *label, const char *event) {
  char end[64];
  snprintf(end, sizeof end, "%s: finished", label);
  dev_invoke(label, event);
  dev_run_until(end, 1);
}

void dev_assert_in_story(const char *text) {
  if (!strstr(buf_text(&dev.story), text)) fail_msg("no \"%s\" in: %s", text, buf_text(&dev.story));
}

/* Setup */

static void write_file(const char *name, const char *text) {
  char path[PATH_LEN + 64];
  snprintf(path, sizeof path, "%s/%.50s", directory, name);
  FILE *file = fopen(path, "we");
  assert_non_null(file);
  fputs(text, file);
  assert_int_equal(fclose(file), 0);
}

int dev_open_directory(void **state) {
  (void)state;
  struct str build = config_get("MOONWIRE_BUILD");
  snprintf(program, sizeof program, "%.*s/bootstrap", STR_ARG(build.len > 0 ? build : STR("build")));
  struct str temporary = config_get("TMPDIR");
  snprintf(directory, sizeof directory, "%.*s/moonwire-unit-XXXXXX",
           STR_ARG(temporary.len > 0 ? temporary : STR(P_tmpdir)));
  if (!mkdtemp(directory)) return -1;
  write_file("app.lua", app);
  write_file("broken.lua", "print 'loading' error 'no good'\n");
  return 0;
}

int dev_close_directory(void **state) {
  (void)state;
  char path[PATH_LEN + 64];
  snprintf(path, sizeof path, "%s/app.lua", directory);
  unlink(path);
  snprintf(path, sizeof path, "%s/broken.lua", directory);
  unlink(path);
  return rmdir(directory);
}

static int count_descriptors(void) {
  int count = 0;
  for (int fd = 0; fd < 1024; fd++) count += fcntl(fd, F_GETFD) >= 0;
  return count;
}

static void open_pool(void) {
  dev.function =
      (struct project_function){ .name = STR("echo"), .handler = STR("app.echo"), .timeout_s = 60, .memory_mb = 128 };
  dev.project = (struct project){ .service = STR("chat"), .stage = STR("dev"), .region = STR("eu-west-3") };
  dev.project.directory = str_from(directory);
  snprintf(runtime_api, sizeof runtime_api, "127.0.0.1:%d", httpd_port(dev.httpd));
  struct pool_options options = {
    .loop = dev.loop,
    .project = &dev.project,
    .function = &dev.function,
    .program = program,
    .runtime_api = str_from(runtime_api),
    .credentials = { STR("local"), STR("local"), STR("") },
    .most = 1,
    .observer = { .started = tell_started, .line = tell_line, .finished = tell_finished, .ended = tell_ended },
  };
  pool_init(&dev.pool, &options);
}

int dev_open(void **state) {
  char err[ERR_LEN];
  (void)state;
  alarm(GIVE_UP_S);
  descriptors = count_descriptors();
  buf_init(&dev.story, 10 * 1024 * 1024);
  dev.kill_at = NULL;
  dev.loop = loop_new(err);
  struct httpd_options options = {
    .loop = dev.loop, .host = "127.0.0.1", .body_max = ENVIRONMENT_BODY_MAX, .connections = 100, .request = route
  };
  dev.httpd = httpd_new(&options, err);
  if (!dev.httpd) return -1;
  open_pool();
  return 0;
}

/* Nothing is left: no process, no descriptor. */
int dev_close(void **state) {
  (void)state;
  pool_free(&dev.pool);
  pool_free(&dev.heir);
  httpd_delete(dev.httpd);
  buf_free(&dev.story);
  if (loop_pending(dev.loop) > 0) return -1;
  loop_delete(dev.loop);
  if (waitpid(-1, NULL, WNOHANG) != -1) return -1;
  return count_descriptors() - descriptors;
}
