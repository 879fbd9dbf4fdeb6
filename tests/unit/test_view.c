/* What people see of a running service: exact text. Machines: test_view_json.c; its output: test_view_out.c. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "view_fixture.h"

#include <cmocka.h> /* last: its fail() is a macro */

#define READY                                                                                                          \
  "moonwire-example, stage dev\n\n"                                                                                    \
  "  WebSocket ws://127.0.0.1:3001/dev\n"                                                                              \
  "  Control   http://127.0.0.1:3002\n\n"                                                                              \
  "  $connect  -> handlers/chat.main\n"                                                                                \
  "  $default  -> handlers/echo.default\n"                                                                             \
  "  chat      -> handlers/chat.main\n\n"
#define LINE "20:33:12  $default  BFaT_fALIAMCKug=  echo     1.5 ms"
#define MEMBERS "\"errorType\":\"Error\",\"stackTrace\":[\"a.lua:3: in function 'inner'\",\"a.lua:4: in main chunk\"]}"
#define REPORT "{\"errorMessage\":\"no room\\nfor you\"," MEMBERS
#define RECORD "no room\rfor you {" MEMBERS

enum { SIGNAL_9 = 9, STATUS_1 = 1 << 8 /* as waitpid gives them */ };

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
    { INVOKE_RESULT, "{\"statusCode\":200}", "", LINE "\n" },
    { INVOKE_RESULT, "", "the client saw nothing", LINE "\n          the client saw nothing\n" },
    { INVOKE_ERROR, REPORT, "the client got an error frame",
      LINE "  error Error: no room\n          for you\n            a.lua:3: in function 'inner'\n"
           "            a.lua:4: in main chunk\n          the client got an error frame\n" },
    { INVOKE_ERROR, "{\"errorMessage\":\"m\\n\"}", "", LINE "  error: m\n" },
    { INVOKE_ERROR, "{\"errorType\":\"T\",\"stackTrace\":[1,\"x\"]}", "",
      LINE "  error T\n            ...\n            x\n" },
    { INVOKE_ERROR, "[1]", "", LINE "  error: [1]\n" },
    { INVOKE_ERROR, "no\x1b]0;JSON", "", LINE "  error: no\\x1b]0;JSON\n" },
    { INVOKE_ERROR, "", "", LINE "  error\n" },
    { INVOKE_INIT_ERROR, "{\"errorMessage\":\"gone\",\"errorType\":\"Runtime.HandlerNotFound\",\"stackTrace\":[]}", "",
      LINE "  could not load Runtime.HandlerNotFound: gone\n" },
    { INVOKE_TIMED_OUT, "{\"errorMessage\":\"Task timed out after 6.00 seconds\"}", "",
      LINE "  timed out after 6 s\n" },
    { INVOKE_CRASHED, "{\"errorMessage\":\"killed by signal 9\",\"errorType\":\"Runtime.ExitError\"}", "",
      LINE "  crashed: killed by signal 9\n" },
    { INVOKE_THROTTLED, "{\"errorMessage\":\"too much waits\"}", "", LINE "  throttled: too much waits\n" },
    { INVOKE_CANCELLED, "", "", LINE "  cancelled\n" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct view_fixture f;
    struct invoke in;
    char want[2048];
    begin(&f);
    view_fixture_invoke(&in, cases[i].outcome, cases[i].payload);
    memcpy(in.note, cases[i].note, strlen(cases[i].note) + 1);
    view_fixture_finish(&f, &in);
    snprintf(want, sizeof want, "%s%s", READY, cases[i].want);
    view_fixture_end(&f, want);
  }
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
  view_fixture_end(&f, READY LINE "  cold (init 2.1 ms)  waited 50 ms\n" LINE "  waited 1234 ms\n"
                                  "20:33:12  $default  BFaT_fALIAMCKug=  echo          -  throttled: m\n"
                                  "20:33:12  echo      -                      12345.7 ms\n");
}

static void output_stands_beneath(void **state) {
  (void)state;
  struct view_fixture f;
  struct invoke in;
  begin(&f);
  view_fixture_invoke(&in, INVOKE_RESULT, "");
  view_fixture_err(&f, &in, VIEW_STAMP "INFO\thello\rworld {\"a\":1}");
  view_fixture_out(&f, &in, "plain\ttext");
  view_fixture_err(&f, &in, VIEW_STAMP "FATAL\t");
  view_fixture_out(&f, &in, VIEW_STAMP "INFO\tprinted");
  view_fixture_err(&f, &in, VIEW_STAMP "NOTE\tno level");
  view_fixture_err(&f, &in, "{\"timestamp\":\"2026\",\"level\":\"INFO\",\"message\":\"m\"}");
  view_fixture_out(&f, &in, "");
  view_fixture_finish(&f, &in);
  view_fixture_invoke(&in, INVOKE_RESULT, ""); /* begins with nothing of the other */
  view_fixture_finish(&f, &in);
  view_fixture_end(&f, READY LINE "\n"
                                  "          INFO  hello\n                world {\"a\":1}\n"
                                  "          plain\ttext\n"
                                  "          FATAL \n"
                                  "          " VIEW_STAMP "INFO\tprinted\n"
                                  "          " VIEW_STAMP "NOTE\tno level\n"
                                  "          {\"timestamp\":\"2026\",\"level\":\"INFO\",\"message\":\"m\"}\n"
                                  "          \n" LINE "\n");
}

