/* What machines see of a running service: each line is JSON, whatever strangers wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "view_fixture.h"

#include <cmocka.h> /* last: its fail() is a macro */

static void begin(struct view_fixture *f) {
  view_fixture_begin(f, (struct view_options){ .json = true });
}

static void the_start(void **state) {
  (void)state;
  struct view_fixture f;
  begin(&f);
  struct project_function functions[] = { { .name = STR("tick"), .handler = STR("t.main") },
                                          { .name = STR("tock"), .handler = STR("t.other") } };
  f.project.functions = functions;
  view_fixture_ready(&f);
  view_warning(f.view, STR("serverless.yml:3: \"x\""));
  view_fixture_end(
      &f,
      "{\"type\":\"ready\",\"service\":\"moonwire-example\",\"stage\":\"dev\",\"region\":\"us-east-1\","
      "\"websocketUrl\":\"ws://127.0.0.1:3001/dev\",\"managementUrl\":\"http://127.0.0.1:3001/"
      "dev\",\"controlUrl\":\"http://127.0.0.1:3002\",\"consoleUrl\":\"http://127.0.0.1:3002/#token=T\",\"routes\":["
      "{\"routeKey\":\"$connect\",\"function\":\"chat\",\"handler\":\"handlers/chat.main\"},"
      "{\"routeKey\":\"$default\",\"function\":\"echo\",\"handler\":\"handlers/echo.default\"},"
      "{\"routeKey\":\"chat\",\"function\":\"chat\",\"handler\":\"handlers/chat.main\"}],"
      "\"unrouted\":[{\"function\":\"tick\",\"handler\":\"t.main\"},{\"function\":\"tock\",\"handler\":\"t.other\"}]}\n"
      "{\"type\":\"warning\",\"text\":\"serverless.yml:3: \\\"x\\\"\"}\n");
}

/* A service with HTTP routes; an invocation for a client of one. */
static void http(void **state) {
  (void)state;
  struct view_fixture f;
  struct invoke in;
  begin(&f);
  struct project_http_route routes[] = { { STR("GET /users/{id}"), &f.functions[0], STR(""), 1 },
                                         { STR("$default"), &f.functions[1], STR(""), 2 } };
  f.project.http_routes = routes;
  f.project.http_route_count = 2;
  f.project.route_count = 0;
  view_fixture_ready(&f);
  view_fixture_invoke(&in, INVOKE_RESULT, "{}");
  in.label = routes[0].key;
  in.connection_id[0] = '\0';
  in.status = 404;
  view_fixture_finish(&f, &in);
  view_fixture_end(
      &f, "{\"type\":\"ready\",\"service\":\"moonwire-example\",\"stage\":\"dev\",\"region\":\"us-east-1\","
          "\"websocketUrl\":\"ws://127.0.0.1:3001/dev\",\"managementUrl\":\"http://127.0.0.1:3001/"
          "dev\",\"httpUrl\":\"http://127.0.0.1:3001\",\"controlUrl\":\"http://"
          "127.0.0.1:3002\",\"consoleUrl\":\"http://127.0.0.1:3002/#token=T\",\"routes\":[],"
          "\"httpRoutes\":["
          "{\"routeKey\":\"GET /users/{id}\",\"function\":\"echo\",\"handler\":\"handlers/echo.default\"},"
          "{\"routeKey\":\"$default\",\"function\":\"chat\",\"handler\":\"handlers/chat.main\"}]}\n"
          "{\"type\":\"invocation\",\"time\":\"2026-11-21T20:33:12.000Z\",\"function\":\"echo\",\"route\":"
          "\"GET /users/{id}\",\"requestId\":\"" VIEW_ID
          "\",\"environment\":1,\"cold\":false,\"waitedMs\":0.100,\"durationMs\":1.500,\"queueMs\":0.100,\"handlerMs\":"
          "1.500,\"billedMs\":2,\"eventBytes\":0,\"resultBytes\":2,\"generation\":1,\"outcome\":\"result\","
          "\"status\":404}\n");
}

