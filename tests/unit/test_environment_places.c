/* environment and pool: several invocations at once in one environment. */
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

/* Several at once */

static void test_several_at_once(void **state) {
  (void)state;
  rig_start_places(3, 4);
  struct fake *one = rig_poll_for("1"), *two = rig_poll_for("2"), *three = rig_poll_for("3");
  assert_string_not_equal(rig_turn_of(one)->nonce, rig_turn_of(two)->nonce);
  rig_expect("started 1\n");
  assert_int_equal(rig_answer_to(two, "b"), 202);
  struct fake *four = rig_poll_for("4");
  rig_expect("done result b\nfinished 1\n");
  assert_int_equal(rig_answer_to(four, "d"), 202);
  assert_int_equal(rig_answer_as(one, ERROR, NULL, "{}"), 202);
  assert_int_equal(rig_answer_to(three, "c"), 202);
  rig_expect("done result d\nfinished 1\ndone error {}\nfinished 1 cold\ndone result c\nfinished 1\n");
  for (int i = 0; i < 3; i++) rig_poll_in_vain();
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
  rig_start_places(4, 5);
  rig_run_jobs();
  assert_int_equal(rig.pool.environment_count, 2);
  for (int i = 0; i < 3; i++) rig_invoke("x"); /* 8 for 8 places */
  rig_run_jobs();
  assert_int_equal(rig.pool.environment_count, 2);
  rig_poll_for("1"); /* the other places of this one will poll, too */
  rig_run_jobs();
  assert_int_equal(rig.pool.environment_count, 2);
  rig_invoke("9");
  rig_run_until("started 3\n");
}

static void test_full_ones_are_joined(void **state) {
  (void)state;
  rig.pool.options.most = 2;
  rig_start_places(2, 1);
  rig_poll_for("1");
  rig_poll_in_vain();
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
  rig_start_places(2, 2);
  struct fake *one = rig_poll_for("1"), *two = rig_poll_for("2");
  assert_int_equal(rig_answer_as(one, API "invocation/%ID/response", rig_turn_of(two)->nonce, "x"), 410);
  assert_int_equal(rig_answer_as(one, API "invocation/IDa/response", NULL, "x"), 400);
  assert_int_equal(rig_answer_as(one, API "invocation/%ID/response", rig_turn_of(one)->nonce, "a"), 202);
  assert_int_equal(rig_answer_to(one, "again"), 400);
  assert_int_equal(rig_answer_to(two, "b"), 202);
  assert_int_equal(rig_answer_to(two, "again"), 400);
  assert_int_equal(rig_request("POST", STR(API "invocation//response"), NULL, STR("x"))->status, 400);
  rig_expect("started 1\ndone result a\nfinished 1 cold\ndone result b\nfinished 1\n");
}

/* Time */

static void test_one_times_out(void **state) {
  (void)state;
  rig_start_places(2, 3);
  struct fake *one = rig_poll_for("1"), *two = rig_poll_for("2");
  rig_ring(&rig_turn_of(one)->limit);
  rig_run_until("finished");
  assert_true(rig_in_story("done timed out {\"errorType\":\"Sandbox.Timedout\""));
  assert_int_equal(first()->state, ENVIRONMENT_SERVING);
  assert_int_equal(rig_answer_to(one, "late"), 410);
  assert_int_equal(rig_answer_to(one, "later"), 400);
  buf_clear(&rig.story);
  rig_poll_for("3"); /* its place is there again */
  assert_int_equal(rig_answer_to(two, "b"), 202);
  rig_expect("done result b\nfinished 1\n");
}

/* What is tried again has the request id of before; its delivery is another one. */
static void test_tried_again(void **state) {
  (void)state;
  char id[UUID_LEN], nonce[UUID_LEN];
  rig_start_places(2, 1);
  struct fake *before = rig_poll_for("1");
  memcpy(id, rig_turn_of(before)->request_id, sizeof id);
  memcpy(nonce, rig_turn_of(before)->nonce, sizeof nonce);
  rig_ring(&rig_turn_of(before)->limit);
  rig_run_until("finished");
  buf_clear(&rig.story);
  struct invoke *in = invoke_new();
  buf_add(&in->event, STR("1"));
  in->done = rig_tell_done;
  memcpy(in->request_id, id, sizeof id);
  pool_invoke(&rig.pool, in);
  struct fake *again = rig_poll_for("1");
  assert_int_equal(rig_answer_as(before, RESPONSE, nonce, "late"), 410);
  assert_int_equal(rig_answer_to(again, "a"), 202);
  rig_expect("done result a\nfinished 1\n");
}

