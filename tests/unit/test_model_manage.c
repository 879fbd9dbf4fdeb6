/* model: @connections. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model_fixture.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define LATER_MS INT64_C(1731332799007)
#define PATH "/dev/@connections/" CONNECTION_ID
#define GONE MODEL_MANAGE_ANSWER, 410, "GoneException", ""
#define FORBIDDEN MODEL_MANAGE_ANSWER, 403, "ForbiddenException", "{\"message\":\"Forbidden\"}"
#define NO_SUCH                                                                                                        \
  MODEL_MANAGE_ANSWER, 403, "MissingAuthenticationTokenException", "{\"message\":\"Missing Authentication Token\"}"
#define INVALID(id) MODEL_MANAGE_ANSWER, 400, "BadRequestException", "{\"message\":\"Invalid connectionId: " id "\"}"

static const struct {
  const char *method, *path;
  int action, status;
  const char *error_type, *body;
} cases[] = {
  { "POST", PATH, MODEL_MANAGE_SEND, 200, NULL, "" },
  { "POST", "/dev/%40connections/BFaT_fALIAMCKug%3D", MODEL_MANAGE_SEND, 200, NULL, "" },
  { "POST", "/dev/@connections/BFaT_fALIAMCKug%3d", MODEL_MANAGE_SEND, 200, NULL, "" },
  { "POST", "/%64ev/@connections/%42FaT_fALIAMCKug=", MODEL_MANAGE_SEND, 200, NULL, "" },
  { "DELETE", PATH, MODEL_MANAGE_CLOSE, 204, NULL, "" },
  { "POST", "/dev/@connections/" OTHER_ID, GONE },
  { "GET", "/dev/@connections/" OTHER_ID, GONE },
  { "DELETE", "/dev/@connections/" OTHER_ID, GONE },
  { "POST", "/dev/@connections/WDGT8fY4joECJrQ=test", INVALID("WDGT8fY4joECJrQ=test") },
  { "DELETE", "/dev/@connections/cjy8i76bx002884le6n17d49b", INVALID("cjy8i76bx002884le6n17d49b") },
  { "GET", "/dev/@connections/a/b", INVALID("a/b") },
  { "GET", "/dev/@connections/%22%FF%00", INVALID("\\\"\xEF\xBF\xBD\\u0000") },
  { "GET", PATH "/", INVALID(CONNECTION_ID "/") },
  { "POST", "/prod/@connections/" CONNECTION_ID, FORBIDDEN },
  { "POST", "/Dev/@connections/" CONNECTION_ID, FORBIDDEN },
  { "POST", "/@connections/" CONNECTION_ID, FORBIDDEN },
  { "POST", "//@connections/" CONNECTION_ID, FORBIDDEN },
  { "POST", "/prod/@connections/x", FORBIDDEN },
  { "PUT", "/prod/@connections/x", FORBIDDEN },
  { "POST", "/dev/connections/" CONNECTION_ID, FORBIDDEN },
  { "POST", "", FORBIDDEN },
  { "PUT", PATH, NO_SUCH },
  { "post", PATH, NO_SUCH },
  { "HEAD", PATH, NO_SUCH },
  { "POST", "/dev/@connections", NO_SUCH },
  { "POST", "/dev/@connections/", NO_SUCH },
};

static void requests(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct model *model = model_with(ROUTES_ALL);
    struct model_manage request = { str_from(cases[i].method), str_from(cases[i].path), STR("hi") };
    struct model_manage_answer answer;
    model_open(model);
    struct model_connection *c = model_connection(model, STR(CONNECTION_ID));
    model_manage(model, &request, &answer);
    const char *name = cases[i].path;
    if ((int)answer.action != cases[i].action || answer.status != cases[i].status)
      fail_msg("%s: action %d, status %d", name, answer.action, answer.status);
    assert_int_equal(answer.error_type == NULL, cases[i].error_type == NULL);
    if (cases[i].error_type) assert_string_equal(answer.error_type, cases[i].error_type);
    expect_bytes(name, buf_str(&answer.body), str_from(cases[i].body));
    bool sent = answer.action == MODEL_MANAGE_SEND, closed = answer.action == MODEL_MANAGE_CLOSE;
    assert_ptr_equal(answer.connection, sent || closed ? c : NULL);
    assert_int_equal(c->state, closed ? MODEL_CLOSING : MODEL_OPEN);
    assert_true(c->last_active_at_ms == CONNECTED_MS); /* who sends moves it, when that worked */
    model_manage_answer_free(&answer);
    model_delete(model);
  }
}

