/* environment and pool: environments that end, with several invocations at hand, or for want of any. */
#include <signal.h>
#include <string.h>

#include "config.h"

/* The files under test are compiled here, with the fixture in place of the server. */
#define exchange_answer rig_answer
#include "environment.c"
#include "environment_api.c"
#include "environment_turns.c"

#include "environment_fixture.h"

static struct environment *first(void) {
  return rig.pool.environments;
}

/* Ends */

static void test_crash(void **state) {
  (void)state;
  rig_start_places(2, 3);
  rig_poll_for("1");
  rig_poll_for("2");
  buf_clear(&rig.story);
  kill(first()->process.pid, SIGKILL);
  rig_run_until("started 2\n");
  const char *at = strstr(buf_text(&rig.story), "done crashed {\"errorType\":\"Runtime.ExitError\"");
  assert_non_null(at);
  assert_non_null(at = strstr(at + 1, "done crashed {\"errorType\":\"Runtime.ExitError\""));
  assert_null(strstr(at + 1, "done"));
  assert_true(rig_in_story("finished 1\nended 1 by signal 9\nstarted 2\n"));
  rig_poll_for("3");
}

static void test_start_fails_for_as_many(void **state) {
  (void)state;
  rig_start_places(3, 4);
  buf_clear(&rig.story);
  assert_int_equal(rig_request("POST", STR(INIT_ERROR), NULL, STR("{}"))->status, 202);
  rig_run_jobs();
  assert_int_equal(rig.pool.waiting_count, 1);
  kill(first()->process.pid, SIGTERM);
  rig_run_until("started 2\n");
  static const char each[] = "done init error {}\nfinished 1 cold\n";
  struct buf want;
  buf_init(&want, 1000);
  buf_addf(&want, "%s%s%sended 1 by signal 15\nstarted 2\n", each, each, each);
  rig_assert_story(buf_text(&want));
  buf_free(&want);
}

/* A connection that breaks means that the process is about to end: what it has goes on. */
static void test_poller_left(void **state) {
  (void)state;
  rig.pool.options.most = 2;
  rig_start_places(3, 1);
  struct fake *one = rig_poll_for("1"), *idle = rig_poll_in_vain();
  rig_poll_in_vain();
  rig_leave(idle);
  assert_int_equal(first()->state, ENVIRONMENT_DRAINING);
  struct environment *leaving = first();
  rig_invoke("2");
  rig_run_until("started 2\n"); /* although a place waits */
  leaving->next = first();      /* rig_request() speaks for the first of the list */
  leaving->next->next = NULL;
  rig.pool.environments = leaving;
  buf_clear(&rig.story);
  assert_int_equal(rig_answer_to(one, "a"), 202);
  rig_expect("done result a\nfinished 1 cold\n");
  rig_poll_in_vain();
  assert_int_equal(leaving->state, ENVIRONMENT_ENDING);
}

static void tell_all_ended(void *ctx) {
  (void)ctx;
  buf_add(&rig.story, STR("all\n"));
}

static void test_retired(void **state) {
  (void)state;
  rig_start_places(3, 2);
  struct fake *one = rig_poll_for("1"), *two = rig_poll_for("2");
  rig_poll_in_vain();
  pool_retire(&rig.pool, NULL, tell_all_ended, NULL);
  rig_run_jobs();
  assert_int_equal(first()->state, ENVIRONMENT_DRAINING);
  assert_int_equal(rig_answer_to(one, "a"), 202);
  rig_poll_in_vain();
  assert_int_equal(rig_answer_to(two, "b"), 202);
  rig_run_jobs();
  assert_int_equal(first()->state, ENVIRONMENT_DRAINING); /* deferred functions of the second one may still run */
  rig_poll_in_vain();
  assert_int_equal(first()->state, ENVIRONMENT_ENDING);
  rig_run_until("all\n");
  assert_true(rig_in_story("ended 1 by signal 15\nall\n"));
}

static void test_end(void **state) {
  (void)state;
  rig_start_places(2, 2);
  rig_poll_for("1");
  rig_poll_for("2");
  pool_end(&rig.pool, tell_all_ended, NULL);
  rig_run_until("all\n");
  rig_assert_story("started 1\ndone cancelled \nfinished 1 cold\ndone cancelled \nfinished 1\n"
                   "ended 1 by signal 15\nall\n");
}

static void test_freed(void **state) {
  (void)state;
  rig_start_places(2, 3);
  rig_poll_for("1");
  rig_poll_for("2");
  pool_free(&rig.pool);
  rig_assert_story("started 1\ndone cancelled \nfinished 0\ndone cancelled \nfinished 1 cold\n"
                   "done cancelled \nfinished 1\n");
}

/* Idle ones */

static void test_idle_ones_end(void **state) {
  (void)state;
  rig.pool.options.idle_s = 1000;
  rig_start_places(0, 1);
  struct fake *one = rig_poll_for("1");
  assert_int_equal(first()->limit.place, 0);
  assert_int_equal(rig_answer_to(one, "a"), 202);
  rig_poll_in_vain();
  rig_run_until("finished 1 cold\n");
  assert_true(first()->limit.due_ns - clock_monotonic_ns() > INT64_C(900) * 1000 * NS_PER_MS);
  rig_ring(&first()->limit);
  rig_run_until("ended 1 by signal 15\n");
  rig_invoke("2");
  rig_run_until("started 2\n");
  assert_string_equal(buf_text(&rig_poll_next()->body), "2");
}

static void test_half_idle_ones_stay(void **state) {
  (void)state;
  rig.pool.options.idle_s = 1000;
  rig_start_places(2, 1);
  struct fake *one = rig_poll_for("1");
  rig_poll_in_vain();
  assert_int_equal(first()->limit.place, 0);
  assert_int_equal(rig_answer_to(one, "a"), 202);
  rig_poll_in_vain();
  assert_true(first()->limit.place > 0);
  assert_false(first()->reaped);
  rig_ring(&first()->limit);
  rig_run_until("ended 1 by signal 15\n");
}

static void test_idle_ones_may_stay(void **state) {
  (void)state;
  rig_start_places(0, 1);
  assert_int_equal(rig_answer_to(rig_poll_for("1"), "a"), 202);
  rig_poll_in_vain();
  rig_run_jobs();
  assert_int_equal(first()->limit.place, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_open, rig_close)

int main(void) {
  struct str handler = config_get("_HANDLER");
  if (handler.len > 0) return rig_serve(handler);
  const struct CMUnitTest tests[] = {
    TEST(test_crash),
    TEST(test_start_fails_for_as_many),
    TEST(test_poller_left),
    TEST(test_retired),
    TEST(test_end),
    TEST(test_freed),
    TEST(test_idle_ones_end),
    TEST(test_half_idle_ones_stay),
    TEST(test_idle_ones_may_stay),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
