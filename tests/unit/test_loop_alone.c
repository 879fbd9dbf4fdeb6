/* loop: a watch that waits for itself while nothing else can happen (LOOP_ALONE). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static struct loop *loop;
static char order[16]; /* "a" for a call that was asked to wait, "-" for one that was not */
static char err[ERR_LEN];
static int ends[4]; /* two pairs of connected sockets: 0 and 1, 2 and 3 */
static struct loop_watch first, second;

static void send_byte(int fd) {
  assert_int_equal(write(fd, "x", 1), 1);
}

/* A watch that may wait for itself: notes whether it was asked to, reads one byte, and stops. */
static void read_and_stop(void *ctx, int events) {
  struct loop_watch *w = ctx;
  char byte;
  order[strlen(order)] = events & LOOP_ALONE ? 'a' : '-';
  assert_int_equal(read(w->fd, &byte, 1), 1);
  loop_watch_stop(loop, w);
}

static void watch_and_block(struct loop_watch *w, int fd, int events) {
  *w = (struct loop_watch){ .fd = fd, .ready = read_and_stop, .ctx = w, .may_block = true };
  assert_true(loop_watch_set(loop, w, events, err));
}

static void send_from_timer(void *ctx) {
  send_byte(*(const int *)ctx);
}

/* It is called without waiting only while nothing else can happen. */
static void test_alone(void **state) {
  (void)state;
  loop = loop_new(err);
  assert_non_null(loop);
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends + 2), 0);
  struct loop_timer timer = { .fire = send_from_timer, .ctx = &ends[1] };
  watch_and_block(&first, ends[0], LOOP_READ);
  send_byte(ends[1]);
  loop_run(loop);
  assert_string_equal(order, "a");
  watch_and_block(&first, ends[0], LOOP_READ);
  assert_true(loop_timer_start(loop, &timer, 1)); /* a blocking read would wait for ever */
  loop_run(loop);
  assert_string_equal(order, "aa"); /* the timer fired first: now it is alone again */
  watch_and_block(&first, ends[0], LOOP_READ);
  watch_and_block(&second, ends[2], LOOP_READ);
  send_byte(ends[3]); /* the second one ends first */
  send_byte(ends[1]);
  loop_run(loop);
  assert_string_equal(order, "aa--");
  assert_int_equal(loop_pending(loop), 0);
  loop_delete(loop);
  for (int i = 0; i < 4; i++) close(ends[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_alone) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
