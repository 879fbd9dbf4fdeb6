/* environment and pool: several invocations at once in one environment, and environments that have nothing to do. */
#include <signal.h>
#include <string.h>

#include "config.h"

/* The files under test are compiled here, with the fixture in place of the server. */
#define exchange_answer rig_answer
#include "environment.c"
#include "environment_api.c"
#include "environment_turns.c"

#include "environment_fixture.h"

#define ID "Lambda-Runtime-Aws-Request-Id"

static struct environment *first(void) {
  return rig.pool.environments;
}

/* The pool's environments have so many places; as many invocations wait, "1", "2" ..., and the first one starts. */
static void start(int places, int invocations) {
  rig.pool.options.concurrency = places;
  for (char event[] = "1"; invocations > 0; invocations--, (*event)++) rig_invoke(event);
  rig_run_until("started 1\n");
}

static struct fake *poll_for(const char *event) {
  struct fake *fake = rig_poll_next();
  assert_int_equal(fake->status, 200);
  assert_string_equal(buf_text(&fake->body), event);
  return fake;
}

static struct fake *poll_in_vain(void) {
  struct fake *fake = rig_poll_next();
  assert_int_equal(fake->status, 0);
  return fake;
}

/* Answers the invocation that this poll got; the status is that of the answer. */
static int answer_as(struct fake *poll, const char *pattern, const char *nonce, const char *body) {
  struct buf path;
  buf_init(&path, 1000);
  rig_add_path(&path, pattern, rig_header(poll, ID));
  int status = rig_request("POST", buf_str(&path), nonce, str_from(body))->status;
  buf_free(&path);
  return status;
}

static int answer(struct fake *poll, const char *body) {
  return answer_as(poll, RESPONSE, NULL, body);
}

static void expect(const char *want) {
  rig_run_jobs();
  rig_assert_story(want);
  buf_clear(&rig.story);
}

static struct turn *turn_of(struct fake *poll) {
  return turn_find(first()->turns, first()->places, str_from(rig_header(poll, ID)));
}

/* As if a timer's time was over. */
static void ring(struct loop_timer *timer) {
  assert_true(timer->place > 0);
  loop_timer_start(rig.loop, timer, 0);
}

/* Several at once */

static void test_several_at_once(void **state) {
  (void)state;
  start(3, 4);
  struct fake *one = poll_for("1"), *two = poll_for("2"), *three = poll_for("3");
  assert_string_not_equal(turn_of(one)->nonce, turn_of(two)->nonce);
  expect("started 1\n");
  assert_int_equal(answer(two, "b"), 202);
  struct fake *four = poll_for("4");
  expect("done result b\nfinished 1\n");
  assert_int_equal(answer(four, "d"), 202);
  assert_int_equal(answer_as(one, ERROR, NULL, "{}"), 202);
  assert_int_equal(answer(three, "c"), 202);
  expect("done result d\nfinished 1\ndone error {}\nfinished 1 cold\ndone result c\nfinished 1\n");
  for (int i = 0; i < 3; i++) poll_in_vain();
  assert_int_equal(environment_room(first()), 3);
  assert_int_equal(rig_poll_next()->status, 403); /* a poll for each place */
  rig_invoke("5");
  rig_run_jobs();
  assert_int_equal(environment_room(first()), 2);
  assert_int_equal(first()->busy, 1);
}

static void test_as_many_as_are_needed(void **state) {
  (void)state;
  rig.pool.options.most = 3;
  start(4, 5);
  rig_run_jobs();
  assert_int_equal(rig.pool.environment_count, 2);
  for (int i = 0; i < 3; i++) rig_invoke("x"); /* 8 for 8 places */
  rig_run_jobs();
  assert_int_equal(rig.pool.environment_count, 2);
  poll_for("1"); /* the other places of this one will poll, too */
  rig_run_jobs();
  assert_int_equal(rig.pool.environment_count, 2);
  rig_invoke("9");
  rig_run_until("started 3\n");
}

static void test_full_ones_are_joined(void **state) {
  (void)state;
  rig.pool.options.most = 2;
  start(2, 1);
  poll_for("1");
  poll_in_vain();
  rig_invoke("2");
  rig_run_jobs();
  assert_int_equal(rig.pool.environment_count, 1);
  assert_int_equal(first()->busy, 2);
  rig_invoke("3");
  rig_run_until("started 2\n");
}

/* Ids */

static void test_ids(void **state) {
  (void)state;
  start(2, 2);
  struct fake *one = poll_for("1"), *two = poll_for("2");
  assert_int_equal(answer_as(one, API "invocation/%ID/response", turn_of(two)->nonce, "x"), 410);
  assert_int_equal(answer_as(one, API "invocation/IDa/response", NULL, "x"), 400);
  assert_int_equal(answer_as(one, API "invocation/%ID/response", turn_of(one)->nonce, "a"), 202);
  assert_int_equal(answer(one, "again"), 400);
  assert_int_equal(answer(two, "b"), 202);
  assert_int_equal(answer(two, "again"), 400);
  assert_int_equal(rig_request("POST", STR(API "invocation//response"), NULL, STR("x"))->status, 400);
  expect("started 1\ndone result a\nfinished 1 cold\ndone result b\nfinished 1\n");
}

