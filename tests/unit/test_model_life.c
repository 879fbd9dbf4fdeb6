/* model: connections from the request to connect until they are forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_fixture.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define OK_RESULT STR("{\"statusCode\":200}")

static enum model_state state_of(struct model *model) {
  struct model_connection *c = model_connection(model, STR(CONNECTION_ID));
  assert_non_null(c);
  return c->state;
}

static void close_it(struct model *model, struct model_step *step) {
  struct model_moment at = model_at(MESSAGE_MS);
  model_closed(model, STR(CONNECTION_ID), 1005, STR(""), &at, step);
}

static void paths(void **state) {
  static const struct {
    const char *path;
    bool is_api;
  } cases[] = {
    { "/", true },        { "/dev", true },    { "/%64ev", true },     { "/dev/", false }, { "", false },
    { "//", false },      { "/prod", false },  { "/Dev", false },      { "/de", false },   { "/devx", false },
    { "/dev/x", false },  { "/x/dev", false }, { "dev", false },       { "/%", false },    { "/dev%00", false },
    { "/dev%2F", false }, { "/./dev", false }, { "/$connect", false },
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct model *model = model_with(0);
    struct model_step step = { 0 };
    struct model_moment at = model_at(CONNECTED_MS);
    struct model_request request = { .path = str_from(cases[i].path), .source_ip = STR("192.0.2.1") };
    model_connect(model, &request, &at, &step);
    if ((step.action == MODEL_ACCEPT) != cases[i].is_api) fail_msg("%s: action %d", cases[i].path, step.action);
    assert_int_equal(model_connection_count(model), cases[i].is_api);
    if (!cases[i].is_api) {
      assert_int_equal(step.action, MODEL_REFUSE);
      assert_int_equal(step.status, 403);
      expect_bytes(cases[i].path, buf_str(&step.bytes), STR("{\"message\":\"Forbidden\"}"));
      assert_non_null(strstr(step.note, "the API is at /dev and /"));
    }
    model_step_free(&step);
    model_delete(model);
  }
}

static void without_connect_the_handshake_succeeds(void **state) {
  struct model *model = model_with(ROUTE_DEFAULT);
  struct model_step step = { 0 };
  (void)state;
  model_ask(model, &step);
  assert_int_equal(step.action, MODEL_ACCEPT);
  assert_string_equal(step.call.connection_id, CONNECTION_ID);
  assert_int_equal(step.protocol.len, 0);
  assert_int_equal(state_of(model), MODEL_OPEN);
  model_step_free(&step);
  model_delete(model);
}

static void a_life(void **state) {
  struct model *model = model_with(ROUTES_ALL);
  struct model_step step = { 0 };
  (void)state;
  model_ask(model, &step);
  assert_int_equal(state_of(model), MODEL_CONNECTING);
  model_answered(model, &step.call, MODEL_RESULT, OK_RESULT, &step);
  assert_int_equal(state_of(model), MODEL_OPEN);
  struct model_connection *c = model_connection(model, STR(CONNECTION_ID));
  assert_true(c->connected_at_ms == CONNECTED_MS && c->last_active_at_ms == CONNECTED_MS && !c->transport);
  model_say(model, STR("x"), &step);
  assert_true(c->connected_at_ms == CONNECTED_MS && c->last_active_at_ms == MESSAGE_MS);
  close_it(model, &step);
  assert_int_equal(step.action, MODEL_INVOKE);
  assert_int_equal(model_connection_count(model), 0);
  assert_null(model_connection(model, STR(CONNECTION_ID)));
  model_answered(model, &step.call, MODEL_FAILED, STR(""), &step);
  assert_int_equal(step.action, MODEL_NOTHING);
  model_step_free(&step);
  model_delete(model);
}

/* Each begins with the step of a message, or of $connect, that was asked for before. */
static void what_comes_too_late_or_too_early_is_nothing(void **state) {
  struct model *model = model_with(ROUTES_ALL);
  struct model_step step = { 0 };
  (void)state;
  model_say(model, STR("x"), &step); /* unknown */
  assert_int_equal(step.action, MODEL_NOTHING);
  close_it(model, &step);
  assert_int_equal(step.action, MODEL_NOTHING);

  model_ask(model, &step);
  struct model_call connect = step.call;
  model_say(model, STR("x"), &step); /* connecting */
  assert_int_equal(step.action, MODEL_NOTHING);
  assert_true(model_connection(model, STR(CONNECTION_ID))->last_active_at_ms == CONNECTED_MS);
  close_it(model, &step); /* the client left: no $disconnect */
  assert_int_equal(step.action, MODEL_NOTHING);
  assert_int_equal(model_connection_count(model), 0);
  model_answered(model, &connect, MODEL_RESULT, OK_RESULT, &step);
  assert_int_equal(step.action, MODEL_NOTHING);
  assert_int_equal(model_connection_count(model), 0);

  model_open(model);
  model_answered(model, &connect, MODEL_FAILED, STR(""), &step); /* a second answer */
  assert_int_equal(step.action, MODEL_NOTHING);
  assert_int_equal(state_of(model), MODEL_OPEN);
  model_say(model, STR("x"), &step);
  struct model_call message = step.call;
  close_it(model, &step);
  model_answered(model, &message, MODEL_FAILED, STR(""), &step); /* nobody to tell */
  assert_int_equal(step.action, MODEL_NOTHING);
  assert_int_equal(step.bytes.len, 0);
  model_step_free(&step);
  model_delete(model);
}

