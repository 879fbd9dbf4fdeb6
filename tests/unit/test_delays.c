/* delays: work that is put off is done once, or dropped once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "delays.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

struct work {
  struct delay delay;
  char name;
};

static struct delays all;
static char order[16]; /* a letter for each that ran, a capital for each that was dropped */

static void note(struct work *work, bool dropped) {
  size_t len = strlen(order);
  assert_true(len + 1 < sizeof order);
  order[len] = (char)(dropped ? work->name - 'a' + 'A' : work->name);
  order[len + 1] = '\0';
  free(work);
}

static void run(void *ctx) {
  note(ctx, false);
}

static void drop(void *ctx) {
  note(ctx, true);
}

static struct work *put_off(char name, int64_t ms) {
  struct work *work = calloc(1, sizeof *work);
  assert_non_null(work);
  work->name = name;
  work->delay = (struct delay){ .run = run, .drop = drop, .ctx = work };
  assert_true(delays_add(&all, &work->delay, ms));
  return work;
}

static int open_loop(void **state) {
  char err[ERR_LEN];
  (void)state;
  order[0] = '\0';
  all = (struct delays){ .loop = loop_new(err) };
  return all.loop ? 0 : -1;
}

static int close_loop(void **state) {
  (void)state;
  size_t left = loop_pending(all.loop);
  loop_delete(all.loop);
  return left == 0 ? 0 : -1;
}

static void each_has_its_time(void **state) {
  (void)state;
  put_off('c', 30);
  put_off('a', 1);
  put_off('b', 15);
  loop_run(all.loop);
  assert_string_equal(order, "abc");
  assert_null(all.first);
}

/* The first, one in the middle, the last. */
static void stopped_ones_do_nothing(void **state) {
  (void)state;
  for (int which = 0; which < 3; which++) {
    struct work *works[3];
    order[0] = '\0';
    for (int i = 0; i < 3; i++) works[i] = put_off((char)('a' + i), 1 + 10 * i);
    delays_stop(&works[which]->delay);
    delays_stop(&works[which]->delay);
    free(works[which]);
    loop_run(all.loop);
    assert_string_equal(order, which == 0 ? "bc" : which == 1 ? "ac" : "ab");
  }
}

static void the_end_drops_all(void **state) {
  (void)state;
  put_off('a', 100000);
  put_off('b', 100000);
  delays_drop(&all);
  assert_string_equal(order, "BA");
  delays_drop(&all);
  loop_run(all.loop); /* nothing is left to wait for */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_loop, close_loop)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(each_has_its_time),
    TEST(stopped_ones_do_nothing),
    TEST(the_end_drops_all),
  };
  return cmocka_run_group_tests_name("delays", tests, NULL, NULL);
}
