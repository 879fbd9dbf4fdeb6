/* loop: watches that rest. They are not active, and the kernel is asked nothing when they are set again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static struct loop *loop;
static struct loop_watch watch;
static struct loop_timer limit;
static int ends[2];
static int calls; /* of the watch */
static char err[ERR_LEN];

static void ready(void *ctx, int events) {
  (void)ctx;
  char byte;
  assert_true(events & LOOP_READ);
  calls++;
  if (read(ends[0], &byte, 1) == 1) loop_watch_rest(loop, &watch);
}

static int open_loop(void **state) {
  (void)state;
  calls = 0;
  loop = loop_new(err);
  if (!loop || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return -1;
  watch = (struct loop_watch){ .ready = ready, .fd = ends[0] };
  return 0;
}

static int close_loop(void **state) {
  (void)state;
  loop_watch_stop(loop, &watch);
  close(ends[0]);
  close(ends[1]);
  size_t left = loop_pending(loop);
  if (left == 0) loop_delete(loop);
  return (int)left;
}

static void send_byte(void) {
  assert_int_equal(write(ends[1], "x", 1), 1);
}

static void stop(void *ctx) {
  loop_stop(ctx);
}

/* Lets the loop look at what there is. */
static void turn(void) {
  limit = (struct loop_timer){ .fire = stop, .ctx = loop };
  assert_true(loop_timer_start(loop, &limit, 5));
  loop_run(loop);
}

static void test_again_and_again(void **state) {
  (void)state;
  for (int i = 1; i <= 3; i++) {
    assert_true(loop_watch_set(loop, &watch, LOOP_READ, err));
    assert_int_equal(loop_pending(loop), 1);
    send_byte();
    loop_run(loop); /* ends: a watch that rests is nothing to wait for */
    assert_int_equal(calls, i);
    assert_int_equal(loop_pending(loop), 0);
    assert_int_equal(watch.kept, LOOP_READ);
  }
}

static void test_something_happens_meanwhile(void **state) {
  (void)state;
  assert_true(loop_watch_set(loop, &watch, LOOP_READ, err));
  loop_watch_rest(loop, &watch);
  send_byte();
  turn();
  assert_int_equal(calls, 0);
  assert_int_equal(watch.kept, 0); /* the kernel does not call again for it */
  assert_true(loop_watch_set(loop, &watch, LOOP_READ, err));
  loop_run(loop);
  assert_int_equal(calls, 1);
}

static void test_set_for_something_else(void **state) {
  (void)state;
  assert_true(loop_watch_set(loop, &watch, LOOP_WRITE, err));
  loop_watch_rest(loop, &watch);
  turn(); /* it could be written to at once */
  assert_true(loop_watch_set(loop, &watch, LOOP_WRITE, err));
  loop_watch_rest(loop, &watch);
  assert_true(loop_watch_set(loop, &watch, LOOP_READ, err));
  send_byte();
  loop_run(loop);
  assert_int_equal(calls, 1);
}

static void test_stop_ends_it(void **state) {
  (void)state;
  assert_true(loop_watch_set(loop, &watch, LOOP_READ, err));
  loop_watch_rest(loop, &watch);
  loop_watch_rest(loop, &watch);
  loop_watch_stop(loop, &watch);
  assert_int_equal(watch.kept, 0);
  send_byte();
  turn();
  assert_int_equal(calls, 0);
}

static void test_descriptor_used_again(void **state) {
  (void)state;
  struct loop_watch other = { .ready = ready, .fd = ends[0] };
  assert_true(loop_watch_set(loop, &watch, LOOP_READ, err));
  loop_watch_rest(loop, &watch);
  loop_watch_stop(loop, &watch);
  assert_true(loop_watch_set(loop, &other, LOOP_READ, err));
  loop_watch_stop(loop, &watch); /* of no effect on the other one */
  send_byte();
  turn();
  assert_int_equal(calls, 1);
  loop_watch_stop(loop, &other);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_again_and_again, open_loop, close_loop),
    cmocka_unit_test_setup_teardown(test_something_happens_meanwhile, open_loop, close_loop),
    cmocka_unit_test_setup_teardown(test_set_for_something_else, open_loop, close_loop),
    cmocka_unit_test_setup_teardown(test_stop_ends_it, open_loop, close_loop),
    cmocka_unit_test_setup_teardown(test_descriptor_used_again, open_loop, close_loop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