static void closing_hears_nothing_and_is_told_nothing(void **state) {
  struct model *model = model_with(ROUTES_ALL);
  struct model_step step = { 0 };
  (void)state;
  model_open(model);
  model_say(model, STR("{\"action\":\"ask\"}"), &step);
  struct model_call asked = step.call;
  model_connection(model, STR(CONNECTION_ID))->state = MODEL_CLOSING;
  model_say(model, STR("x"), &step);
  assert_int_equal(step.action, MODEL_NOTHING);
  model_answered(model, &asked, MODEL_RESULT, STR("{\"statusCode\":200,\"body\":\"x\"}"), &step);
  assert_int_equal(step.action, MODEL_NOTHING);
  close_it(model, &step);
  assert_int_equal(step.action, MODEL_INVOKE);
  assert_int_equal(step.call.kind, MODEL_DISCONNECT);
  model_step_free(&step);
  model_delete(model);
}

static void without_disconnect_an_end_is_silent(void **state) {
  struct model *model = model_with(ROUTE_CONNECT);
  struct model_step step = { 0 };
  (void)state;
  model_open(model);
  close_it(model, &step);
  assert_int_equal(step.action, MODEL_NOTHING);
  assert_int_equal(model_connection_count(model), 0);
  model_step_free(&step);
  model_delete(model);
}

/* As when memory is short: buffers fail at their ceiling. */
static void an_event_that_cannot_be_written_is_an_internal_error(void **state) {
  enum { SIZE = 9 * 1024 * 1024 };
  struct model *model = model_with(ROUTES_ALL);
  struct model_step step = { 0 };
  struct model_moment at = model_at(CONNECTED_MS);
  char *large = malloc(SIZE);
  (void)state;
  assert_non_null(large);
  memset(large, 'x', SIZE);
  struct field header = { STR("a"), str_of(large, SIZE) };
  struct model_request request = { STR("/dev"), STR(""), { &header, 1 }, STR("192.0.2.1") };
  model_connect(model, &request, &at, &step);
  assert_int_equal(step.action, MODEL_REFUSE);
  assert_int_equal(step.status, 502);
  expect_bytes("502", buf_str(&step.bytes), STR("{\"message\": \"Internal server error\"}"));
  assert_int_equal(model_connection_count(model), 0);
  model_open(model);
  model_say(model, str_of(large, SIZE), &step);
  assert_int_equal(step.action, MODEL_SEND);
  expect_bytes("frame", buf_str(&step.bytes), STR(INTERNAL_FRAME));
  model_closed(model, STR(CONNECTION_ID), 1000, str_of(large, SIZE), &at, &step);
  assert_int_equal(step.action, MODEL_NOTHING);
  assert_int_equal(model_connection_count(model), 0);
  free(large);
  model_step_free(&step);
  model_delete(model);
}

