#include "environment_start.h"

#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "digest.h"
#include "encoding.h"
#include "environment_variables.h"
#include "pool.h"

enum { TEXT_MAX = 64 * 1024, KEY_BYTES = (ENVIRONMENT_KEY_LEN - 1) / 2 };

static bool make_key(char key[ENVIRONMENT_KEY_LEN], char err[ERR_LEN]) {
  char bytes[KEY_BYTES];
  struct buf text;
  buf_init(&text, ENVIRONMENT_KEY_LEN);
  bool ok = digest_random(bytes, sizeof bytes, err);
  if (ok) hex_encode(&text, str_of(bytes, sizeof bytes));
  str_copy(buf_str(&text), key, ENVIRONMENT_KEY_LEN);
  ok = ok && (!text.failed || fail(err, "out of memory"));
  buf_free(&text);
  return ok;
}

/* "127.0.0.1:3002/_runtime/echo/{key}" */
static void add_runtime_api(struct buf *out, const struct environment *e) {
  buf_add(out, e->pool->options.runtime_api);
  buf_add(out, STR("/_runtime/"));
  uri_encode(out, e->pool->options.function->name);
  buf_add_char(out, '/');
  buf_add(out, str_from(e->key));
}

/* The directory of the program: LAMBDA_RUNTIME_DIR. */
static struct str directory_of(const char *program) {
  const char *slash = strrchr(program, '/');
  if (!slash) return STR(".");
  return slash == program ? STR("/") : str_of(program, (size_t)(slash - program));
}

static bool start(struct environment *e, char *const *variables, const char *directory,
                  const struct process_events *events, char err[ERR_LEN]) {
  const struct pool_options *options = &e->pool->options;
  char *argv[] = { (char *)(uintptr_t)options->program, NULL };
  struct child_command command = {
    .program = options->program,
    .argv = argv,
    .environment = variables,
    .directory = directory,
    .descriptors = options->descriptors,
  };
  return process_start(&e->process, options->loop, &command, events, e, err);
}

char **environment_start_variables(struct arena *memory, const struct pool_options *options, struct str runtime_api,
                                   char err[ERR_LEN]) {
  char *program = realpath(options->program, NULL);
  char **variables = NULL;
  struct variables v = {
    .project = options->project,
    .function = options->function,
    .task_root = options->task_root,
    .runtime_api = runtime_api,
    .runtime_dir = directory_of(program ? program : options->program),
    .management = options->management,
    .store = options->store,
    .api = options->api,
    .issuer = options->issuer,
    .lambda = options->lambda,
    .credentials = options->credentials,
    .reaches_aws = options->reaches_aws,
    .path = config_get("PATH"),
    .concurrency = options->concurrency,
    .now_ms = clock_unix_ms(),
  };
  if (digest_random(v.log_stream, sizeof v.log_stream, err)) {
    variables = environment_variables(memory, &v);
    if (!variables) fail(err, "out of memory");
  }
  free(program);
  return variables;
}

bool environment_start(struct environment *e, const struct process_events *events, char err[ERR_LEN]) {
  const struct pool_options *options = &e->pool->options;
  struct arena memory;
  struct buf api;
  bool ok = false;
  arena_init(&memory);
  buf_init(&api, TEXT_MAX);
  if (!make_key(e->key, err)) goto done;
  add_runtime_api(&api, e);
  char **variables = environment_start_variables(&memory, options, buf_str(&api), err);
  if (!variables) goto done;
  struct str directory = arena_copy(&memory, options->project->directory);
  if (!directory.ptr || api.failed) {
    fail(err, "out of memory");
    goto done;
  }
  ok = start(e, variables, directory.len > 0 ? directory.ptr : ".", events, err);
done:
  buf_free(&api);
  arena_free(&memory);
  return ok;
}