/* The runtime's record of a failure and the report are one thing; other records are others. */
static void failures_are_told_once(void **state) {
  (void)state;
  static const char told[] = LINE "  error Error: no room\n          for you\n"
                                  "            a.lua:3: in function 'inner'\n            a.lua:4: in main chunk\n";
  static const struct {
    const char *line, *beneath;
  } cases[] = {
    { VIEW_STAMP "ERROR\t" RECORD, "" },
    { "{\"timestamp\":\"2026-11-21T20:33:12.345Z\",\"level\":\"ERROR\",\"message\":\"no room\\nfor you\","
      "\"errorMessage\":\"no room\\nfor you\"," MEMBERS,
      "" },
    { VIEW_STAMP "ERROR\tno room", "          ERROR no room\n" },
    { VIEW_STAMP "WARN\tx {" MEMBERS, "          WARN  x {" MEMBERS "\n" },
    { VIEW_STAMP "ERROR\tx {\"errorType\":\"Other\",\"stackTrace\":[]}",
      "          ERROR x {\"errorType\":\"Other\",\"stackTrace\":[]}\n" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct view_fixture f;
    struct invoke in;
    char want[2048];
    begin(&f);
    view_fixture_invoke(&in, INVOKE_ERROR, REPORT);
    view_fixture_err(&f, &in, cases[i].line);
    view_fixture_finish(&f, &in);
    snprintf(want, sizeof want, "%s%s%s", READY, told, cases[i].beneath);
    view_fixture_end(&f, want);
  }
}

static void lines_of_no_invocation_have_a_writer(void **state) {
  (void)state;
  struct view_fixture f;
  begin(&f);
  view_fixture_err(&f, NULL, "2026-11-21T20:33:12.345Z\t-\tWARN\tloading\rslowly");
  view_fixture_out(&f, NULL, "plain");
  view_fixture_end(&f, READY "20:33:12  echo#1  WARN  loading\n                slowly\n20:33:12  echo#1  plain\n");
}

/* Announced with the first line that comes after a second; what was kept follows, then every line at once. */
static void long_invocations_are_announced(void **state) {
  (void)state;
  struct view_fixture f;
  struct invoke in;
  begin(&f);
  f.observer.started(f.observer.ctx, &f.one);
  view_fixture_invoke(&in, INVOKE_ERROR, REPORT);
  f.one.invoke = &in;
  view_fixture_out(&f, &in, "early");
  in.begun_ns = clock_monotonic_ns() - INT64_C(2000000000);
  view_fixture_run(&f, 700); /* the view looks twice a second */
  view_fixture_out(&f, &in, "late");
  view_fixture_err(&f, &in, VIEW_STAMP "ERROR\tno room {\"errorType\":\"Other\",\"stackTrace\":[]}");
  view_fixture_err(&f, &in, VIEW_STAMP "ERROR\t" RECORD);
  in.done_ns = in.begun_ns + INT64_C(2500000000);
  in.asked_ns = in.begun_ns;
  view_fixture_finish(&f, &in);
  view_fixture_close(&f);
  char *ms = strstr(f.text, " ms  still running, #1\n"); /* how long it has run is the one thing not known here */
  assert_non_null(ms);
  memcpy(ms - 6, "1234.5", 6);
  view_fixture_compare(&f, READY "20:33:12  $default  BFaT_fALIAMCKug=  echo  1234.5 ms  still running, #1\n"
                                 "20:33:12  echo#1  early\n"
                                 "20:33:12  echo#1  late\n"
                                 "20:33:12  echo#1  ERROR no room {\"errorType\":\"Other\",\"stackTrace\":[]}\n"
                                 "20:33:12  $default  BFaT_fALIAMCKug=  echo  2500.0 ms  error Error: no room\n"
                                 "          for you\n            a.lua:3: in function 'inner'\n"
                                 "            a.lua:4: in main chunk\n");
}

static void unexpected_ends_are_told(void **state) {
  (void)state;
  static const struct {
    int status;
    enum environment_state state;
    bool ending;
    const char *want;
  } cases[] = {
    { SIGNAL_9, ENVIRONMENT_IDLE, false, READY "20:33:12  echo#1  ended unexpectedly, by signal 9 (Killed)\n" },
    { STATUS_1, ENVIRONMENT_ENDING, false, READY "20:33:12  echo#1  ended unexpectedly, with exit status 1\n" },
    { 0, ENVIRONMENT_IDLE, false, READY "20:33:12  echo#1  ended unexpectedly, with exit status 0\n" },
    { SIGTERM, ENVIRONMENT_ENDING, false, READY },
    { SIGKILL, ENVIRONMENT_BUSY, true, READY },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct view_fixture f;
    begin(&f);
    f.observer.started(f.observer.ctx, &f.one);
    f.one.state = cases[i].state;
    f.pool.ending = cases[i].ending;
    f.observer.ended(f.observer.ctx, &f.one, cases[i].status);
    view_fixture_end(&f, cases[i].want);
  }
}

/* The process ends and its invocation fails with it: told once, whichever is reported first. */
static void crashes_are_told_once(void **state) {
  (void)state;
  for (int first = 0; first < 2; first++) {
    struct view_fixture f;
    struct invoke in;
    begin(&f);
    view_fixture_invoke(&in, INVOKE_CRASHED, "{\"errorMessage\":\"killed by signal 9\"}");
    view_fixture_out(&f, &in, "last words");
    if (first == 0) f.observer.ended(f.observer.ctx, &f.one, SIGNAL_9);
    view_fixture_finish(&f, &in);
    if (first == 1) f.observer.ended(f.observer.ctx, &f.one, SIGNAL_9);
    view_fixture_end(&f, READY LINE "  crashed: killed by signal 9\n          last words\n");
  }
}

/* A handler that cannot be loaded: a record, a report for an invocation that waited, the end of the process. */
static void load_failures_are_told_once(void **state) {
  (void)state;
  static const char report[] =
      "{\"errorMessage\":\"gone\",\"errorType\":\"Runtime.HandlerNotFound\",\"stackTrace\":[]}";
  static const char record[] = "2026-11-21T20:33:12.345Z\t-\tERROR\tgone "
                               "{\"errorType\":\"Runtime.HandlerNotFound\",\"stackTrace\":[]}";
  static const char told[] = "20:33:12  $default  BFaT_fALIAMCKug=  echo          -  could not load "
                             "Runtime.HandlerNotFound: gone\n";
  for (int order = 0; order < 3; order++) {
    struct view_fixture f;
    struct invoke in;
    begin(&f);
    view_fixture_out(&f, NULL, "loading");
    view_fixture_err(&f, NULL, record);
    view_fixture_invoke(&in, INVOKE_INIT_ERROR, report);
    in.begun_ns = 0;
    in.environment = order == 2; /* it may be known or not */
    if (order == 0) f.observer.ended(f.observer.ctx, &f.one, STATUS_1);
    view_fixture_finish(&f, &in);
    if (order > 0) f.observer.ended(f.observer.ctx, &f.one, STATUS_1);
    char want[2048];
    snprintf(want, sizeof want, "%s20:33:12  echo#1  loading\n%s", READY, told);
    view_fixture_end(&f, want);
  }
  struct view_fixture f; /* nobody had asked for it */
  begin(&f);
  view_fixture_err(&f, NULL, record);
  f.observer.ended(f.observer.ctx, &f.one, STATUS_1);
  view_fixture_end(&f,
                   READY "20:33:12  echo#1  ERROR gone {\"errorType\":\"Runtime.HandlerNotFound\",\"stackTrace\":[]}\n"
                         "20:33:12  echo#1  ended unexpectedly, with exit status 1\n");
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
  view_fixture_end(&f, READY
                   "warning: a\\x1b[2Jb\\x0ac\n"
                   "20:33:12  \\x1b]52;c;\\x07  BFaT_fALIAMCKug=  echo     1.5 ms  error \\u202e: "
                   "\\x1b]0;x\\x07\n            \\u009b1m\\x0a\n          n\\x7fn\n          m\n"
                   "          \\xff\\u009b\\u202e\\u2069\xc3\xa9\xe6\x97\xa5\xf0\x9f\x8c\x99\\xe2\\x82\\x08\\x01\n"
                   "          INFO  \\x1b[31mred\n                \\x9b\n");
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
  view_fixture_end(&f, "\x1b[33mwarning: \x1b[0mw\\x1b\n"
                       "\x1b[2m20:33:12\x1b[0m  \x1b[1m$default\x1b[0m  BFaT_fALIAMCKug=  echo     1.5 ms  "
                       "\x1b[31merror T: m\x1b[0m\n            \x1b[2ms\x1b[0m\n          \x1b[33mn\x1b[0m\n"
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
    cmocka_unit_test(starts_and_waits),
    cmocka_unit_test(output_stands_beneath),
    cmocka_unit_test(failures_are_told_once),
    cmocka_unit_test(lines_of_no_invocation_have_a_writer),
    cmocka_unit_test(long_invocations_are_announced),
    cmocka_unit_test(unexpected_ends_are_told),
    cmocka_unit_test(crashes_are_told_once),
    cmocka_unit_test(load_failures_are_told_once),
    cmocka_unit_test(hostile_text_is_shown),
    cmocka_unit_test(colours_are_an_option),
    cmocka_unit_test(what_is_kept_is_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