/* Time */

static void test_one_times_out(void **state) {
  (void)state;
  start(2, 3);
  struct fake *one = poll_for("1"), *two = poll_for("2");
  ring(&turn_of(one)->limit);
  rig_run_until("finished");
  assert_true(rig_in_story("done timed out {\"errorType\":\"Sandbox.Timedout\""));
  assert_int_equal(first()->state, ENVIRONMENT_SERVING);
  assert_int_equal(answer(one, "late"), 410);
  assert_int_equal(answer(one, "later"), 400);
  buf_clear(&rig.story);
  poll_for("3"); /* its place is there again */
  assert_int_equal(answer(two, "b"), 202);
  expect("done result b\nfinished 1\n");
}

/* Two that never answered give their ids up when their turns are needed. */
static void test_late_ones_make_room(void **state) {
  (void)state;
  start(2, 4);
  struct fake *one = poll_for("1"), *two = poll_for("2");
  ring(&turn_of(one)->limit);
  ring(&turn_of(two)->limit);
  rig_run_until("finished 1\n");
  poll_for("3");
  poll_for("4");
  assert_int_equal(answer(one, "late"), 400);
  assert_int_equal(answer(two, "late"), 400);
}

static void test_no_place_is_left(void **state) {
  (void)state;
  start(2, 2);
  struct fake *one = poll_for("1"), *two = poll_for("2");
  ring(&turn_of(one)->limit);
  rig_run_until("finished");
  assert_int_equal(first()->limit.place, 0); /* the other one may go on */
  assert_int_equal(answer(two, "b"), 202);
  ring(&first()->limit);
  rig_run_until("ended 1 by signal 9\n");
}

static void test_one_place_is_lost(void **state) {
  (void)state;
  rig.pool.options.idle_s = 1000;
  start(2, 1);
  struct fake *one = poll_for("1");
  poll_in_vain();
  ring(&turn_of(one)->limit);
  rig_run_until("finished");
  ring(&first()->limit);
  rig_run_jobs();
  assert_int_equal(first()->state, ENVIRONMENT_SERVING);
  assert_int_equal(first()->owed, 0);
  rig_invoke("2"); /* the other place serves */
  rig_run_jobs();
  assert_int_equal(first()->busy, 1);
}

/* Ends */

static void test_crash(void **state) {
  (void)state;
  start(2, 3);
  poll_for("1");
  poll_for("2");
  buf_clear(&rig.story);
  kill(first()->process.pid, SIGKILL);
  rig_run_until("started 2\n");
  const char *at = strstr(buf_text(&rig.story), "done crashed {\"errorType\":\"Runtime.ExitError\"");
  assert_non_null(at);
  assert_non_null(at = strstr(at + 1, "done crashed {\"errorType\":\"Runtime.ExitError\""));
  assert_null(strstr(at + 1, "done"));
  assert_true(rig_in_story("finished 1\nended 1 by signal 9\nstarted 2\n"));
  poll_for("3");
}

static void test_start_fails_for_as_many(void **state) {
  (void)state;
  start(3, 4);
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
  start(3, 1);
  struct fake *one = poll_for("1"), *idle = poll_in_vain();
  poll_in_vain();
  rig_leave(idle);
  assert_int_equal(first()->state, ENVIRONMENT_DRAINING);
  struct environment *leaving = first();
  rig_invoke("2");
  rig_run_until("started 2\n"); /* although a place waits */
  leaving->next = first(); /* rig_request() speaks for the first of the list */
  leaving->next->next = NULL;
  rig.pool.environments = leaving;
  buf_clear(&rig.story);
  assert_int_equal(answer(one, "a"), 202);
  expect("done result a\nfinished 1 cold\n");
  poll_in_vain();
  assert_int_equal(leaving->state, ENVIRONMENT_ENDING);
}

static void tell_all_ended(void *ctx) {
  (void)ctx;
  buf_add(&rig.story, STR("all\n"));
}

static void test_retired(void **state) {
  (void)state;
  start(3, 2);
  struct fake *one = poll_for("1"), *two = poll_for("2");
  poll_in_vain();
  pool_retire(&rig.pool, NULL, tell_all_ended, NULL);
  rig_run_jobs();
  assert_int_equal(first()->state, ENVIRONMENT_DRAINING);
  assert_int_equal(answer(one, "a"), 202);
  poll_in_vain();
  assert_int_equal(answer(two, "b"), 202);
  rig_run_jobs();
  assert_int_equal(first()->state, ENVIRONMENT_DRAINING); /* deferred functions of the second one may still run */
  poll_in_vain();
  assert_int_equal(first()->state, ENVIRONMENT_ENDING);
  rig_run_until("all\n");
  assert_true(rig_in_story("ended 1 by signal 15\nall\n"));
}

