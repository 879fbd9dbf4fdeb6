/* What people see of lines that a handler wrote while its invocation ran: exact text. */
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
  view_fixture_end(&f, VIEW_READY VIEW_LINE "\n"
                                            "          INFO  hello\n                world {\"a\":1}\n"
                                            "          plain\ttext\n"
                                            "          FATAL \n"
                                            "          " VIEW_STAMP "INFO\tprinted\n"
                                            "          " VIEW_STAMP "NOTE\tno level\n"
                                            "          {\"timestamp\":\"2026\",\"level\":\"INFO\",\"message\":\"m\"}\n"
                                            "          \n" VIEW_LINE "\n");
}

#define IDS "\"connectionId\":\"BFaT=\",\"routeKey\":\"a\\\"}b\",\"apiRequestId\":\"BFaV=\""

/* What the line of the invocation tells already is left out: the ids in front of the fields. */
static void ids_of_records_are_left_out(void **state) {
  (void)state;
  struct view_fixture f;
  struct invoke in;
  begin(&f);
  view_fixture_invoke(&in, INVOKE_RESULT, "");
  view_fixture_err(&f, &in, VIEW_STAMP "INFO\thello {" IDS "}");
  view_fixture_err(&f, &in, VIEW_STAMP "INFO\thello\rworld {" IDS ",\"a\":{\"b\":1}}");
  view_fixture_err(&f, &in, VIEW_STAMP "INFO\t {" IDS "} {" IDS ",\"a\":1}");
  view_fixture_err(&f, &in, VIEW_STAMP "INFO\thello {\"connectionId\":\"BFaT=\",\"a\":1}");
  view_fixture_err(&f, &in, VIEW_STAMP "INFO\thello {" IDS);
  view_fixture_err(&f, &in, VIEW_STAMP "INFO\thello {\"connectionId\":\"");
  view_fixture_out(&f, &in, "printed {" IDS "}");
  view_fixture_finish(&f, &in);
  view_fixture_end(&f, VIEW_READY VIEW_LINE "\n"
                                            "          INFO  hello\n"
                                            "          INFO  hello\n                world {\"a\":{\"b\":1}}\n"
                                            "          INFO   {" IDS "} {\"a\":1}\n"
                                            "          INFO  hello {\"connectionId\":\"BFaT=\",\"a\":1}\n"
                                            "          INFO  hello {" IDS "\n"
                                            "          INFO  hello {\"connectionId\":\"\n"
                                            "          printed {" IDS "}\n");
}

/* As apps log a failure: without Moonwire's own frames. */
static void stacks_of_records(void **state) {
  (void)state;
#define TRACE "\"stackTrace\":[\"moonwire/app.lua:1: x\",\"a.lua:3: in \\u001bb\",\"moonwire/b.lua:2\",\"a.lua:4\"]}"
#define FRAMES "                a.lua:3: in \\x1bb\n                a.lua:4\n"
  static const struct {
    const char *record, *want;
  } cases[] = {
    { "say failed: m {" IDS ",\"error\":\"internal\"," TRACE, "say failed: m {\"error\":\"internal\"}\n" FRAMES },
    { "say failed: m {" IDS "," TRACE, "say failed: m\n" FRAMES },
    { "m {\"error\":\"in{\\\"ternal\"," TRACE, "m {\"error\":\"in{\\\"ternal\"}\n" FRAMES },
    { "m {" TRACE, "m\n" FRAMES },
    /* and what is left as it is */
    { "m {\"stackTrace\":[]}", "m {\"stackTrace\":[]}\n" },
    { "m {\"stackTrace\":\"a\"}", "m {\"stackTrace\":\"a\"}\n" },
    { "m {\"stackTrace\":[\"a\"],\"z\":1}", "m {\"z\":1}\n                a\n" },
    { "m {\"y\":0,\"stackTrace\":[\"a\\\"]\"],\"z\":1}", "m {\"y\":0,\"z\":1}\n                a\"]\n" },
    { "m {\"a\":{\"stackTrace\":[\"a\"]}}", "m {\"a\":{\"stackTrace\":[\"a\"]}}\n" },
    { "m {\"stackTrace\":[\"a\"]", "m {\"stackTrace\":[\"a\"]\n" },
    { "m {\"stackTrace\":[\"b\"],\"z\":{\"stackTrace\":[\"a\"]}}",
      "m {\"stackTrace\":[\"b\"],\"z\":{\"stackTrace\":[\"a\"]}}\n" },
    { "m {\"stackTrace\":[[\"b\"]]}", "m {\"stackTrace\":[[\"b\"]]}\n" },
    { "m,\"stackTrace\":[\"a\"]}", "m,\"stackTrace\":[\"a\"]}\n" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct view_fixture f;
    struct invoke in;
    char line[1024], want[2048];
    begin(&f);
    view_fixture_invoke(&in, INVOKE_RESULT, "");
    snprintf(line, sizeof line, VIEW_STAMP "ERROR\t%s", cases[i].record);
    snprintf(want, sizeof want, VIEW_READY VIEW_LINE "\n          ERROR %s", cases[i].want);
    view_fixture_err(&f, &in, line);
    view_fixture_finish(&f, &in);
    view_fixture_end(&f, want);
  }
}

/* An environment that is ready says so; the view has its own words for that. */
static void init_lines_are_left_out(void **state) {
  (void)state;
#define READY "moonwire 0.1.0: handlers/echo.default is ready"
  struct view_fixture f;
  struct invoke in;
  begin(&f);
  view_fixture_invoke(&in, INVOKE_RESULT, "");
  view_fixture_err(&f, NULL, "2026-11-21T20:33:12.345Z\t-\tINFO\t" READY " {\"version\":\"0.1.0\",\"initMs\":1.2}");
  view_fixture_err(&f, &in,
                   "{\"timestamp\":\"2026-11-21T20:33:12.345Z\",\"level\":\"INFO\",\"message\":\"" READY
                   "\",\"version\":\"0.1.0\",\"initMs\":1.2}");
  view_fixture_out(&f, &in, READY);
  view_fixture_err(&f, &in, VIEW_STAMP "INFO\t" READY);
  view_fixture_err(&f, &in, VIEW_STAMP "WARN\t" READY " {\"version\":\"0.1.0\"}");
  view_fixture_finish(&f, &in);
  view_fixture_end(&f, VIEW_READY VIEW_LINE "\n"
                                            "          " READY "\n"
                                            "          INFO  " READY "\n"
                                            "          WARN  " READY " {\"version\":\"0.1.0\"}\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(output_stands_beneath),
    cmocka_unit_test(ids_of_records_are_left_out),
    cmocka_unit_test(stacks_of_records),
    cmocka_unit_test(init_lines_are_left_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
