/* What people see when something fails, crashes or lasts: each thing once. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "view_fixture.h"

#include <cmocka.h> /* last: its fail() is a macro */

#define STACK "                a.lua:3: in function 'inner'\n                a.lua:4: in main chunk\n"
#define RECORD "no room\rfor you {" VIEW_MEMBERS

enum { SIGNAL_9 = 9, STATUS_1 = 1 << 8 /* as waitpid gives them */ };

static void begin(struct view_fixture *f) {
  view_fixture_begin(f, (struct view_options){ 0 });
  view_fixture_ready(f);
}

/* The runtime's record of a failure and the report are one thing; other records are others. */
static void failures_are_told_once(void **state) {
  (void)state;
  static const char told[] = VIEW_LINE "  error\n          Error: no room\n          for you\n"
                                       "            a.lua:3: in function 'inner'\n            a.lua:4: in main chunk\n";
  static const struct {
    const char *line, *beneath;
  } cases[] = {
    { VIEW_STAMP "ERROR\t" RECORD, "" },
    { VIEW_STAMP
      "ERROR\tno room\rfor you {\"connectionId\":\"a\",\"routeKey\":\"b\",\"apiRequestId\":\"c\"," VIEW_MEMBERS,
      "" },
    { "{\"timestamp\":\"2026-11-21T20:33:12.345Z\",\"level\":\"ERROR\",\"message\":\"no room\\nfor you\","
      "\"errorMessage\":\"no room\\nfor you\"," VIEW_MEMBERS,
      "" },
    { VIEW_STAMP "ERROR\tno room", "          ERROR no room\n" },
    /* embedded metric format, and what only looks like it */
    { "{\"_aws\":{\"Timestamp\":1,\"CloudWatchMetrics\":[{\"Namespace\":\"N\",\"Dimensions\":[[]],\"Metrics\":["
      "{\"Name\":\"Joined\",\"Unit\":\"Count\"},{\"Name\":\"Wait\",\"Unit\":\"None\"}]}]},\"Joined\":3,\"Wait\":[1.5,2]"
      "}",
      "          metrics: Joined 3, Wait 1.5 2\n" },
    { "{\"_aws\":{}}", "          {\"_aws\":{}}\n" },
    { "{\"_aws\":", "          {\"_aws\":\n" },
    { "{\"_aws\":{\"CloudWatchMetrics\":[{\"Metrics\":[{\"Name\":\"a\\u001b[31m\"}]}]}}",
      "          metrics: a\\x1b[31m\n" },
    { VIEW_STAMP "WARN\tx {" VIEW_MEMBERS, "          WARN  x {\"errorType\":\"Error\"}\n" STACK },
    { VIEW_STAMP "ERROR\tx {\"errorType\":\"Other\",\"stackTrace\":[]}",
      "          ERROR x {\"errorType\":\"Other\",\"stackTrace\":[]}\n" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct view_fixture f;
    struct invoke in;
    char want[2048];
    begin(&f);
    view_fixture_invoke(&in, INVOKE_ERROR, VIEW_REPORT);
    view_fixture_err(&f, &in, cases[i].line);
    view_fixture_finish(&f, &in);
    snprintf(want, sizeof want, "%s%s%s", VIEW_READY, told, cases[i].beneath);
    view_fixture_end(&f, want);
  }
}

static void unexpected_ends_are_told(void **state) {
  (void)state;
  static const struct {
    int status;
    enum environment_state state;
    bool ending;
    const char *want;
  } cases[] = {
    { SIGNAL_9, ENVIRONMENT_SERVING, false, VIEW_READY "20:33:12  echo#1  ended unexpectedly, by signal 9 (Killed)\n" },
    { STATUS_1, ENVIRONMENT_ENDING, false, VIEW_READY "20:33:12  echo#1  ended unexpectedly, with exit status 1\n" },
    { 0, ENVIRONMENT_SERVING, false, VIEW_READY "20:33:12  echo#1  ended unexpectedly, with exit status 0\n" },
    { SIGTERM, ENVIRONMENT_ENDING, false, VIEW_READY },
    { SIGKILL, ENVIRONMENT_SERVING, true, VIEW_READY },
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

/* They are not unexpected, and not silent: Lua variables are gone. */
static void idle_ends_are_told(void **state) {
  (void)state;
  struct view_fixture f;
  begin(&f);
  f.pool.options.idle_s = 300;
  f.one.reaped = true;
  f.one.state = ENVIRONMENT_ENDING;
  f.observer.started(f.observer.ctx, &f.one);
  f.observer.ended(f.observer.ctx, &f.one, 0);
  view_fixture_end(&f, VIEW_READY "20:33:12  echo#1  ended after 300 s without an event\n");
}

/* At the very end the pools are over before the view has told of the last environment. */
static void pools_may_end_first(void **state) {
  (void)state;
  struct view_fixture f;
  begin(&f);
  view_fixture_err(&f, NULL, VIEW_STAMP "ERROR\tx {\"errorType\":\"Other\",\"stackTrace\":[]}");
  f.observer.ended(f.observer.ctx, &f.one, SIGTERM);
  memset(&f.pool, 0, sizeof f.pool); /* as pool_free leaves it */
  view_fixture_end(&f, VIEW_READY "20:33:12  echo#1  ERROR x {\"errorType\":\"Other\",\"stackTrace\":[]}\n"
                                  "20:33:12  echo#1  ended unexpectedly, by signal 15 (Terminated)\n");
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
    view_fixture_end(&f, VIEW_READY VIEW_LINE "  crashed\n          killed by signal 9\n          last words\n");
  }
}

/* A handler that cannot be loaded: a record, a report for an invocation that waited, the end of the process. */
static void load_failures_are_told_once(void **state) {
  (void)state;
  static const char report[] =
      "{\"errorMessage\":\"gone\",\"errorType\":\"Runtime.HandlerNotFound\",\"stackTrace\":[]}";
  static const char record[] = "2026-11-21T20:33:12.345Z\t-\tERROR\tgone "
                               "{\"errorType\":\"Runtime.HandlerNotFound\",\"stackTrace\":[]}";
  static const char *const told[] = { "20:33:12  $default  BFaT_fALIAMCKug=  echo            -  could not load\n",
                                      "20:33:12  $default  BFaT_fALIAMCKug=  echo#1          -  could not load\n" };
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
    snprintf(want, sizeof want, "%s20:33:12  echo#1  loading\n%s          Runtime.HandlerNotFound: gone\n", VIEW_READY,
             told[in.environment]);
    view_fixture_end(&f, want);
  }
  struct view_fixture f; /* nobody had asked for it */
  begin(&f);
  view_fixture_err(&f, NULL, record);
  f.observer.ended(f.observer.ctx, &f.one, STATUS_1);
  view_fixture_end(&f, VIEW_READY
                   "20:33:12  echo#1  ERROR gone {\"errorType\":\"Runtime.HandlerNotFound\",\"stackTrace\":[]}\n"
                   "20:33:12  echo#1  ended unexpectedly, with exit status 1\n");
}

/* Announced with the first line that comes after a second; what was kept follows, then every line at once. */
static void long_invocations_are_announced(void **state) {
  (void)state;
  struct view_fixture f;
  struct invoke in;
  begin(&f);
  f.observer.started(f.observer.ctx, &f.one);
  view_fixture_invoke(&in, INVOKE_ERROR, VIEW_REPORT);
  f.observer.begun(f.observer.ctx, &f.one, &in);
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
  char *ms = strstr(f.text, " ms  still running\n"); /* how long it has run is the one thing not known here */
  assert_non_null(ms);
  memcpy(ms - 6, "1234.5", 6);
  view_fixture_compare(&f, VIEW_READY
                       "20:33:12  $default  BFaT_fALIAMCKug=  echo#1  1234.5 ms  still running\n"
                       "20:33:12  echo#1  early\n"
                       "20:33:12  echo#1  late\n"
                       "20:33:12  echo#1  ERROR no room {\"errorType\":\"Other\",\"stackTrace\":[]}\n"
                       "20:33:12  $default  BFaT_fALIAMCKug=  echo#1  2500.0 ms  error\n          Error: no room\n"
                       "          for you\n            a.lua:3: in function 'inner'\n"
                       "            a.lua:4: in main chunk\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(failures_are_told_once),      cmocka_unit_test(unexpected_ends_are_told),
    cmocka_unit_test(pools_may_end_first),         cmocka_unit_test(crashes_are_told_once),
    cmocka_unit_test(load_failures_are_told_once), cmocka_unit_test(long_invocations_are_announced),
    cmocka_unit_test(idle_ends_are_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
