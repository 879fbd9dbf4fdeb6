/* event_order: of what `moonwire invoke` may want an event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "event_order.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define ID "BFaT_fALIAMCKug="
#define COUNT(cases) (sizeof(cases) / sizeof *(cases))

static void an_order_is_read(void **state) {
  (void)state;
  struct arena memory = { 0 };
  struct event_order o;
  char err[ERR_LEN] = "";
  assert_true(event_order_read(&o,
                               STR("{\"route\":\"say\",\"connectionId\":\"" ID
                                   "\",\"function\":\"push\",\"method\":\"PUT\",\"path\":\"/a\","
                                   "\"query\":\"b=c\",\"headers\":[[\"A\",\"1\"],[\"a\",\"\"]],\"body\":\"hello\"}"),
                               &memory, err));
  const struct str got[] = { o.route,
                             o.connection_id,
                             o.function,
                             o.method,
                             o.path,
                             o.query,
                             o.body,
                             o.headers.list[0].name,
                             o.headers.list[0].value,
                             o.headers.list[1].name };
  const char *const want[] = { "say", ID, "push", "PUT", "/a", "b=c", "hello", "A", "1", "a" };
  for (size_t i = 0; i < COUNT(want); i++) assert_true(str_equal(got[i], str_from(want[i])));
  assert_int_equal(o.headers.count, 2);
  assert_true(event_order_read(&o, STR("{}"), &memory, err));
  assert_int_equal(o.route.len + o.connection_id.len + o.headers.count + o.body.len, 0);
  arena_free(&memory);
}

static void what_is_none_is_refused(void **state) {
  static const char *const cases[][2] = {
    { "", "line 1" },
    { "[]", "an event is asked for with a JSON object" },
    { "{\"rute\":\"a\"}", "an event has no member \"rute\"" },
    { "{\"route\":1}", "route must be a text" },
    { "{\"connectionId\":\"x\"}", "\"x\" is no connection id; those have 16 characters, the last one \"=\"" },
    { "{\"headers\":{}}", "headers must be a list of [\"Name\",\"value\"]" },
    { "{\"headers\":[1]}", "headers must be a list of [\"Name\",\"value\"]" },
    { "{\"headers\":[[\"a\"]]}", "headers must be a list of [\"Name\",\"value\"]" },
    { "{\"headers\":[[\"\",\"b\"]]}", "headers must be a list of [\"Name\",\"value\"]" },
    { "{\"headers\":[[\"a\",null]]}", "headers must be a list of [\"Name\",\"value\"]" },
    { "{\"headers\":[[\"a\",\"b\",\"c\"]]}", "headers must be a list of [\"Name\",\"value\"]" },
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct arena memory = { 0 };
    struct event_order order;
    char err[ERR_LEN] = "";
    if (event_order_read(&order, str_from(cases[i][0]), &memory, err)) fail_msg("%s is taken", cases[i][0]);
    if (strncmp(err, cases[i][1], strlen(cases[i][1])) != 0) fail_msg("%s: %s", cases[i][0], err);
    arena_free(&memory);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_order_is_read),
    cmocka_unit_test(what_is_none_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
