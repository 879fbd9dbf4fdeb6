/* model: how long a connection may last. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "model_fixture.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

/* Seconds since the connection began, since its last message, and what is left of 10 minutes and 2 hours, or of less. */
static void limits_in_time(void **state) {
  static const struct {
    int idle_s, duration_s;
    int64_t age_s, quiet_s, left_s;
  } cases[] = {
    { 0, 0, 0, 0, 600 },     { 0, 0, 599, 599, 1 },    { 0, 0, 600, 600, 0 }, { 0, 0, 700, 700, -100 },
    { 0, 0, 7000, 10, 200 }, { 0, 0, 7000, 500, 100 }, { 0, 0, 7200, 0, 0 },  { 5, 0, 3, 3, 2 },
    { 5, 0, 5, 5, 0 },       { 5, 0, 100, 1, 4 },      { 0, 20, 19, 19, 1 },  { 0, 20, 20, 0, 0 },
    { 5, 20, 18, 1, 2 },
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct model_api api = { .route_selection_expression = STR("a"), .idle_s = cases[i].idle_s };
    char err[ERR_LEN];
    api.duration_s = cases[i].duration_s;
    struct model *model = model_new(&api, err);
    assert_non_null(model);
    int64_t now_ms = CONNECTED_MS + 1000 * cases[i].age_s;
    struct model_connection c = { .connected_at_ms = CONNECTED_MS,
                                  .last_active_at_ms = now_ms - 1000 * cases[i].quiet_s };
    int64_t left = model_time_left(model, &c, now_ms);
    if (left != 1000 * cases[i].left_s) fail_msg("case %zu: %lld ms", i, (long long)left);
    model_delete(model);
  }
}

/* Only what was sent or received counts as a message. */
static void messages_move_the_time(void **state) {
  struct model *model = model_with(ROUTES_ALL);
  struct model_step step = { 0 };
  struct model_manage get = { STR("GET"), STR("/dev/@connections/" CONNECTION_ID), STR("") };
  struct model_manage post = { STR("POST"), get.path, STR("x") };
  struct model_manage_answer answer;
  (void)state;
  model_open(model);
  struct model_connection *c = model_connection(model, STR(CONNECTION_ID));
  model_manage(model, &get, &answer);
  model_manage_answer_free(&answer);
  assert_true(c->last_active_at_ms == CONNECTED_MS);
  model_say(model, STR("x"), &step);
  assert_true(c->last_active_at_ms == MESSAGE_MS);
  assert_true(model_time_left(model, c, MESSAGE_MS) == 1000 * MODEL_IDLE_S);
  model_manage(model, &post, &answer); /* the caller sends, and moves it when that worked */
  model_manage_answer_free(&answer);
  assert_true(c->last_active_at_ms == MESSAGE_MS);
  c->last_active_at_ms = MESSAGE_MS + 5000;
  assert_true(model_time_left(model, c, MESSAGE_MS + 5000) == 1000 * MODEL_IDLE_S);
  model_step_free(&step);
  model_delete(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(limits_in_time),
    cmocka_unit_test(messages_move_the_time),
  };
  return cmocka_run_group_tests_name("model_limits", tests, NULL, NULL);
}