static void invocations(void **state) {
  (void)state;
  struct view_fixture f;
  struct invoke in;
  begin(&f);
  view_fixture_invoke(&in, INVOKE_RESULT, "{}");
  in.cold = true;
  in.init_ns = 2149000;
  str_copy(STR("s\"ay"), in.action, sizeof in.action);
  view_fixture_finish(&f, &in);
  view_fixture_invoke(&in, INVOKE_ERROR,
                      " {\"errorMessage\":\n\"m\\n\",\"errorType\":\"T\",\"stackTrace\":[\"s\",1]}\n");
  memcpy(in.note, "n", 2);
  in.sends = 2;
  in.sends_ns = 500 * 1000;
  view_fixture_finish(&f, &in);
  view_fixture_invoke(&in, INVOKE_THROTTLED, "{\"errorMessage\":\"m\",\"errorType\":\"T\"}");
  in.begun_ns = in.environment = 0;
  in.done_ns = in.asked_ns + 1000;
  view_fixture_finish(&f, &in);
  view_fixture_end(
      &f,
      "{\"type\":\"invocation\",\"time\":\"2026-11-21T20:33:12.000Z\",\"function\":\"echo\",\"route\":\"$default\","
      "\"action\":\"s\\\"ay\",\"connectionId\":\"BFaT_fALIAMCKug=\",\"requestId\":\"" VIEW_ID
      "\",\"environment\":1,\"cold\":true,"
      "\"initMs\":2.149,\"waitedMs\":0.100,\"durationMs\":1.500,\"queueMs\":0.000,\"handlerMs\":1.500,\"billedMs\":4,"
      "\"eventBytes\":0,\"resultBytes\":2,\"generation\":1,\"outcome\":\"result\"}\n"
      "{\"type\":\"invocation\",\"time\":\"2026-11-21T20:33:12.000Z\",\"function\":\"echo\",\"route\":\"$default\","
      "\"connectionId\":\"BFaT_fALIAMCKug=\",\"requestId\":\"" VIEW_ID "\",\"environment\":1,\"cold\":false,"
      "\"waitedMs\":0.100,\"durationMs\":1.500,\"queueMs\":0.100,\"handlerMs\":1.000,\"billedMs\":2,\"sends\":2,"
      "\"sendsMs\":0.500,\"eventBytes\":0,\"resultBytes\":62,\"generation\":1,\"outcome\":\"error\",\"error\":{"
      "\"errorMessage\":\"m\\n\","
      "\"errorType\":\"T\",\"stackTrace\":[\"s\",\"...\"]},\"note\":\"n\"}\n"
      "{\"type\":\"invocation\",\"time\":\"2026-11-21T20:33:12.000Z\",\"function\":\"echo\",\"route\":\"$default\","
      "\"connectionId\":\"BFaT_fALIAMCKug=\",\"requestId\":\"" VIEW_ID "\",\"environment\":0,\"cold\":false,"
      "\"waitedMs\":0.001,\"queueMs\":0.001,\"eventBytes\":0,\"resultBytes\":36,\"generation\":1,\"outcome\":"
      "\"throttled\",\"error\":{\"errorMessage\":\"m\",\"errorType\":\"T\","
      "\"stackTrace\":[]}}\n");
}

