/* What people see of lines that functions wrote: records in JSON, and several invocations at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "view_fixture.h"

#include <cmocka.h> /* last: its fail() is a macro */

#define IDS "\"connectionId\":\"BFaT=\",\"routeKey\":\"a\\\"}b\",\"apiRequestId\":\"BFaV=\""

static void begin(struct view_fixture *f) {
  view_fixture_begin(f, (struct view_options){ 0 });
  view_fixture_ready(f);
}

/* In either format: --concurrency and AWS_LAMBDA_LOG_FORMAT make it JSON. */
static void json_records_look_like_others(void **state) {
  (void)state;
#define JSON_STAMP "{\"timestamp\":\"2026-11-21T20:33:12.345Z\",\"level\":\"WARN\""
#define JSON_IDS ",\"requestId\":\"" VIEW_ID "\",\"tenantId\":\"t\"," IDS
  static const char *const raw[] = {
    JSON_STAMP ",\"message\":\"\\x\"}",
    JSON_STAMP ",\"message\":\"no end",
    JSON_STAMP ",\"message\":\"m\"",
    JSON_STAMP ",\"message\":{\"a\":1}}",
    JSON_STAMP "}",
    "{\"timestamp\":\"2026-11-21T20:33:12.345Z\",\"level\":\"LOUD\",\"message\":\"m\"}",
  };
  struct view_fixture f;
  struct invoke in;
  struct buf want;
  begin(&f);
  view_fixture_invoke(&in, INVOKE_RESULT, "");
  view_fixture_err(&f, &in, JSON_STAMP JSON_IDS ",\"message\":\"a \\\"b\\\"\\nc\\u001b[2J\"}");
  view_fixture_err(&f, &in, JSON_STAMP JSON_IDS ",\"message\":\"m\",\"n\":1,\"o\":{\"p\":\"q\"}}");
  view_fixture_err(&f, &in, JSON_STAMP ",\"message\":\"m\",\"n\":1}");
  view_fixture_err(&f, &in, JSON_STAMP ",\"message\":\"\"}");
  for (size_t i = 0; i < sizeof raw / sizeof *raw; i++) view_fixture_err(&f, &in, raw[i]);
  view_fixture_out(&f, &in, JSON_STAMP ",\"message\":\"printed\"}");
  view_fixture_finish(&f, &in);
  buf_init(&want, 10000);
  buf_add(&want, STR(VIEW_READY VIEW_LINE "\n"
                                          "          WARN  a \"b\"\n                c\\x1b[2J\n"
                                          "          WARN  m {\"n\":1,\"o\":{\"p\":\"q\"}}\n"
                                          "          WARN  m {\"n\":1}\n"
                                          "          WARN  \n"));
  for (size_t i = 0; i < sizeof raw / sizeof *raw; i++) buf_addf(&want, "          %s\n", raw[i]);
  buf_add(&want, STR("          " JSON_STAMP ",\"message\":\"printed\"}\n"));
  view_fixture_end(&f, buf_text(&want));
  buf_free(&want);
}

/* Each has its own, in whatever order they were written and end. */
static void several_invocations_have_their_lines(void **state) {
  (void)state;
  struct view_fixture f;
  struct invoke one, two;
  begin(&f);
  view_fixture_invoke(&one, INVOKE_RESULT, "");
  view_fixture_invoke(&two, INVOKE_ERROR, VIEW_REPORT);
  f.observer.begun(f.observer.ctx, &f.one, &one);
  f.observer.begun(f.observer.ctx, &f.one, &two);
  view_fixture_out(&f, &one, "one a");
  view_fixture_out(&f, &two, "two a");
  view_fixture_out(&f, NULL, "nobody's");
  view_fixture_out(&f, &one, "one b");
  view_fixture_finish(&f, &two);
  view_fixture_out(&f, &one, "one c");
  view_fixture_invoke(&two, INVOKE_RESULT, ""); /* the next one, at the same address */
  view_fixture_finish(&f, &two);
  view_fixture_finish(&f, &one);
  view_fixture_end(&f, VIEW_READY "20:33:12  echo#1  nobody's\n" VIEW_LINE
                                  "  error\n          Error: no room\n          for you\n"
                                  "            a.lua:3: in function 'inner'\n"
                                  "            a.lua:4: in main chunk\n          two a\n" VIEW_LINE "\n" VIEW_LINE
                                  "\n          one a\n          one b\n          one c\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(json_records_look_like_others),
    cmocka_unit_test(several_invocations_have_their_lines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
