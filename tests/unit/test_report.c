/* report: Lambda's own words about an invocation without an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "report.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static struct buf out;

static void assert_out(const char *want) {
  assert_string_equal(buf_text(&out), want);
  buf_free(&out);
}

static void test_ends(void **state) {
  (void)state;
  static const struct {
    int status; /* as waitpid gives it: the exit status in the second byte, or the signal in the first */
    const char *want;
  } cases[] = {
    { 0, "Runtime exited without providing a reason" },
    { 1 << 8, "Runtime exited with error: exit status 1" },
    { 255 << 8, "Runtime exited with error: exit status 255" },
    { SIGKILL, "Runtime exited with error: signal: killed" },
    { SIGSEGV, "Runtime exited with error: signal: segmentation fault" },
    { SIGABRT, "Runtime exited with error: signal: aborted" },
    { SIGABRT | 0x80, "Runtime exited with error: signal: aborted" }, /* with a core */
    { 40, "Runtime exited with error: signal: 40" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char want[200];
    snprintf(want, sizeof want, "{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: 1-2 Error: %s\"}",
             cases[i].want);
    report_exit(&out, STR("1-2"), cases[i].status);
    assert_out(want);
  }
}

static void test_others(void **state) {
  (void)state;
  report_timeout(&out, STR("1-2"), 6);
  assert_out("{\"errorType\":\"Sandbox.Timedout\","
             "\"errorMessage\":\"RequestId: 1-2 Error: Task timed out after 6.00 seconds\"}");
  report_init_timeout(&out, STR("1-2"), 10);
  assert_out("{\"errorType\":\"Sandbox.Timedout\","
             "\"errorMessage\":\"RequestId: 1-2 Error: Initialization timed out after 10.00 seconds\"}");
  report_too_large(&out);
  assert_out("{\"errorType\":\"Function.ResponseSizeTooLarge\","
             "\"errorMessage\":\"Response payload size exceeded maximum allowed payload size (6291556 bytes).\"}");
  report_throttled(&out);
  assert_out("{\"errorType\":\"TooManyRequestsException\",\"errorMessage\":\"Rate Exceeded.\"}");
  report_write(&out, STR("A.B"), STR("\"quoted\"\n\xff"));
  assert_out("{\"errorType\":\"A.B\",\"errorMessage\":\"\\\"quoted\\\"\\n\xef\xbf\xbd\"}");
}

static int open_out(void **state) {
  (void)state;
  buf_init(&out, 10000);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(test_ends, open_out),
    cmocka_unit_test_setup(test_others, open_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