static void test_end(void **state) {
  (void)state;
  start(2, 2);
  poll_for("1");
  poll_for("2");
  pool_end(&rig.pool, tell_all_ended, NULL);
  rig_run_until("all\n");
  rig_assert_story("started 1\ndone cancelled \nfinished 1 cold\ndone cancelled \nfinished 1\n"
                   "ended 1 by signal 15\nall\n");
}

static void test_freed(void **state) {
  (void)state;
  start(2, 3);
  poll_for("1");
  poll_for("2");
  pool_free(&rig.pool);
  rig_assert_story("started 1\ndone cancelled \nfinished 0\ndone cancelled \nfinished 1 cold\n"
                   "done cancelled \nfinished 1\n");
}

/* Idle ones */

static void test_idle_ones_end(void **state) {
  (void)state;
  rig.pool.options.idle_s = 1000;
  start(0, 1);
  struct fake *one = poll_for("1");
  assert_int_equal(first()->limit.place, 0);
  assert_int_equal(answer(one, "a"), 202);
  poll_in_vain();
  rig_run_until("finished 1 cold\n");
  assert_true(first()->limit.due_ns - clock_monotonic_ns() > INT64_C(900) * 1000 * NS_PER_MS);
  ring(&first()->limit);
  rig_run_until("ended 1 by signal 15\n");
  rig_invoke("2");
  rig_run_until("started 2\n");
  assert_string_equal(buf_text(&rig_poll_next()->body), "2");
}

static void test_half_idle_ones_stay(void **state) {
  (void)state;
  rig.pool.options.idle_s = 1000;
  start(2, 1);
  struct fake *one = poll_for("1");
  poll_in_vain();
  assert_int_equal(first()->limit.place, 0);
  assert_int_equal(answer(one, "a"), 202);
  poll_in_vain();
  assert_true(first()->limit.place > 0);
  assert_false(first()->reaped);
  ring(&first()->limit);
  rig_run_until("ended 1 by signal 15\n");
}

static void test_idle_ones_may_stay(void **state) {
  (void)state;
  start(0, 1);
  assert_int_equal(answer(poll_for("1"), "a"), 202);
  poll_in_vain();
  rig_run_jobs();
  assert_int_equal(first()->limit.place, 0);
}

/* Lines */

static const struct invoke *writer(const char *format, const char *id) {
  char line[200];
  snprintf(line, sizeof line, format, id);
  return environment_writer(first(), str_from(line));
}

static void test_lines(void **state) {
  (void)state;
  start(2, 2);
  struct fake *one = poll_for("1"), *two = poll_for("2");
  char id[UUID_LEN];
  assert_true(str_copy(str_from(rig_header(two, ID)), id, sizeof id));
  const struct invoke *first_one = turn_of(one)->invoke, *second = turn_of(two)->invoke;
  assert_ptr_equal(writer("{\"timestamp\":\"T\",\"level\":\"INFO\",\"requestId\":\"%s\",\"message\":\"m\"}", id), second);
  assert_ptr_equal(writer("{\"_aws\":{},\"requestId\":\"of another\",\"requestId\":\"%s\"}", id), second);
  assert_null(writer("{\"requestId\":\"%s", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"));
  assert_null(writer("{\"requestId\":\"%.20s", id));
  assert_null(writer("text with \"requestId\":\"%s\"", id));
  assert_null(writer("text%s", ""));
  assert_int_equal(answer(two, "b"), 202);
  assert_null(writer("text%s", "")); /* of deferred functions, perhaps */
  assert_null(writer("{\"requestId\":\"%s\"}", id));
  poll_in_vain();
  assert_ptr_equal(writer("text%s", ""), first_one);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_open, rig_close)

int main(void) {
  struct str handler = config_get("_HANDLER");
  if (handler.len > 0) return rig_serve(handler);
  const struct CMUnitTest tests[] = {
    TEST(test_several_at_once),
    TEST(test_as_many_as_are_needed),
    TEST(test_full_ones_are_joined),
    TEST(test_ids),
    TEST(test_one_times_out),
    TEST(test_late_ones_make_room),
    TEST(test_no_place_is_left),
    TEST(test_one_place_is_lost),
    TEST(test_crash),
    TEST(test_start_fails_for_as_many),
    TEST(test_poller_left),
    TEST(test_retired),
    TEST(test_end),
    TEST(test_freed),
    TEST(test_idle_ones_end),
    TEST(test_half_idle_ones_stay),
    TEST(test_idle_ones_may_stay),
    TEST(test_lines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
