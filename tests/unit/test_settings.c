/* settings: what is said about variables MOONWIRE_*; init_line: what is said when all is well. */
#define _GNU_SOURCE /* setenv, clearenv, memfd_create */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "init_line.h"
#include "log.h"
#include "settings.h"
#include "version.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

/* What stands on standard error between begin and end. */
static char said[8192];
static int saved, file;

static void begin(void) {
  file = memfd_create("stderr", 0);
  saved = dup(STDERR_FILENO);
  assert_true(file >= 0 && saved >= 0 && dup2(file, STDERR_FILENO) == STDERR_FILENO);
}

static void end(void) {
  ssize_t size = pread(file, said, sizeof said - 1, 0);
  said[size > 0 ? size : 0] = '\0';
  dup2(saved, STDERR_FILENO);
  close(saved);
  close(file);
}

static void test_check(void **state) {
  (void)state;
  static const struct {
    const char *name, *value;
    const char *want; /* NULL: nothing is said */
  } cases[] = {
    { "MOONWIRE_LOG_LEVEL", "LOUD", NULL }, /* log.c checks it */
    { "MOONWIRE_METRICS", "chat", NULL },
    { "MOONWIRE_LOG_EVENT", "errors", NULL },
    { "MOONWIRE_LOG_EVENT", "Errors", NULL },
    { "MOONWIRE_LOG_EVENT", "", NULL },
    { "MOONWIRE_LOG_EVENT", "all", "MOONWIRE_LOG_EVENT is \"all\" and counts as not set; it must be errors\n" },
    { "MOONWIRE_GLOBALS", "off", NULL },
    { "MOONWIRE_GLOBALS", "0", "MOONWIRE_GLOBALS is \"0\" and counts as not set; it must be error, warn or off\n" },
    { "MOONWIRE_LOGLEVEL", "DEBUG",
      "MOONWIRE_LOGLEVEL is not a setting of moonwire; did you mean MOONWIRE_LOG_LEVEL? docs/settings.md lists "
      "them\n" },
    { "MOONWIRE_LOG_EVENTS", "",
      "MOONWIRE_LOG_EVENTS is not a setting of moonwire; did you mean MOONWIRE_LOG_EVENT? docs/settings.md lists "
      "them\n" },
    { "MOONWIRE_COLOUR", "1", "MOONWIRE_COLOUR is not a setting of moonwire; docs/settings.md lists them\n" },
    { "MOONWIRE_", "1", "MOONWIRE_ is not a setting of moonwire; docs/settings.md lists them\n" },
    { "MOONWIRE", "1", NULL },
    { "MY_MOONWIRE_LOGLEVEL", "1", NULL },
    { "moonwire_loglevel", "1", NULL },
  };
  log_setup((struct log_settings){ .one_line = true, .level = LOG_INFO });
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    clearenv();
    setenv(cases[i].name, cases[i].value, 1);
    begin();
    settings_check();
    end();
    const char *message = strrchr(said, '\t');
    if (cases[i].want ? !message || strcmp(message + 1, cases[i].want) != 0 : said[0] != '\0')
      fail_msg("%s=%s: %s", cases[i].name, cases[i].value, said);
    if (cases[i].want) assert_non_null(strstr(said, "\t-\tWARN\t"));
  }
  clearenv();
  begin();
  settings_check();
  end();
  assert_string_equal(said, "");
}

static void test_is(void **state) {
  (void)state;
  setenv("MOONWIRE_LOG_EVENT", "ERRORS", 1);
  assert_true(settings_is("MOONWIRE_LOG_EVENT", "errors"));
  assert_false(settings_is("MOONWIRE_LOG_EVENT", "error"));
  unsetenv("MOONWIRE_LOG_EVENT");
  assert_false(settings_is("MOONWIRE_LOG_EVENT", "errors"));
}

static void test_init_line(void **state) {
  (void)state;
  static const struct {
    bool json;
    enum log_level level;
    int64_t ns;
    size_t slots;
    const char *want; /* the end of the line */
  } cases[] = {
    { false, LOG_INFO, 1234567, 1,
      "\t-\tINFO\tmoonwire " MOONWIRE_VERSION ": a/b.c is ready {\"version\":\"" MOONWIRE_VERSION
      "\",\"handler\":\"a/b.c\",\"initMs\":1.2}\n" },
    { true, LOG_INFO, 99999, 64,
      "\"level\":\"INFO\",\"message\":\"moonwire " MOONWIRE_VERSION ": a/b.c is ready\",\"version\":\"" MOONWIRE_VERSION
      "\",\"handler\":\"a/b.c\",\"initMs\":0,\"slots\":64}\n" },
    { false, LOG_WARN, 1, 1, "" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    log_setup((struct log_settings){ .json = cases[i].json, .one_line = true, .level = cases[i].level });
    begin();
    init_line_write(STR("a/b.c"), cases[i].ns, cases[i].slots);
    end();
    assert_true(str_ends(str_from(said), str_from(cases[i].want)));
    assert_int_equal(said[0] == '\0', cases[i].want[0] == '\0');
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_check),
    cmocka_unit_test(test_is),
    cmocka_unit_test(test_init_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