static int status_of(struct model *model, const char *method) {
  struct model_manage request = { str_from(method), STR(PATH), STR("hi") };
  struct model_manage_answer answer;
  model_manage(model, &request, &answer);
  model_manage_answer_free(&answer);
  return answer.status;
}

static void only_open_connections_are_there(void **state) {
  struct model *model = model_with(ROUTES_ALL);
  struct model_step step = { 0 };
  struct model_moment at = model_at(LATER_MS);
  (void)state;
  model_ask(model, &step);
  assert_int_equal(status_of(model, "POST"), 410); /* inside $connect */
  assert_int_equal(status_of(model, "GET"), 410);
  assert_int_equal(status_of(model, "DELETE"), 410);
  model_answered(model, &step.call, MODEL_RESULT, STR("{\"statusCode\":200}"), &step);
  assert_int_equal(step.action, MODEL_ACCEPT);
  assert_int_equal(status_of(model, "GET"), 200);
  assert_int_equal(status_of(model, "DELETE"), 204);
  assert_int_equal(status_of(model, "DELETE"), 410); /* closing */
  assert_int_equal(status_of(model, "POST"), 410);
  assert_int_equal(status_of(model, "GET"), 410);
  model_closed(model, STR(CONNECTION_ID), 1000, STR(""), &at, &step);
  assert_int_equal(status_of(model, "POST"), 410);
  model_step_free(&step);
  model_delete(model);
}

static void get_tells_about_the_connection(void **state) {
  static const struct {
    struct field header;
    struct str source_ip, want;
  } clients[] = {
    { { STR("user-agent"), STR("Mozilla/5.0 \"x\"") },
      STR("1.2.3.4"),
      STR("{\n  \"identity\" : {\n    \"sourceIp\" : \"1.2.3.4\",\n    \"userAgent\" : \"Mozilla/5.0 \\\"x\\\"\"\n  "
          "},\n"
          "  \"connectedAt\" : \"2024-11-11T13:45:35.513Z\",\n  \"lastActiveAt\" : \"2024-11-11T13:46:39.007Z\"\n}") },
    { { STR("x"), STR("y") },
      STR("::1"),
      STR("{\n  \"identity\" : {\n    \"sourceIp\" : \"::1\"\n  },\n  \"connectedAt\" : \"2024-11-11T13:45:35.513Z\",\n"
          "  \"lastActiveAt\" : \"2024-11-11T13:46:39.007Z\"\n}") },
  };
  (void)state;
  for (size_t i = 0; i < COUNT(clients); i++) {
    struct model *model = model_with(0);
    struct model_step step = { 0 };
    struct model_moment at = model_at(CONNECTED_MS);
    struct model_request ask = { STR("/dev"), STR(""), { &clients[i].header, 1 }, clients[i].source_ip };
    struct model_manage request = { STR("GET"), STR(PATH), STR("") };
    struct model_manage_answer answer;
    model_connect(model, &ask, &at, &step);
    assert_int_equal(status_of(model, "POST"), 200);
    model_connection(model, STR(CONNECTION_ID))->last_active_at_ms = LATER_MS;
    model_manage(model, &request, &answer);
    assert_int_equal(answer.action, MODEL_MANAGE_ANSWER);
    assert_int_equal(answer.status, 200);
    assert_null(answer.error_type);
    expect_json("GET", buf_str(&answer.body));
    expect_bytes("GET", buf_str(&answer.body), clients[i].want);
    model_manage_answer_free(&answer);
    model_step_free(&step);
    model_delete(model);
  }
}