static void lines_and_ends(void **state) {
  (void)state;
  struct view_fixture f;
  struct invoke in;
  begin(&f);
  f.observer.started(f.observer.ctx, &f.one);
  view_fixture_out(&f, NULL, "loading");
  view_fixture_invoke(&in, INVOKE_RESULT, "");
  view_fixture_err(&f, &in, "a\tb");
  buf_free(&in.payload);
  f.observer.ended(f.observer.ctx, &f.one, 9);
  f.one.number = 2;
  f.observer.ended(f.observer.ctx, &f.one, 1 << 8);
  f.one.reaped = true;
  f.observer.ended(f.observer.ctx, &f.one, 0);
  view_fixture_end(
      &f, "{\"type\":\"log\",\"time\":\"2026-11-21T20:33:12.000Z\",\"function\":\"echo\",\"environment\":1,"
          "\"stream\":\"stdout\",\"text\":\"loading\"}\n"
          "{\"type\":\"log\",\"time\":\"2026-11-21T20:33:12.000Z\",\"function\":\"echo\",\"environment\":1,"
          "\"requestId\":\"" VIEW_ID "\",\"stream\":\"stderr\",\"text\":\"a\\tb\"}\n"
          "{\"type\":\"environment\",\"time\":\"2026-11-21T20:33:12.000Z\",\"event\":\"ended\",\"function\":\"echo\","
          "\"environment\":1,\"signal\":9}\n"
          "{\"type\":\"environment\",\"time\":\"2026-11-21T20:33:12.000Z\",\"event\":\"ended\",\"function\":\"echo\","
          "\"environment\":2,\"exitStatus\":1}\n"
          "{\"type\":\"environment\",\"time\":\"2026-11-21T20:33:12.000Z\",\"event\":\"ended\",\"function\":\"echo\","
          "\"environment\":2,\"exitStatus\":0,\"reason\":\"idle\"}\n");
}

static void faults(void **state) {
  (void)state;
  struct view_fixture f;
  begin(&f);
  view_fault(f.view, &(struct fault_news){ "set", "slow", "BFaT_fALIAMCKug=", "reads 10 bytes a second" });
  view_fault(f.view, &(struct fault_news){ "reset", "", "", "all are off" });
  view_fixture_end(&f, "{\"type\":\"fault\",\"time\":\"2026-11-21T20:33:12.000Z\",\"event\":\"set\",\"fault\":\"slow\","
                       "\"connectionId\":\"BFaT_fALIAMCKug=\",\"text\":\"reads 10 bytes a second\"}\n"
                       "{\"type\":\"fault\",\"time\":\"2026-11-21T20:33:12.000Z\",\"event\":\"reset\","
                       "\"text\":\"all are off\"}\n");
}

static void every_outcome_has_a_name(void **state) {
  (void)state;
  static const char *const names[] = {
    "result", "error", "init_error", "timed_out", "crashed", "throttled", "cancelled"
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct view_fixture f;
    struct invoke in;
    char want[64];
    begin(&f);
    view_fixture_invoke(&in, (enum invoke_outcome)i, "");
    view_fixture_finish(&f, &in);
    view_fixture_close(&f);
    snprintf(want, sizeof want, "\"outcome\":\"%s\"", names[i]);
    assert_non_null(strstr(f.text, want));
    free(f.text);
  }
}

/* The text of each line is one JSON value and nothing but ASCII controls of JSON's own. */
static void hostile_text_is_json(void **state) {
  (void)state;
  static const char *const texts[] = { "\"}\n{\"type\":\"x\"}", "\xff\xc2\x9b\x01\x1b[2J\x7f", "\\", "\xed\xa0\x80" };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct view_fixture f;
    struct invoke in;
    begin(&f);
    view_warning(f.view, str_from(texts[i]));
    view_fixture_out(&f, NULL, texts[i]);
    view_fixture_invoke(&in, INVOKE_ERROR, texts[i]);
    in.label = str_from(texts[i]);
    memcpy(in.note, texts[i], strlen(texts[i]) + 1);
    view_fixture_finish(&f, &in);
    view_fixture_close(&f);
    int lines = 0;
    for (struct str line, rest = str_of(f.text, f.len); rest.len > 0; lines++) {
      struct arena memory = { 0 };
      const struct json *root;
      char err[ERR_LEN];
      str_cut(rest, '\n', &line, &rest);
      if (!json_parse(&memory, line, &root, err)) fail_msg("%s: %.*s", err, STR_ARG(line));
      assert_int_equal(str_find(line, STR("\x1b"), 0), SIZE_MAX);
      arena_free(&memory);
    }
    assert_int_equal(lines, 3);
    free(f.text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_start),
    cmocka_unit_test(http),
    cmocka_unit_test(invocations),
    cmocka_unit_test(lines_and_ends),
    cmocka_unit_test(faults),
    cmocka_unit_test(every_outcome_has_a_name),
    cmocka_unit_test(hostile_text_is_json),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
