#define _GNU_SOURCE /* gmtime_r */
#include "environment_variables.h"

#include <string.h>
#include <time.h>

#include "buf.h"
#include "encoding.h"

enum { VALUE_MAX = 64 * 1024, LAMBDA_COUNT = 32 /* variables that we set, and some to spare */ };

/* The list at work. */
struct list {
  struct arena *memory;
  char **items;
  size_t count, capacity;
  bool failed;
};

/* Adds NAME=value in place of what NAME was. */
static void set(struct list *list, struct str name, struct str value) {
  size_t at = 0, prefix = name.len + 1;
  char *text = arena_alloc(list->memory, prefix + value.len + 1);
  if (!text) {
    list->failed = true;
    return;
  }
  memcpy(text, name.ptr, name.len);
  text[name.len] = '=';
  if (value.len > 0) memcpy(text + prefix, value.ptr, value.len);
  text[prefix + value.len] = '\0';
  while (at < list->count && strncmp(list->items[at], text, prefix) != 0) at++;
  if (at == list->count) list->count++;
  list->items[at] = text;
}

bool environment_variable_is_reserved(struct str name) {
  static const struct str names[] = {
    STR("AWS_ACCESS_KEY"),
    STR("AWS_ACCESS_KEY_ID"),
    STR("AWS_DEFAULT_REGION"),
    STR("AWS_EXECUTION_ENV"),
    STR("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
    STR("AWS_LAMBDA_FUNCTION_NAME"),
    STR("AWS_LAMBDA_FUNCTION_VERSION"),
    STR("AWS_LAMBDA_INITIALIZATION_TYPE"),
    STR("AWS_LAMBDA_LOG_GROUP_NAME"),
    STR("AWS_LAMBDA_LOG_STREAM_NAME"),
    STR("AWS_LAMBDA_MAX_CONCURRENCY"),
    STR("AWS_LAMBDA_RUNTIME_API"),
    STR("AWS_REGION"),
    STR("AWS_SECRET_ACCESS_KEY"),
    STR("AWS_SESSION_TOKEN"),
    STR("LAMBDA_RUNTIME_DIR"),
    STR("LAMBDA_TASK_ROOT"),
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (str_equal(name, names[i])) return true;
  return str_starts(name, STR("_"));
}

static bool can_pass(struct field variable) {
  return variable.name.len > 0 && !memchr(variable.name.ptr, '=', variable.name.len) &&
         !memchr(variable.name.ptr, '\0', variable.name.len) &&
         (variable.value.len == 0 || !memchr(variable.value.ptr, '\0', variable.value.len));
}

static bool has(struct fields fields, struct str name) {
  for (size_t i = 0; i < fields.count; i++)
    if (str_equal(fields.list[i].name, name) && fields.list[i].value.len > 0) return true;
  return false;
}

/* A table of DynamoDB is for AWS, where the local keys open nothing; with an endpoint it is one on this machine. */
static bool is_store_of_aws(const struct variables *v, struct field variable) {
  struct fields own = v->function->environment;
  return !v->reaches_aws && v->store.len > 0 && str_equal(variable.name, STR("MOONWIRE_STORE")) &&
         str_starts(variable.value, STR("dynamodb:")) && !has(own, STR("AWS_ENDPOINT_URL_DYNAMODB")) &&
         !has(own, STR("AWS_ENDPOINT_URL"));
}

struct str environment_variables_store(const struct variables *v) {
  struct fields own = v->function->environment;
  struct str store = v->store;
  for (size_t i = 0; i < own.count; i++)
    if (str_equal(own.list[i].name, STR("MOONWIRE_STORE")) && !is_store_of_aws(v, own.list[i]))
      store = own.list[i].value;
  return store;
}

static void set_own(struct list *list, const struct variables *v) {
  struct fields own = v->function->environment;
  for (size_t i = 0; i < own.count; i++)
    if (can_pass(own.list[i]) && !environment_variable_is_reserved(own.list[i].name) &&
        !is_store_of_aws(v, own.list[i]))
      set(list, own.list[i].name, own.list[i].value);
}

/* "2026/11/21/[$LATEST]0123456789abcdef0123456789abcdef" */
static void set_log_stream(struct list *list, const struct variables *v) {
  struct buf text;
  struct tm utc;
  time_t seconds = (time_t)(v->now_ms / 1000);
  buf_init(&text, VALUE_MAX);
  gmtime_r(&seconds, &utc);
  buf_addf(&text, "%04d/%02d/%02d/[$LATEST]", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday);
  hex_encode(&text, str_of((const char *)v->log_stream, LOG_STREAM_BYTES));
  set(list, STR("AWS_LAMBDA_LOG_STREAM_NAME"), buf_str(&text));
  buf_free(&text);
}

/* "{service}-{stage}-{function}", as the Serverless Framework names functions. ptr is NULL when memory is short. */
static struct str function_name(struct arena *memory, const struct project *project,
                                const struct project_function *function) {
  struct buf name;
  buf_init(&name, VALUE_MAX);
  buf_addf(&name, "%.*s-%.*s-%.*s", STR_ARG(project->service), STR_ARG(project->stage), STR_ARG(function->name));
  struct str copy = arena_copy(memory, buf_str(&name));
  buf_free(&name);
  return copy;
}

static void set_function(struct list *list, const struct variables *v) {
  struct buf text;
  struct str name = function_name(list->memory, v->project, v->function);
  buf_init(&text, VALUE_MAX);
  set(list, STR("AWS_LAMBDA_FUNCTION_NAME"), name);
  buf_add(&text, STR("/aws/lambda/"));
  buf_add(&text, name);
  set(list, STR("AWS_LAMBDA_LOG_GROUP_NAME"), buf_str(&text));
  buf_clear(&text);
  buf_add_int(&text, v->function->memory_mb);
  set(list, STR("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), buf_str(&text));
  list->failed = list->failed || text.failed || !name.ptr;
  buf_free(&text);
}

/* What a function may override. */
static void set_defaults(struct list *list, const struct variables *v) {
  set(list, STR("LANG"), STR("en_US.UTF-8"));
  set(list, STR("TZ"), STR(":UTC"));
  set(list, STR("MOONWIRE_GLOBALS"), STR("error")); /* an undeclared global: a warning in production, an error here */
  if (v->path.len > 0) set(list, STR("PATH"), v->path);
  if (v->store.len > 0) set(list, STR("MOONWIRE_STORE"), v->store);
  if (v->api.len > 0) set(list, STR("MOONWIRE_API"), v->api);
}

/* Managed Instances know no other format of the log. */
static void set_kind(struct list *list, const struct variables *v) {
  struct buf text;
  bool managed = v->concurrency > 0;
  set(list, STR("AWS_LAMBDA_INITIALIZATION_TYPE"), managed ? STR("lambda-managed-instances") : STR("on-demand"));
  if (!managed) return;
  buf_init(&text, VALUE_MAX);
  buf_add_int(&text, v->concurrency);
  set(list, STR("AWS_LAMBDA_MAX_CONCURRENCY"), buf_str(&text));
  set(list, STR("AWS_LAMBDA_LOG_FORMAT"), STR("JSON"));
  list->failed = list->failed || text.failed;
  buf_free(&text);
}

static void set_lambda(struct list *list, const struct variables *v) {
  set(list, STR("_HANDLER"), v->function->handler);
  set(list, STR("LAMBDA_TASK_ROOT"), v->task_root.len > 0 ? v->task_root : v->project->directory);
  set(list, STR("LAMBDA_RUNTIME_DIR"), v->runtime_dir);
  set(list, STR("AWS_LAMBDA_RUNTIME_API"), v->runtime_api);
  set(list, STR("AWS_REGION"), v->project->region);
  set(list, STR("AWS_DEFAULT_REGION"), v->project->region);
  set(list, STR("AWS_ACCESS_KEY_ID"), v->credentials.access_key_id);
  set(list, STR("AWS_SECRET_ACCESS_KEY"), v->credentials.secret_access_key);
  if (v->credentials.session_token.len > 0) set(list, STR("AWS_SESSION_TOKEN"), v->credentials.session_token);
  set(list, STR("AWS_LAMBDA_FUNCTION_VERSION"), STR("$LATEST"));
  set_kind(list, v);
  set_function(list, v);
  set_log_stream(list, v);
  if (v->management.len > 0) set(list, STR("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"), v->management);
  if (v->issuer.len > 0) set(list, STR("MOONWIRE_LOCAL_ISSUER"), v->issuer);
  if (v->lambda.len > 0) set(list, STR("AWS_ENDPOINT_URL_LAMBDA"), v->lambda);
}

char **environment_variables(struct arena *memory, const struct variables *v) {
  struct list list = { .memory = memory, .capacity = v->function->environment.count + LAMBDA_COUNT };
  list.items = arena_alloc(memory, (list.capacity + 1) * sizeof *list.items);
  if (!list.items) return NULL;
  set_defaults(&list, v);
  set_own(&list, v);
  set_lambda(&list, v);
  list.items[list.count] = NULL;
  return list.failed ? NULL : list.items;
}