static void a_message_has_at_most_128_kb(void **state) {
  enum { MOST = 128 * 1024 };
  struct model *model = model_with(ROUTES_ALL);
  struct model_manage request = { STR("POST"), STR(PATH), { calloc(1, MOST + 1), MOST } };
  struct model_manage_answer answer;
  (void)state;
  assert_non_null(request.body.ptr);
  model_open(model);
  model_manage(model, &request, &answer);
  assert_int_equal(answer.action, MODEL_MANAGE_SEND);
  model_manage_answer_free(&answer);
  request.body.len++;
  model_manage(model, &request, &answer);
  assert_int_equal(answer.action, MODEL_MANAGE_ANSWER);
  assert_int_equal(answer.status, 413);
  assert_string_equal(answer.error_type, "PayloadTooLargeException");
  expect_bytes("413", buf_str(&answer.body), STR("{\"message\":\"Payload too large\"}"));
  model_manage_answer_free(&answer);
  free((char *)(uintptr_t)request.body.ptr);
  model_delete(model);
}

static void throttled(void **state) {
  struct model *model = model_with(ROUTES_ALL);
  struct model_manage request = { STR("POST"), STR(PATH), STR("hi") };
  struct model_manage_answer answer;
  (void)state;
  model_open(model);
  model_manage(model, &request, &answer);
  assert_int_equal(answer.action, MODEL_MANAGE_SEND);
  model_manage_throttled(&answer);
  assert_int_equal(answer.action, MODEL_MANAGE_ANSWER);
  assert_int_equal(answer.status, 429);
  assert_null(answer.connection);
  assert_string_equal(answer.error_type, "LimitExceededException");
  expect_bytes("429", buf_str(&answer.body), STR("{\"message\":\"Limit Exceeded\"}"));
  model_manage_answer_free(&answer);
  model_delete(model);
}

static void leaving(void **state) {
  struct model *model = model_with(ROUTES_ALL);
  struct model_manage request = { STR("POST"), STR(PATH), STR("hi") };
  struct model_manage_answer answer;
  (void)state;
  model_open(model);
  model_manage(model, &request, &answer);
  model_manage_gone(&answer);
  assert_int_equal(answer.action, MODEL_MANAGE_ANSWER);
  assert_int_equal(answer.status, 410);
  assert_string_equal(answer.error_type, "GoneException");
  assert_int_equal(answer.body.len, 0);
  model_manage_answer_free(&answer);
  model_delete(model);
}

static void management_paths(void **state) {
  static const struct {
    const char *path;
    bool want;
  } paths[] = {
    { PATH, true },
    { "/dev/%40connections/X%3D", true },
    { "/dev%2f@connections%2fX", true },
    { "/prod/@connections/X", true },
    { "/dev/@connections/", true },
    { "/dev/@connections", true },
    { "/@connections/X", true },
    { "/@connections", true },
    { "//@connections/X", true },
    { "/", false },
    { "", false },
    { "/dev", false },
    { "/dev/", false },
    { "dev/@connections/X", false },
    { "/dev/@connectionsX", false },
    { "/dev/connections/X", false },
    { "/dev/x/@connections/X", false },
    { "/dev/%2540connections/X", false },
  };
  (void)state;
  for (size_t i = 0; i < COUNT(paths); i++)
    if (model_is_management(str_from(paths[i].path)) != paths[i].want) fail_msg("%s", paths[i].path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(requests),
    cmocka_unit_test(only_open_connections_are_there),
    cmocka_unit_test(get_tells_about_the_connection),
    cmocka_unit_test(a_message_has_at_most_128_kb),
    cmocka_unit_test(throttled),
    cmocka_unit_test(leaving),
    cmocka_unit_test(management_paths),
  };
  return cmocka_run_group_tests_name("model_manage", tests, NULL, NULL);
}
