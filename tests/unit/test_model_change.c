/* model: other routes take over while connections are open and calls are under way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "model_fixture.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static const struct model_route other_routes[] = { { STR("chat"), 7, true } };

static bool change(struct model *model, struct str expression, char err[ERR_LEN]) {
  static struct model_api api;
  api = (struct model_api){ .api_id = STR("abcd123456"),
                            .region = STR("us-east-1"),
                            .account_id = STR("123456789012"),
                            .stage = STR("dev"),
                            .domain_name = STR(DOMAIN),
                            .route_selection_expression = expression,
                            .routes = other_routes,
                            .route_count = COUNT(other_routes) };
  return model_change(model, &api, err);
}

static void messages(void **state) {
  (void)state;
  char err[ERR_LEN];
  struct model *model = model_with(ROUTES_ALL);
  struct model_step step = { 0 };
  model_open(model);
  assert_true(change(model, STR("$request.body.kind"), err));
  assert_int_equal(model_connection_count(model), 1);
  model_say(model, STR("{\"kind\":\"chat\"}"), &step);
  assert_int_equal(step.action, MODEL_INVOKE);
  assert_int_equal(step.call.route->function, 7);
  model_say(model, STR("{\"action\":\"chat\"}"), &step); /* $default is gone */
  assert_int_equal(step.action, MODEL_SEND);
  expect_bytes("no route", buf_str(&step.bytes), STR(FORBIDDEN_FRAME));
  model_step_free(&step);
  model_delete(model);
}

/* Its answer is treated as the route that it was made for wants it: `ask` is two-way. */
static void under_way(void **state) {
  (void)state;
  char err[ERR_LEN];
  struct model *model = model_with(ROUTES_ALL);
  struct model_step step = { 0 };
  model_open(model);
  model_say(model, STR("{\"action\":\"ask\"}"), &step);
  struct model_call call = step.call;
  assert_true(change(model, STR("$request.body.action"), err));
  model_answered(model, &call, MODEL_RESULT, STR("{\"statusCode\":200,\"body\":\"hi\"}"), &step);
  assert_int_equal(step.action, MODEL_SEND);
  expect_bytes("two-way", buf_str(&step.bytes), STR("hi"));
  model_step_free(&step);
  model_delete(model);
}

static void no_expression(void **state) {
  (void)state;
  char err[ERR_LEN] = "";
  struct model *model = model_with(ROUTES_ALL);
  struct model_step step = { 0 };
  model_open(model);
  assert_false(change(model, STR("${request.body"), err));
  assert_true(err[0] != '\0');
  model_say(model, STR("{\"action\":\"ask\"}"), &step); /* as before */
  assert_int_equal(step.call.route->function, 3);
  model_step_free(&step);
  model_delete(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(messages),
    cmocka_unit_test(under_way),
    cmocka_unit_test(no_expression),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
