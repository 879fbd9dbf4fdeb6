/* loop: the number of a descriptor that was closed belongs to the next one; an event of the old one that waits in the same batch does
 * not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static struct loop *loop;
static struct loop_watch first, old, new;
static int wake[2], left[2], fresh[2]; /* pairs of connected sockets */
static int calls;                      /* of the first watch */
static char err[ERR_LEN];

static void must_not_be_called(void *ctx, int events) {
  (void)events;
  fail_msg("the %s descriptor was called", (const char *)ctx);
}

/* The descriptor of `old` is closed, and `new` gets its number. */
static void replace(void *ctx, int events) {
  (void)ctx;
  (void)events;
  calls++;
  loop_watch_stop(loop, &first);
  loop_watch_stop(loop, &old);
  assert_int_equal(dup2(fresh[0], left[0]), left[0]);
  new = (struct loop_watch){ .fd = left[0], .ready = must_not_be_called, .ctx = "new" };
  assert_true(loop_watch_set(loop, &new, LOOP_HANGUP, err));
}

static void stop_new(void *ctx) {
  (void)ctx;
  loop_watch_stop(loop, &new);
}

static void test_same_batch(void **state) {
  (void)state;
  struct loop_timer timer = { .fire = stop_new };
  first = (struct loop_watch){ .fd = wake[0], .ready = replace };
  old = (struct loop_watch){ .fd = left[0], .ready = must_not_be_called, .ctx = "old" };
  assert_true(loop_watch_set(loop, &first, LOOP_READ, err));
  assert_true(loop_watch_set(loop, &old, LOOP_HANGUP, err));
  assert_int_equal(write(wake[1], "x", 1), 1); /* epoll tells of it first */
  assert_int_equal(shutdown(left[1], SHUT_WR), 0);
  assert_true(loop_timer_start(loop, &timer, 1));
  loop_run(loop);
  assert_int_equal(calls, 1);
}

static int open_all(void **state) {
  (void)state;
  int *const pairs[] = { wake, left, fresh };
  loop = loop_new(err);
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]) != 0) return -1;
  return loop ? 0 : -1;
}

static int close_all(void **state) {
  (void)state;
  int *const pairs[] = { wake, left, fresh };
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    close(pairs[i][0]);
    close(pairs[i][1]);
  }
  loop_delete(loop);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(test_same_batch, open_all, close_all) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
