/* environment_variables: what a function finds in its environment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "environment_variables.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

enum { OWN_MAX = 4 };

#define NAME "chat-dev-echo"
#define MANAGEMENT "http://127.0.0.1:3001/dev"
#define ISSUER "http://127.0.0.1:3002/_identity"
#define LAMBDA "http://127.0.0.1:3002"

static const char *const plain[] = {
  "LANG=en_US.UTF-8",
  "TZ=:UTC",
  "MOONWIRE_GLOBALS=error",
  "PATH=/usr/bin:/bin",
  "MOONWIRE_STORE=sqlite:/tmp/moonwire-dev-1/connections.db",
  "MOONWIRE_API=a1b2c3d4e5/dev",
  "_HANDLER=handlers/echo.default",
  "LAMBDA_TASK_ROOT=/home/dev/chat",
  "LAMBDA_RUNTIME_DIR=/opt/moonwire",
  "AWS_LAMBDA_RUNTIME_API=127.0.0.1:3002/_runtime/echo/1f0c",
  "AWS_REGION=eu-central-1",
  "AWS_DEFAULT_REGION=eu-central-1",
  "AWS_ACCESS_KEY_ID=local",
  "AWS_SECRET_ACCESS_KEY=local",
  "AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
  "AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
  "AWS_LAMBDA_FUNCTION_NAME=" NAME,
  "AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/" NAME,
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256",
  "AWS_LAMBDA_LOG_STREAM_NAME=2026/11/21/[$LATEST]000102030405060708090a0b0c0d0eff",
  "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI=" MANAGEMENT,
  "MOONWIRE_LOCAL_ISSUER=" ISSUER,
  "AWS_ENDPOINT_URL_LAMBDA=" LAMBDA,
  NULL,
};

/* What the file adds to the plain ones. */
static const struct {
  const char *name;
  struct field own[OWN_MAX];
  const char *changed[OWN_MAX]; /* by name, in place of a plain one, or new */
} cases[] = {
  { "nothing", { { STR(""), STR("") } }, { NULL } },
  { "their own", { { STR("TABLE"), STR("t=1") }, { STR("EMPTY"), STR("") } }, { "TABLE=t=1", "EMPTY=" } },
  { "the last one of a name", { { STR("A"), STR("1") }, { STR("A"), STR("2") } }, { "A=2" } },
  { "a name in front of another", { { STR("AB"), STR("1") }, { STR("A"), STR("2") } }, { "AB=1", "A=2" } },
  { "what may be overridden",
    { { STR("PATH"), STR("/bin") }, { STR("LANG"), STR("C") }, { STR("TZ"), STR("Europe/Paris") } },
    { "PATH=/bin", "LANG=C", "TZ=Europe/Paris" } },
  { "the check of globals", { { STR("MOONWIRE_GLOBALS"), STR("off") } }, { "MOONWIRE_GLOBALS=off" } },
  { "another store",
    { { STR("MOONWIRE_STORE"), STR("sqlite:own.db") }, { STR("MOONWIRE_API"), STR("x/prod") } },
    { "MOONWIRE_STORE=sqlite:own.db", "MOONWIRE_API=x/prod" } },
  { "not the table that is on AWS", { { STR("MOONWIRE_STORE"), STR("dynamodb:chat") } }, { NULL } },
  { "not at an endpoint without a name",
    { { STR("MOONWIRE_STORE"), STR("dynamodb:chat") }, { STR("AWS_ENDPOINT_URL_DYNAMODB"), STR("") } },
    { "AWS_ENDPOINT_URL_DYNAMODB=" } },
  { "a table on this machine",
    { { STR("MOONWIRE_STORE"), STR("dynamodb:chat") }, { STR("AWS_ENDPOINT_URL_DYNAMODB"), STR("http://x") } },
    { "MOONWIRE_STORE=dynamodb:chat", "AWS_ENDPOINT_URL_DYNAMODB=http://x" } },
  { "a table where all services are",
    { { STR("AWS_ENDPOINT_URL"), STR("http://x") }, { STR("MOONWIRE_STORE"), STR("dynamodb:chat") } },
    { "MOONWIRE_STORE=dynamodb:chat", "AWS_ENDPOINT_URL=http://x" } },
  { "the log's format",
    { { STR("AWS_LAMBDA_LOG_FORMAT"), STR("JSON") }, { STR("AWS_LAMBDA_LOG_LEVEL"), STR("DEBUG") } },
    { "AWS_LAMBDA_LOG_FORMAT=JSON", "AWS_LAMBDA_LOG_LEVEL=DEBUG" } },
  { "other endpoints", { { STR("AWS_ENDPOINT_URL"), STR("http://x") } }, { "AWS_ENDPOINT_URL=http://x" } },
  { "not the endpoint of @connections",
    { { STR("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"), STR("https://x") } },
    { NULL } },
  { "not the endpoint of Lambda", { { STR("AWS_ENDPOINT_URL_LAMBDA"), STR("https://x") } }, { NULL } },
  { "not the keys",
    { { STR("AWS_ACCESS_KEY_ID"), STR("AKID") },
      { STR("AWS_SECRET_ACCESS_KEY"), STR("secret") },
      { STR("AWS_SESSION_TOKEN"), STR("token") },
      { STR("AWS_ACCESS_KEY"), STR("AKID") } },
    { NULL } },
  { "not the address of the Runtime API",
    { { STR("AWS_LAMBDA_RUNTIME_API"), STR("169.254.100.1:9001") },
      { STR("AWS_LAMBDA_MAX_CONCURRENCY"), STR("9") },
      { STR("LAMBDA_TASK_ROOT"), STR("/") },
      { STR("_HANDLER"), STR("x.y") } },
    { NULL } },
  { "not what begins with a line", { { STR("_X"), STR("1") }, { STR("X_"), STR("1") } }, { "X_=1" } },
  { "what cannot be passed",
    { { STR("A=B"), STR("1") }, { STR("A\0B"), STR("1") }, { STR("C"), STR("1\0002") }, { STR(""), STR("1") } },
    { NULL } },
};

