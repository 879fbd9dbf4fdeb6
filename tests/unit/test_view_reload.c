/* What is shown of a reload. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "view_fixture.h"

#include <cmocka.h> /* last: its fail() is a macro */

#define REPORT "{\"errorType\":\"T\",\"errorMessage\":\"no \\u001bgood\\nat all\",\"stackTrace\":[\"a.lua:3: in b\"]}"

static struct view_refusal refusal(void) {
  return (struct view_refusal){ .changed = STR("chat.lua and 1 more"),
                                .several = true,
                                .effect = STR("what was loaded before goes on serving"),
                                .report = STR(REPORT),
                                .place = STR("a.lua:3"),
                                .line = STR("local x = ") };
}

static void refuse(struct view_fixture *f) {
  struct view_refusal all = refusal();
  view_refused(f->view, &all);
}

static void text(void **state) {
  (void)state;
  struct view_fixture f;
  view_fixture_begin(&f, (struct view_options){ 0 });
  view_reloaded(f.view, STR("chat.lua"), 23400000);
  refuse(&f);
  view_fixture_end(&f, "20:33:12  reloaded chat.lua in 23 ms\n"
                       "20:33:12  not reloaded (chat.lua and 1 more have changed): T: no \\x1bgood\n"
                       "          at all\n"
                       "          a.lua:3 | local x = \n"
                       "          a.lua:3: in b\n"
                       "          what was loaded before goes on serving\n");
}

/* Who is named in front of what went wrong: one function, the files that have changed, and as culprit only the one where it
 * went wrong. */
static void subjects(void **state) {
  (void)state;
  static const struct {
    struct str changed;
    bool several, at_start;
    struct str place;
    const char *want;
  } cases[] = {
    { STR("a.lua"), false, false, STR("a.lua:3"), "a.lua is not loaded: m" },
    { STR("a.lua"), false, false, STR(""), "a.lua is not loaded: m" },
    { STR("a.lua"), false, false, STR("b.lua:3"), "not reloaded (a.lua has changed): m" },
    { STR("a.lua"), false, false, STR("a.luac:3"), "not reloaded (a.lua has changed): m" },
    { STR("a.lua and 1 more"), true, false, STR(""), "a.lua and 1 more are not loaded: m" },
    { STR("a.lua and 1 more"), true, false, STR("a.lua:3"), "not reloaded (a.lua and 1 more have changed): m" },
    { STR(""), false, true, STR("a.lua:3"), "the function echo (handlers/echo.default) is not loaded: m" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct view_fixture f;
    char want[512], excerpt[128] = "";
    view_fixture_begin(&f, (struct view_options){ 0 });
    view_refused(f.view, &(struct view_refusal){ .changed = cases[i].changed,
                                                 .several = cases[i].several,
                                                 .function = cases[i].at_start ? &f.functions[0] : NULL,
                                                 .effect = STR("so what"),
                                                 .report = STR("{\"errorMessage\":\"m\"}"),
                                                 .place = cases[i].place,
                                                 .line = STR("x") });
    if (cases[i].place.len > 0) snprintf(excerpt, sizeof excerpt, "          %s | x\n", cases[i].place.ptr);
    snprintf(want, sizeof want, "20:33:12  %s\n%s          so what\n", cases[i].want, excerpt);
    view_fixture_end(&f, want);
  }
}

static void json(void **state) {
  (void)state;
  struct view_fixture f;
  view_fixture_begin(&f, (struct view_options){ .json = true });
  view_reloaded(f.view, STR("chat.lua"), 23400000);
  refuse(&f);
  view_refused(f.view, &(struct view_refusal){ .changed = STR("s.yml"), .report = STR("{\"errorMessage\":\"m\"}") });
  view_fixture_end(&f, "{\"type\":\"reload\",\"time\":\"2026-11-21T20:33:12.000Z\",\"event\":\"done\","
                       "\"changed\":\"chat.lua\",\"durationMs\":23.400}\n"
                       "{\"type\":\"reload\",\"time\":\"2026-11-21T20:33:12.000Z\",\"event\":\"refused\","
                       "\"changed\":\"chat.lua and 1 more\",\"error\":{\"errorMessage\":\"no \\u001bgood\\nat all\","
                       "\"errorType\":\"T\",\"stackTrace\":[\"a.lua:3: in b\"]},\"place\":\"a.lua:3\","
                       "\"line\":\"local x = \"}\n"
                       "{\"type\":\"reload\",\"time\":\"2026-11-21T20:33:12.000Z\",\"event\":\"refused\","
                       "\"changed\":\"s.yml\",\"error\":{\"errorMessage\":\"m\",\"errorType\":\"\","
                       "\"stackTrace\":[]}}\n");
  view_fixture_begin(&f, (struct view_options){ .json = true });
  view_refused(f.view,
               &(struct view_refusal){ .function = &f.functions[0], .report = STR("{\"errorMessage\":\"m\"}") });
  view_fixture_end(&f, "{\"type\":\"load\",\"time\":\"2026-11-21T20:33:12.000Z\",\"event\":\"refused\","
                       "\"function\":\"echo\",\"handler\":\"handlers/echo.default\","
                       "\"error\":{\"errorMessage\":\"m\",\"errorType\":\"\",\"stackTrace\":[]}}\n");
}

/* An environment that could not start: the refusal says so, and neither its record nor its end is told. */
static void explained(void **state) {
  (void)state;
  struct view_fixture f;
  view_fixture_begin(&f, (struct view_options){ 0 });
  f.observer.started(f.observer.ctx, &f.one);
  view_fixture_out(&f, NULL, "loading");
  view_fixture_err(&f, NULL, VIEW_STAMP "ERROR\tno room {\"errorType\":\"Other\",\"stackTrace\":[]}");
  view_explained(f.view, &f.pool);
  f.observer.ended(f.observer.ctx, &f.one, 1 << 8);
  view_fixture_end(&f, "20:33:12  echo#1  loading\n");
}

/* One of the code of before ends by itself when it has nothing to do. */
static void retired(void **state) {
  (void)state;
  struct view_fixture f;
  view_fixture_begin(&f, (struct view_options){ 0 });
  f.observer.started(f.observer.ctx, &f.one);
  f.pool.retired = true;
  f.observer.ended(f.observer.ctx, &f.one, 0);
  view_fixture_end(&f, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(text),      cmocka_unit_test(subjects), cmocka_unit_test(json),
    cmocka_unit_test(explained), cmocka_unit_test(retired),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