/* Two that never answered give their ids up when their turns are needed. */
static void test_late_ones_make_room(void **state) {
  (void)state;
  rig_start_places(2, 4);
  struct fake *one = rig_poll_for("1"), *two = rig_poll_for("2");
  rig_ring(&rig_turn_of(one)->limit);
  rig_ring(&rig_turn_of(two)->limit);
  rig_run_until("finished 1\n");
  rig_poll_for("3");
  rig_poll_for("4");
  assert_int_equal(rig_answer_to(one, "late"), 400);
  assert_int_equal(rig_answer_to(two, "late"), 400);
}

static void test_no_place_is_left(void **state) {
  (void)state;
  rig_start_places(2, 2);
  struct fake *one = rig_poll_for("1"), *two = rig_poll_for("2");
  rig_ring(&rig_turn_of(one)->limit);
  rig_run_until("finished");
  assert_int_equal(first()->limit.place, 0); /* the other one may go on */
  assert_int_equal(rig_answer_to(two, "b"), 202);
  rig_ring(&first()->limit);
  rig_run_until("ended 1 by signal 9\n");
}

static void test_one_place_is_lost(void **state) {
  (void)state;
  rig.pool.options.idle_s = 1000;
  rig_start_places(2, 1);
  struct fake *one = rig_poll_for("1");
  rig_poll_in_vain();
  rig_ring(&rig_turn_of(one)->limit);
  rig_run_until("finished");
  rig_ring(&first()->limit);
  rig_run_jobs();
  assert_int_equal(first()->state, ENVIRONMENT_SERVING);
  assert_int_equal(first()->owed, 0);
  rig_invoke("2"); /* the other place serves */
  rig_run_jobs();
  assert_int_equal(first()->busy, 1);
}

/* Lines */

static const struct invoke *writer(const char *format, const char *id) {
  char line[200];
  snprintf(line, sizeof line, format, id);
  return environment_writer(first(), str_from(line));
}

static void test_lines(void **state) {
  (void)state;
  rig_start_places(2, 2);
  struct fake *one = rig_poll_for("1"), *two = rig_poll_for("2");
  char id[UUID_LEN];
  assert_true(str_copy(str_from(rig_header(two, REQUEST_ID)), id, sizeof id));
  const struct invoke *first_one = rig_turn_of(one)->invoke, *second = rig_turn_of(two)->invoke;
  assert_ptr_equal(writer("{\"timestamp\":\"T\",\"level\":\"INFO\",\"requestId\":\"%s\",\"message\":\"m\"}", id),
                   second);
  assert_ptr_equal(writer("{\"_aws\":{},\"requestId\":\"of another\",\"requestId\":\"%s\"}", id), second);
  assert_null(writer("{\"requestId\":\"%s", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"));
  assert_null(writer("{\"requestId\":\"%.20s", id));
  assert_null(writer("text with \"requestId\":\"%s\"", id));
  assert_null(writer("text%s", ""));
  assert_int_equal(rig_answer_to(two, "b"), 202);
  assert_null(writer("text%s", "")); /* of deferred functions, perhaps */
  assert_null(writer("{\"requestId\":\"%s\"}", id));
  rig_poll_in_vain();
  assert_ptr_equal(writer("text%s", ""), first_one);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_open, rig_close)

int main(void) {
  struct str handler = config_get("_HANDLER");
  if (handler.len > 0) return rig_serve(handler);
  const struct CMUnitTest tests[] = {
    TEST(test_several_at_once),      TEST(test_as_many_as_are_needed),
    TEST(test_full_ones_are_joined), TEST(test_ids),
    TEST(test_one_times_out),        TEST(test_tried_again),
    TEST(test_late_ones_make_room),  TEST(test_no_place_is_left),
    TEST(test_one_place_is_lost),    TEST(test_lines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