static const char *find(char *const *list, const char *name_of) {
  size_t prefix = (size_t)(strchr(name_of, '=') - name_of) + 1;
  for (; *list; list++)
    if (strncmp(*list, name_of, prefix) == 0) return *list;
  return "(none)";
}

static size_t count(const char *const *list) {
  size_t n = 0;
  while (list[n]) n++;
  return n;
}

static void test_variables(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct project_function function = { .name = STR("echo"),
                                         .handler = STR("handlers/echo.default"),
                                         .memory_mb = 256 };
    struct project project = {
      .directory = STR("/home/dev/chat"), .service = STR("chat"), .stage = STR("dev"), .region = STR("eu-central-1")
    };
    struct variables v = { .project = &project,
                           .function = &function,
                           .runtime_api = STR("127.0.0.1:3002/_runtime/echo/1f0c"),
                           .credentials = { STR("local"), STR("local"), STR("") },
                           .runtime_dir = STR("/opt/moonwire"),
                           .management = STR(MANAGEMENT),
                           .store = STR("sqlite:/tmp/moonwire-dev-1/connections.db"),
                           .api = STR("a1b2c3d4e5/dev"),
                           .issuer = STR(ISSUER),
                           .lambda = STR(LAMBDA),
                           .path = STR("/usr/bin:/bin"),
                           .now_ms = 1795294800123,
                           .log_stream = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255 } };
    function.environment = (struct fields){ cases[i].own, OWN_MAX };
    struct arena memory;
    arena_init(&memory);
    char **list = environment_variables(&memory, &v);
    assert_non_null(list);
    size_t want = count(plain);
    for (size_t c = 0; c < OWN_MAX && cases[i].changed[c]; c++) {
      const char *seen = find(list, cases[i].changed[c]);
      if (strcmp(seen, cases[i].changed[c]) != 0) fail_msg("%s: %s", cases[i].name, seen);
      if (strcmp(find((char *const *)(uintptr_t)plain, seen), "(none)") == 0) want++;
    }
    for (size_t p = 0; plain[p]; p++) {
      const char *seen = find(list, plain[p]);
      bool changed = false;
      for (size_t c = 0; c < OWN_MAX && cases[i].changed[c]; c++) changed |= strcmp(seen, cases[i].changed[c]) == 0;
      if (!changed && strcmp(seen, plain[p]) != 0) fail_msg("%s: %s", cases[i].name, seen);
    }
    if (count((const char *const *)list) != want)
      fail_msg("%s: %zu variables", cases[i].name, count((const char *const *)list));
    arena_free(&memory);
  }
}

static void test_without(void **state) {
  (void)state;
  struct project_function function = { .name = STR("echo") };
  struct project project = { .directory = STR("/") };
  struct variables v = { .project = &project, .function = &function };
  struct arena memory;
  arena_init(&memory);
  char **list = environment_variables(&memory, &v);
  assert_string_equal(find(list, "PATH="), "(none)");
  assert_string_equal(find(list, "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI="), "(none)");
  assert_string_equal(find(list, "MOONWIRE_STORE="), "(none)");
  assert_string_equal(find(list, "MOONWIRE_API="), "(none)");
  assert_string_equal(find(list, "_HANDLER="), "_HANDLER=");
  arena_free(&memory);
}

static void test_own_keys(void **state) {
  (void)state;
  static const struct field own[] = { { STR("MOONWIRE_STORE"), STR("dynamodb:chat") } };
  struct project_function function = { .name = STR("echo"), .environment = { own, 1 } };
  struct project project = { .directory = STR("/") };
  struct variables v = {
    .project = &project, .function = &function, .store = STR("sqlite:connections.db"), .reaches_aws = true
  };
  struct arena memory;
  arena_init(&memory);
  assert_string_equal(find(environment_variables(&memory, &v), "MOONWIRE_STORE="), "MOONWIRE_STORE=dynamodb:chat");
  arena_free(&memory);
}

/* What the file says of these does not count then. */
static void test_managed(void **state) {
  (void)state;
  static const struct field own[] = { { STR("AWS_LAMBDA_LOG_FORMAT"), STR("Text") },
                                      { STR("AWS_LAMBDA_MAX_CONCURRENCY"), STR("9") } };
  struct project_function function = { .name = STR("echo"), .environment = { own, 2 } };
  struct project project = { .directory = STR("/") };
  struct variables v = { .project = &project, .function = &function, .concurrency = 64 };
  struct arena memory;
  arena_init(&memory);
  char **list = environment_variables(&memory, &v);
  assert_string_equal(find(list, "AWS_LAMBDA_MAX_CONCURRENCY="), "AWS_LAMBDA_MAX_CONCURRENCY=64");
  assert_string_equal(find(list, "AWS_LAMBDA_LOG_FORMAT="), "AWS_LAMBDA_LOG_FORMAT=JSON");
  assert_string_equal(find(list, "AWS_LAMBDA_INITIALIZATION_TYPE="),
                      "AWS_LAMBDA_INITIALIZATION_TYPE=lambda-managed-instances");
  arena_free(&memory);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_variables),
    cmocka_unit_test(test_without),
    cmocka_unit_test(test_own_keys),
    cmocka_unit_test(test_managed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
