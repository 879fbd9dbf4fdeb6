/* control_events: how much is kept of what was accepted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "control_events.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

enum { EVENT_BYTES = 1024 * 1024 };

static struct invoke *running; /* list */

/* As a pool that is slow. */
static void keep(void *ctx, size_t function, struct invoke *in) {
  (void)ctx;
  (void)function;
  in->next = running;
  running = in;
}

static void end_running(enum invoke_outcome outcome) {
  struct invoke *in;
  while ((in = running)) {
    running = in->next;
    in->outcome = outcome;
    in->done(in);
    invoke_delete(in);
  }
}

static bool add(struct control_events *events) {
  static char text[EVENT_BYTES];
  struct invoke *in = invoke_new();
  assert_non_null(in);
  memset(text, ' ', sizeof text);
  buf_add(&in->event, str_of(text, sizeof text));
  if (control_events_have_room(events, in)) return control_events_add(events, 0, 2, in);
  invoke_delete(in);
  return false;
}

/* What waits for its next attempt counts like what waits for its first one; what is over does not. */
static void test_room(void **state) {
  (void)state;
  char err[ERR_LEN];
  struct control_events events = { .loop = loop_new(err), .invoke = keep };
  assert_non_null(events.loop);
  int accepted = 0;
  while (accepted < 1000 && add(&events)) accepted++;
  assert_int_equal(accepted, CONTROL_EVENTS_MAX / EVENT_BYTES - 1); /* each weighs a little more than its text */
  end_running(INVOKE_ERROR);
  assert_false(add(&events));
  control_events_free(&events);
  assert_int_equal(events.bytes, 0);
  assert_true(add(&events));
  end_running(INVOKE_RESULT);
  assert_int_equal(events.bytes, 0);
  loop_delete(events.loop);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_room) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
