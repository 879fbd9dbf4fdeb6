/* pool: invocations that nobody waits for any more. */
#include "pool_fixture.h"

static void tell_all_ended(void *ctx) {
  (void)ctx;
  buf_add(&dev.story, STR("all\n"));
}

/* Those that wait are dropped, wherever they stand. */
static void test_abandoned(void **state) {
  (void)state;
  dev_invoke("first", "1");
  struct invoke *middle = dev_invoke("middle", "2");
  dev_invoke("third", "3");
  struct invoke *last = dev_invoke("last", "4");
  pool_abandon(middle);
  pool_abandon(middle); /* it is over: nothing more */
  pool_abandon(last);
  assert_int_equal(dev.pool.waiting_count, 2);
  dev_invoke("new", "5");
  dev_run_until("new: finished", 1);
  dev_assert_in_story("middle: cancelled \nmiddle: finished in 0\nlast: cancelled \nlast: finished in 0\n");
  dev_assert_in_story("first: result 1\n");
  dev_assert_in_story("third: result 3\n");
  dev_assert_in_story("new: result 5\n");
  assert_int_equal(dev.pool.waiting_bytes, 0);
}

/* What has begun goes on. */
static void test_abandoned_too_late(void **state) {
  (void)state;
  dev.function.handler = STR("app.block");
  struct invoke *begun = dev_invoke("a", "1");
  dev_run_until("blocked", 1);
  pool_abandon(begun);
  dev_invoke("b", "2");
  pool_end(&dev.pool, tell_all_ended, NULL);
  dev_run_until("\nall\n", 1);
  dev_assert_in_story("b: cancelled \nb: finished in 0\na: cancelled \na: finished in 1, cold\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, dev_open, dev_close)

int main(void) {
  const struct CMUnitTest tests[] = { TEST(test_abandoned), TEST(test_abandoned_too_late) };
  return cmocka_run_group_tests(tests, dev_open_directory, dev_close_directory);
}