/* The caller may take the bytes of a step and leave a zeroed buffer. */
static void a_step_gives_its_bytes_away(void **state) {
  struct model *model = model_with(ROUTES_ALL);
  struct model_step step;
  (void)state;
  model_step_init(&step);
  model_ask(model, &step);
  struct buf taken = step.bytes;
  step.bytes = (struct buf){ 0 };
  model_answered(model, &step.call, MODEL_RESULT, STR("null"), &step);
  assert_int_equal(step.action, MODEL_REFUSE);
  assert_true(step.bytes.len > 0 && taken.len > 0);
  buf_free(&taken);
  model_step_free(&step);
  model_delete(model);
}

static void an_id_that_is_taken_is_refused(void **state) {
  struct model *model = model_with(ROUTES_ALL);
  struct model_step step = { 0 };
  (void)state;
  model_open(model);
  model_ask(model, &step);
  assert_int_equal(step.action, MODEL_REFUSE);
  assert_int_equal(step.status, 502);
  assert_int_equal(model_connection_count(model), 1);
  assert_int_equal(state_of(model), MODEL_OPEN);
  model_step_free(&step);
  model_delete(model);
}

static void count_active(void *ctx, struct model_connection *c) {
  size_t *active = ctx;
  *active += c->transport != NULL;
}

static void many_connections(void **state) {
  enum { MANY = 3000 };
  struct model *model = model_with(0);
  struct model_step step = { 0 };
  (void)state;
  for (unsigned i = 0; i < MANY; i++) {
    unsigned char bytes[MODEL_ID_BYTES] = { (unsigned char)(i * 7), (unsigned char)(i >> 8), (unsigned char)i };
    struct model_moment at = model_at(CONNECTED_MS);
    struct model_request request = { .path = STR("/"), .source_ip = STR("::1") };
    model_id_from(at.connection_id, bytes);
    model_connect(model, &request, &at, &step);
    assert_int_equal(step.action, MODEL_ACCEPT);
    struct model_connection *c = model_connection(model, str_from(at.connection_id));
    assert_non_null(c);
    c->transport = model;
    if (i % 3 == 0) model_closed(model, str_from(at.connection_id), 1000, STR(""), &at, &step);
  }
  size_t active = 0;
  model_connections(model, count_active, &active);
  assert_int_equal(active, MANY - MANY / 3);
  assert_int_equal(model_connection_count(model), active);
  model_step_free(&step);
  model_delete(model); /* frees the others */
}

static void a_wrong_expression_is_no_model(void **state) {
  struct model_api api = { .route_selection_expression = STR("$request.header.x") };
  char err[ERR_LEN] = "";
  (void)state;
  assert_null(model_new(&api, err));
  assert_non_null(strstr(err, "request.body"));
  model_delete(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(paths),
    cmocka_unit_test(without_connect_the_handshake_succeeds),
    cmocka_unit_test(a_life),
    cmocka_unit_test(what_comes_too_late_or_too_early_is_nothing),
    cmocka_unit_test(closing_hears_nothing_and_is_told_nothing),
    cmocka_unit_test(without_disconnect_an_end_is_silent),
    cmocka_unit_test(an_event_that_cannot_be_written_is_an_internal_error),
    cmocka_unit_test(a_step_gives_its_bytes_away),
    cmocka_unit_test(an_id_that_is_taken_is_refused),
    cmocka_unit_test(many_connections),
    cmocka_unit_test(a_wrong_expression_is_no_model),
  };
  return cmocka_run_group_tests_name("model_life", tests, NULL, NULL);
}
