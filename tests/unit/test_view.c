/* What people see of a running service: exact text. Machines: test_view_json.c; its output: test_view_out.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "view_fixture.h"

#include <cmocka.h> /* last: its fail() is a macro */

static void begin(struct view_fixture *f) {
  view_fixture_begin(f, (struct view_options){ 0 });
  view_fixture_ready(f);
}

static void outcomes(void **state) {
  (void)state;
  static const struct {
    enum invoke_outcome outcome;
    const char *payload, *note, *want;
  } cases[] = {
    { INVOKE_RESULT, "{\"statusCode\":200}", "", VIEW_LINE "\n" },
    { INVOKE_RESULT, "", "the client saw nothing", VIEW_LINE "\n          the client saw nothing\n" },
    { INVOKE_ERROR, VIEW_REPORT, "the client got an error frame",
      VIEW_LINE "  error\n          Error: no room\n          for you\n            a.lua:3: in function 'inner'\n"
                "            a.lua:4: in main chunk\n          the client got an error frame\n" },
    { INVOKE_ERROR, "{\"errorMessage\":\"m\\n\"}", "", VIEW_LINE "  error\n          m\n" },
    { INVOKE_ERROR, "{\"errorType\":\"T\",\"stackTrace\":[1,\"x\"]}", "",
      VIEW_LINE "  error\n          T\n            ...\n            x\n" },
    { INVOKE_ERROR, "[1]", "", VIEW_LINE "  error\n          [1]\n" },
    { INVOKE_ERROR, "no\x1b]0;JSON", "", VIEW_LINE "  error\n          no\\x1b]0;JSON\n" },
    { INVOKE_ERROR, "", "", VIEW_LINE "  error\n" },
    { INVOKE_INIT_ERROR, "{\"errorMessage\":\"gone\",\"errorType\":\"Runtime.HandlerNotFound\",\"stackTrace\":[]}", "",
      VIEW_LINE "  could not load\n          Runtime.HandlerNotFound: gone\n" },
    { INVOKE_TIMED_OUT, "{\"errorMessage\":\"Task timed out after 6.00 seconds\"}", "",
      VIEW_LINE "  timed out after 6 s\n" },
    { INVOKE_CRASHED,
      "{\"errorMessage\":\"RequestId: 8f5 Error: killed by signal 9\",\"errorType\":\"Runtime.ExitError\"}", "",
      VIEW_LINE "  crashed\n          killed by signal 9\n" },
    { INVOKE_THROTTLED, "{\"errorMessage\":\"too much waits\"}", "",
      VIEW_LINE "  throttled\n          too much waits\n" },
    { INVOKE_CANCELLED, "", "", VIEW_LINE "  cancelled\n" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct view_fixture f;
    struct invoke in;
    char want[2048];
    begin(&f);
    view_fixture_invoke(&in, cases[i].outcome, cases[i].payload);
    memcpy(in.note, cases[i].note, strlen(cases[i].note) + 1);
    view_fixture_finish(&f, &in);
    snprintf(want, sizeof want, "%s%s", VIEW_READY, cases[i].want);
    view_fixture_end(&f, want);
  }
}

static void http(void **state) {
  (void)state;
  struct view_fixture f;
  struct invoke in;
  view_fixture_begin(&f, (struct view_options){ 0 });
  struct project_http_route routes[] = { { STR("GET /users/{id}"), &f.functions[0], STR(""), 1 } };
  f.project.http_routes = routes;
  f.project.http_route_count = 1;
  view_fixture_ready(&f);
  f.project.route_count = 0;
  f.project.function_count = 1;
  view_fixture_ready(&f);
  view_fixture_invoke(&in, INVOKE_RESULT, "{}");
  in.label = routes[0].key;
  in.connection_id[0] = '\0';
  in.status = 404;
  view_fixture_finish(&f, &in);
  view_fixture_end(&f, "moonwire-example, stage dev\n\n  WebSocket     ws://127.0.0.1:3001/dev\n"
                       "  @connections  http://127.0.0.1:3001/dev\n  HTTP          http://127.0.0.1:3001\n"
                       "  control port  http://127.0.0.1:3002\n  console       http://127.0.0.1:3002/#token=T\n\n  "
                       "$connect         -> handlers/chat.main\n"
                       "  $default         -> handlers/echo.default\n  chat             -> handlers/chat.main\n"
                       "  GET /users/{id}  -> handlers/echo.default\n\n"
                       "moonwire-example, stage dev\n\n  HTTP          http://127.0.0.1:3001\n"
                       "  control port  http://127.0.0.1:3002\n  console       http://127.0.0.1:3002/#token=T\n\n  GET "
                       "/users/{id}  -> handlers/echo.default\n\n"
                       "20:33:12  GET /users/{id}  404               echo#1     1.5 ms\n");
}

/* Functions that clients do not reach are there, too; an authorizer is reached. */
static void functions_without_a_route(void **state) {
  (void)state;
  struct view_fixture f;
  view_fixture_begin(&f, (struct view_options){ 0 });
  struct project_authorizer door = { STR("chat"), &f.functions[1], NULL, 0 };
  struct project_route route = { .key = STR("$connect"), .function = &f.functions[0], .authorizer = &door };
  f.project.routes = &route;
  f.project.route_count = 1;
  view_fixture_ready(&f);
  route.authorizer = NULL;
  f.functions[1].name = STR("n\x1b");
  view_fixture_ready(&f);
#define ADDRESSES                                                                                                      \
  "moonwire-example, stage dev\n\n  WebSocket     ws://127.0.0.1:3001/dev\n"                                           \
  "  @connections  http://127.0.0.1:3001/dev\n  control port  http://127.0.0.1:3002\n  console       "                 \
  "http://127.0.0.1:3002/#token=T\n\n"                                                                                 \
  "  $connect  -> handlers/echo.default\n"
  view_fixture_end(&f, ADDRESSES "\n" ADDRESSES
                                 "  n\\x1b     -> handlers/chat.main  (no route: moonwire invoke n\\x1b)\n\n");
}

/* What a message asks of an app stands beside its route, and the column is wide enough from then on. */
static void actions(void **state) {
  (void)state;
  struct view_fixture f;
  begin(&f);
  for (size_t i = 0; i < 4; i++) {
    static const char *const names[] = { "", "say", "a\x1b[2Jbcdefghijk", "" };
    struct invoke in;
    view_fixture_invoke(&in, INVOKE_RESULT, "{}");
    str_copy(str_from(names[i]), in.action, sizeof in.action);
    view_fixture_finish(&f, &in);
  }
  view_fixture_end(&f,
                   VIEW_READY VIEW_LINE "\n20:33:12  $default say  BFaT_fALIAMCKug=  echo#1     1.5 ms\n"
                                        "20:33:12  $default a\\x1b[2Jbcdefghijk  BFaT_fALIAMCKug=  echo#1     1.5 ms\n"
                                        "20:33:12  $default          BFaT_fALIAMCKug=  echo#1     1.5 ms\n");
}

static void starts_and_waits(void **state) {
  (void)state;
  struct view_fixture f;
  struct invoke in;
  begin(&f);
  view_fixture_invoke(&in, INVOKE_RESULT, "");
  in.cold = true;
  in.init_ns = 2149000;
  in.asked_ns -= 50 * 1000 * 1000;
  view_fixture_finish(&f, &in);
  view_fixture_invoke(&in, INVOKE_RESULT, "");
  in.asked_ns -= 1234 * 1000 * 1000;
  view_fixture_finish(&f, &in);
  view_fixture_invoke(&in, INVOKE_THROTTLED, "{\"errorMessage\":\"m\"}");
  in.begun_ns = in.environment = 0;
  view_fixture_finish(&f, &in);
  view_fixture_invoke(&in, INVOKE_RESULT, "");
  in.label = STR("echo"); /* as its function */
  in.connection_id[0] = '\0';
  in.done_ns = in.begun_ns + INT64_C(12345678900);
  view_fixture_finish(&f, &in);
  view_fixture_end(&f, VIEW_READY VIEW_LINE
                   "  cold (init 2.1 ms)  waited 50 ms\n" VIEW_LINE "  waited 1234 ms\n"
                   "20:33:12  $default  BFaT_fALIAMCKug=  echo            -  throttled\n          m\n"
                   "20:33:12  echo      -                 echo#1 12345.7 ms\n");
}

static void lines_of_no_invocation_have_a_writer(void **state) {
  (void)state;
  struct view_fixture f;
  begin(&f);
  view_fixture_err(&f, NULL, "2026-11-21T20:33:12.345Z\t-\tWARN\tloading\rslowly");
  view_fixture_out(&f, NULL, "plain");
  view_fixture_end(&f, VIEW_READY "20:33:12  echo#1  WARN  loading\n                slowly\n20:33:12  echo#1  plain\n");
}

static void hostile_text_is_shown(void **state) {
  (void)state;
  struct view_fixture f;
  struct invoke in;
  begin(&f);
  view_warning(f.view, STR("a\x1b[2Jb\nc"));
  view_fixture_invoke(&in, INVOKE_ERROR,
                      "{\"errorMessage\":\"\\u001b]0;x\\u0007\",\"errorType\":\"\\u202e\","
                      "\"stackTrace\":[\"\\u009b1m\\n\"]}");
  in.label = STR("\x1b]52;c;\x07");
  memcpy(in.note, "n\x7fn\rm", 6);
  view_fixture_out(&f, &in, "\xff\xc2\x9b\xe2\x80\xae\xe2\x81\xa9\xc3\xa9\xe6\x97\xa5\xf0\x9f\x8c\x99\xe2\x82\x08\x01");
  view_fixture_err(&f, &in, VIEW_STAMP "INFO\t\x1b[31mred\r\x9b");
  view_fixture_finish(&f, &in);
  view_fixture_end(&f, VIEW_READY
                   "warning: a\\x1b[2Jb\\x0ac\n"
                   "20:33:12  \\x1b]52;c;\\x07  BFaT_fALIAMCKug=  echo#1     1.5 ms  error\n          \\u202e: "
                   "\\x1b]0;x\\x07\n            \\u009b1m\\x0a\n          n\\x7fn\n          m\n"
                   "          \\xff\\u009b\\u202e\\u2069\xc3\xa9\xe6\x97\xa5\xf0\x9f\x8c\x99\\xe2\\x82\\x08\\x01\n"
                   "          INFO  \\x1b[31mred\n                \\x9b\n");
}

static void faults_stand_alone(void **state) {
  (void)state;
  struct view_fixture f;
  begin(&f);
  view_fault(f.view, &(struct fault_news){ "set", "gone", "", "the next 3 posts get 410" });
  view_fault(f.view, &(struct fault_news){ "applied", "gone", "BFaT_fALIAMCKug=", "a post \x1b[2J" });
  view_fault(f.view, &(struct fault_news){ "reset", "", "", "all are off" });
  view_fixture_end(&f, VIEW_READY "20:33:12  fault gone: the next 3 posts get 410\n"
                                  "20:33:12  BFaT_fALIAMCKug=  fault gone: a post \\x1b[2J\n"
                                  "20:33:12  faults: all are off\n");
}

static void notes_stand_alone(void **state) {
  (void)state;
  struct view_fixture f;
  begin(&f);
  view_note(f.view, "BFaT_fALIAMCKug=", STR("no route for \x1b[2J"));
  view_note(f.view, "", STR("nothing is at /x"));
  view_fixture_end(&f, VIEW_READY "20:33:12  BFaT_fALIAMCKug=  no route for \\x1b[2J\n20:33:12  nothing is at /x\n");
}

static void colours_are_an_option(void **state) {
  (void)state;
  struct view_fixture f;
  struct invoke in;
  view_fixture_begin(&f, (struct view_options){ .colour = true });
  view_warning(f.view, STR("w\x1b"));
  view_fixture_invoke(&in, INVOKE_ERROR, "{\"errorMessage\":\"m\",\"errorType\":\"T\",\"stackTrace\":[\"s\"]}");
  memcpy(in.note, "n", 2);
  view_fixture_err(&f, &in, VIEW_STAMP "WARN\tmessage");
  view_fixture_finish(&f, &in);
  view_fixture_end(
      &f,
      "\x1b[33mwarning: \x1b[0mw\\x1b\n"
      "\x1b[2m20:33:12\x1b[0m  \x1b[1m$default\x1b[0m  BFaT_fALIAMCKug=  echo#1     1.5 ms  "
      "\x1b[31merror\x1b[0m\n          \x1b[31mT: m\x1b[0m\n            \x1b[2ms\x1b[0m\n          \x1b[33mn\x1b[0m\n"
      "          \x1b[33mWARN \x1b[0m message\n");
}

static void what_is_kept_is_bounded(void **state) {
  (void)state;
  enum { LINES = 20, LONG = 100 * 1000 };
  struct view_fixture f;
  struct invoke in;
  char line[LONG + 1];
  memset(line, 'x', LONG);
  line[LONG] = '\0';
  begin(&f);
  view_fixture_invoke(&in, INVOKE_RESULT, "");
  for (int i = 0; i < LINES; i++) view_fixture_out(&f, &in, line);
  view_fixture_out(&f, &in, "short, but behind a gap");
  view_fixture_finish(&f, &in);
  view_fixture_close(&f);
  assert_true(f.len > 1000 * 1000 && f.len < 1024 * 1024 + 1000);
  assert_true(str_ends(str_of(f.text, f.len), STR("x\n          ... (1000034 bytes left out)\n")));
  free(f.text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(outcomes),
    cmocka_unit_test(http),
    cmocka_unit_test(functions_without_a_route),
    cmocka_unit_test(actions),
    cmocka_unit_test(starts_and_waits),
    cmocka_unit_test(lines_of_no_invocation_have_a_writer),
    cmocka_unit_test(hostile_text_is_shown),
    cmocka_unit_test(faults_stand_alone),
    cmocka_unit_test(notes_stand_alone),
    cmocka_unit_test(colours_are_an_option),
    cmocka_unit_test(what_is_kept_is_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
