/* timers: the heap against a sorted array, and what callbacks may do to timers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "loop.h"
#include "timers.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

/* The heap alone, against a model */

enum { TIMERS = 300, STEPS = 20000 };

/* Every timer knows its place, no parent fires after its child, and the count is that of the model. */
static void check_heap(const struct timers *timers, const struct loop_timer *all, const bool *active) {
  size_t count = 0;
  for (size_t i = 0; i < TIMERS; i++) {
    count += active[i];
    assert_int_equal(all[i].place != 0, active[i]);
  }
  assert_int_equal(timers->count, count);
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(timers->heap[i]->place, i + 1);
    assert_true(i == 0 || timers->heap[(i - 1) / 2]->due_ns <= timers->heap[i]->due_ns);
  }
}

static void test_random_operations(void **state) {
  (void)state;
  static struct loop_timer all[TIMERS];
  static bool active[TIMERS];
  struct timers timers = { 0 };
  unsigned seed = 1;
  for (int step = 0; step < STEPS; step++) {
    size_t i = (size_t)rand_r(&seed) % TIMERS;
    bool set = rand_r(&seed) % 3 > 0; /* active ones are moved: up, down, or nowhere */
    int64_t due = rand_r(&seed) % 500;
    if (set)
      assert_true(timers_set(&timers, &all[i], due));
    else
      timers_remove(&timers, &all[i]);
    active[i] = set;
    if (set) assert_int_equal(all[i].due_ns, due);
    if (step % 50 == 0) check_heap(&timers, all, active);
  }
  check_heap(&timers, all, active);
  timers_free(&timers);
}

static int compare(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return x < y ? -1 : x > y;
}

static void test_comes_out_sorted(void **state) {
  (void)state;
  static struct loop_timer all[TIMERS];
  int64_t due[TIMERS];
  struct timers timers = { 0 };
  unsigned seed = 7;
  for (size_t i = 0; i < TIMERS; i++) {
    due[i] = rand_r(&seed) % 1000 - 500;
    assert_true(timers_set(&timers, &all[i], INT64_MAX));
    assert_true(timers_set(&timers, &all[i], due[i]));
  }
  qsort(due, TIMERS, sizeof *due, compare);
  for (size_t i = 0; i < TIMERS; i++) {
    assert_int_equal(timers_first(&timers)->due_ns, due[i]);
    timers_remove(&timers, timers_first(&timers));
  }
  assert_null(timers_first(&timers));
  timers_free(&timers);
}

/* In the loop: each test notes who fired, as letters */

static struct loop *loop;
static char order[64];
static struct loop_timer a, b, c;

static void note(void *ctx) {
  size_t len = strlen(order);
  assert_true(len + 1 < sizeof order);
  order[len] = *(const char *)ctx;
  order[len + 1] = '\0';
}

static int open_loop(void **state) {
  (void)state;
  char err[ERR_LEN];
  order[0] = '\0';
  a = (struct loop_timer){ .fire = note, .ctx = "a" };
  b = (struct loop_timer){ .fire = note, .ctx = "b" };
  c = (struct loop_timer){ .fire = note, .ctx = "c" };
  loop = loop_new(err);
  return loop ? 0 : -1;
}

static int close_loop(void **state) {
  (void)state;
  size_t left = loop_pending(loop);
  if (left == 0) loop_delete(loop);
  return (int)left;
}

static void start(struct loop_timer *t, int64_t delay_ms) {
  assert_true(loop_timer_start(loop, t, delay_ms));
}

static void test_order(void **state) {
  (void)state;
  start(&a, 20);
  start(&b, 0);
  start(&c, 10);
  assert_int_equal(loop_pending(loop), 3);
  assert_string_equal(order, ""); /* nothing fires but from loop_run */
  loop_run(loop);
  assert_string_equal(order, "bca");
}

static void test_never_early(void **state) {
  (void)state;
  int64_t before = clock_monotonic_ns();
  start(&a, 15);
  loop_run(loop);
  assert_true(clock_monotonic_ns() - before >= 15 * 1000000);
}

static void test_restart_and_stop(void **state) {
  (void)state;
  start(&a, 1);
  start(&a, 30); /* later */
  start(&b, 1000000);
  start(&b, 10); /* earlier */
  start(&c, 5);
  loop_timer_stop(loop, &c);
  loop_timer_stop(loop, &c);
  assert_int_equal(loop_pending(loop), 2);
  loop_run(loop);
  assert_string_equal(order, "ba");
}

static void test_delays_out_of_range(void **state) {
  (void)state;
  start(&a, -5);
  start(&b, INT64_MIN);
  start(&c, INT64_MAX);
  assert_true(c.due_ns > clock_monotonic_ns());
  assert_true(a.due_ns <= clock_monotonic_ns());
  loop_timer_stop(loop, &c);
  loop_run(loop);
  assert_int_equal(strlen(order), 2);
}

static void stop_b_and_note(void *ctx) {
  loop_timer_stop(loop, &b);
  note(ctx);
}

static void test_stopped_by_another_that_is_due(void **state) {
  (void)state;
  a.fire = stop_b_and_note;
  start(&a, 0);
  start(&b, 0);
  while (clock_monotonic_ns() <= b.due_ns) continue; /* both are due in one turn */
  loop_run(loop);
  assert_string_equal(order, "a");
}

static void start_again(void *ctx) {
  note(ctx);
  if (strlen(order) < 5) start(&a, 0);
}

static void test_restarted_from_its_own_callback(void **state) {
  (void)state;
  a.fire = start_again;
  start(&a, 0);
  loop_run(loop);
  assert_string_equal(order, "aaaaa");
}

static void free_timer(void *ctx) {
  free(ctx);
}

static void test_freed_in_its_own_callback(void **state) {
  (void)state;
  for (int i = 0; i < 10; i++) {
    struct loop_timer *t = calloc(1, sizeof *t);
    assert_non_null(t);
    t->fire = free_timer;
    t->ctx = t;
    start(t, i % 3);
  }
  loop_run(loop);
  assert_int_equal(loop_pending(loop), 0);
}

static void stop_loop(void *ctx) {
  note(ctx);
  loop_stop(loop);
}

static void test_loop_stopped_in_between(void **state) {
  (void)state;
  a.fire = stop_loop;
  start(&a, 0);
  start(&b, 0);
  while (clock_monotonic_ns() <= b.due_ns) continue;
  loop_run(loop);
  assert_string_equal(order, "a");
  assert_int_equal(loop_pending(loop), 1);
  loop_run(loop); /* goes on where it stopped */
  assert_string_equal(order, "ab");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_random_operations),
    cmocka_unit_test(test_comes_out_sorted),
    cmocka_unit_test_setup_teardown(test_order, open_loop, close_loop),
    cmocka_unit_test_setup_teardown(test_never_early, open_loop, close_loop),
    cmocka_unit_test_setup_teardown(test_restart_and_stop, open_loop, close_loop),
    cmocka_unit_test_setup_teardown(test_delays_out_of_range, open_loop, close_loop),
    cmocka_unit_test_setup_teardown(test_stopped_by_another_that_is_due, open_loop, close_loop),
    cmocka_unit_test_setup_teardown(test_restarted_from_its_own_callback, open_loop, close_loop),
    cmocka_unit_test_setup_teardown(test_freed_in_its_own_callback, open_loop, close_loop),
    cmocka_unit_test_setup_teardown(test_loop_stopped_in_between, open_loop, close_loop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
