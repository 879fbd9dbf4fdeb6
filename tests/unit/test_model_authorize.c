/* model: the authorizer in front of $connect. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_fixture.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define ALLOW                                                                                                          \
  STR("{\"principalId\":\"ann\",\"policyDocument\":{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"                  \
      "\"execute-api:Invoke\",\"Resource\":\"" METHOD_ARN "\"}]},\"context\":{\"level\":3}}")
#define DENY                                                                                                           \
  STR("{\"principalId\":\"ann\",\"policyDocument\":{\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"*\","             \
      "\"Resource\":\"*\"}]}}")
#define OTHERS                                                                                                         \
  STR("{\"principalId\":\"ann\",\"policyDocument\":{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\","            \
      "\"Resource\":\"arn:aws:execute-api:us-east-1:123456789012:abcd123456/prod/*\"}]}}")
#define AUTHORIZER_OF_EVENTS "\"authorizer\":{\"principalId\":\"ann\",\"level\":\"3\"},\"eventType\":"

static void ask(struct model *model, const struct model_request *request, struct model_step *step) {
  struct model_moment at = model_at(CONNECTED_MS);
  model_connect(model, request, &at, step);
}

static const struct field auth[] = { { STR("Auth"), STR("secret") },
                                     { STR("Connection"), STR("Upgrade") },
                                     { STR("User-Agent"), STR("t/1") } };
static const struct model_request with_auth = { STR("/dev"), STR("a=1&a=2"), { auth, COUNT(auth) }, STR("192.0.2.1") };

#define REQUEST_CONTEXT                                                                                                \
  "\"eventType\":\"CONNECT\",\"extendedRequestId\":\"" REQUEST_ID                                                      \
  "\",\"requestTime\":\"11/Nov/2024:13:45:35 +0000\",\"messageDirection\":\"IN\",\"stage\":\"dev\",\"connectedAt\":"   \
  "1731332735513,\"requestTimeEpoch\":1731332735513,\"identity\":{"

static void the_event_byte_for_byte(void **state) {
  struct model *model = model_guarded(NULL, 0);
  struct model_step step = { 0 };
  struct model_request request = { .path = STR("/dev"), .source_ip = STR("192.0.2.1") };
  (void)state;
  ask(model, &request, &step);
  assert_int_equal(step.action, MODEL_INVOKE);
  assert_int_equal(step.call.kind, MODEL_AUTHORIZE);
  assert_int_equal(step.call.route->function, AUTHORIZER);
  expect_bytes(
      "without query", buf_str(&step.bytes),
      STR("{\"type\":\"REQUEST\",\"methodArn\":\"" METHOD_ARN "\",\"headers\":{\"Connection\":\"upgrade\","
          "\"content-length\":\"0\",\"Host\":\"" DOMAIN "\",\"Upgrade\":\"websocket\",\"X-Amzn-Trace-Id\":"
          "\"Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700\",\"X-Forwarded-For\":\"192.0.2.1\",\"X-Forwarded-Port\":\"443\","
          "\"X-Forwarded-Proto\":\"https\"},\"multiValueHeaders\":{\"Connection\":[\"upgrade\"],\"content-length\":"
          "[\"0\"],\"Host\":[\"" DOMAIN "\"],\"Upgrade\":[\"websocket\"],\"X-Amzn-Trace-Id\":"
          "[\"Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700\"],\"X-Forwarded-For\":[\"192.0.2.1\"],\"X-Forwarded-Port\":"
          "[\"443\"],\"X-Forwarded-Proto\":[\"https\"]},\"queryStringParameters\":{},"
          "\"multiValueQueryStringParameters\":{},\"stageVariables\":{},\"requestContext\":{\"routeKey\":\"$"
          "connect\"," REQUEST_CONTEXT "\"sourceIp\":\"192.0.2.1\"},\"requestId\":\"" REQUEST_ID
          "\",\"domainName\":\"" DOMAIN "\",\"connectionId\":\"" CONNECTION_ID "\",\"apiId\":\"abcd123456\"}}"));
  model_step_free(&step);
  model_delete(model);
}

static bool has(const struct model_step *step, const char *part) {
  return str_find(buf_str(&step->bytes), str_from(part), 0) != SIZE_MAX;
}

/* Query and headers come in both events; what an authorizer knows of the connection does not come in $connect's. */
static void connect_follows_with_the_same_ids(void **state) {
  struct model *model = model_guarded(NULL, 0);
  struct model_step step = { 0 };
  struct model_moment at = model_at(MESSAGE_MS);
  (void)state;
  ask(model, &with_auth, &step);
  assert_true(has(&step, "\"queryStringParameters\":{\"a\":\"2\"}") && has(&step, "\"Auth\":\"secret\""));
  model_answered(model, &step.call, MODEL_RESULT, ALLOW, &step);
  assert_int_equal(step.action, MODEL_INVOKE);
  assert_int_equal(step.call.kind, MODEL_CONNECT);
  assert_int_equal(step.call.route->function, 0);
  assert_string_equal(step.call.request_id, REQUEST_ID);
  expect_json("connect", buf_str(&step.bytes));
  assert_true(has(&step, "{\"headers\":{\"Host\":\"" DOMAIN "\",\"Auth\":\"secret\",\"User-Agent\":\"t/1\",\"X-Amzn"));
  assert_true(has(&step, "\"multiValueQueryStringParameters\":{\"a\":[\"1\",\"2\"]},\"requestContext\":{\"routeKey\":"
                         "\"$connect\",\"authorizer\":{\"principalId\":\"ann\",\"level\":\"3\"}," REQUEST_CONTEXT));
  assert_true(!has(&step, "upgrade") && !has(&step, "methodArn") && !has(&step, "stageVariables"));
  model_answered(model, &step.call, MODEL_RESULT, STR("{\"statusCode\":200}"), &step);
  assert_int_equal(step.action, MODEL_ACCEPT);

  model_say(model, STR("x"), &step);
  assert_int_equal(step.call.kind, MODEL_MESSAGE); /* nobody is asked again */
  assert_true(has(&step, "\"messageId\":\"" MESSAGE_ID "\"," AUTHORIZER_OF_EVENTS "\"MESSAGE\""));
  model_closed(model, STR(CONNECTION_ID), 1005, STR(""), &at, &step);
  assert_true(has(&step, "\"disconnectStatusCode\":1005," AUTHORIZER_OF_EVENTS "\"DISCONNECT\""));
  model_step_free(&step);
  model_delete(model);
}

#define REPORT(message) STR("{\"errorMessage\":\"" message "\",\"errorType\":\"Function.Error\"}")

/* What an authorizer answers, and what the client sees. */
static const struct {
  const char *name;
  enum model_outcome outcome;
  struct str payload;
  int status;
  const char *error_type, *body, *note;
} refusals[] = {
  { "a policy that denies", MODEL_RESULT, DENY, 403, "ForbiddenException", "Forbidden", "the policy denies" },
  { "a policy for another stage", MODEL_RESULT, OTHERS, 403, "ForbiddenException", "Forbidden", "no statement" },
  { "Unauthorized", MODEL_FAILED, REPORT("Unauthorized"), 401, "UnauthorizedException", "Unauthorized", "" },
  { "other letters", MODEL_FAILED, REPORT("unauthorized"), 500, "AuthorizerConfigurationException",
    "Internal server error", "" },
  { "more words", MODEL_FAILED, REPORT("Unauthorized."), 500, "AuthorizerConfigurationException",
    "Internal server error", "" },
  { "a report that is none", MODEL_FAILED, STR("Unauthorized"), 500, "AuthorizerConfigurationException",
    "Internal server error", "" },
  { "no report", MODEL_FAILED, STR(""), 500, "AuthorizerConfigurationException", "Internal server error", "" },
  { "throttled", MODEL_THROTTLED, REPORT("Unauthorized"), 500, "AuthorizerConfigurationException",
    "Internal server error", "" },
  { "too long", MODEL_TIMED_OUT, STR(""), 500, "AuthorizerConfigurationException", "Internal server error",
    "longer than the integration timeout" },
  { "a proxy result", MODEL_RESULT, STR("{\"statusCode\":401}"), 500, "AuthorizerConfigurationException",
    "Internal server error", "the result has no principalId: API Gateway refuses with 500" },
  { "nothing", MODEL_RESULT, STR("null"), 500, "AuthorizerConfigurationException", "Internal server error",
    "not an object" },
};

static void expect_refusal(struct model *model, const struct model_step *step, size_t i) {
  char body[256];
  snprintf(body, sizeof body, "{\"message\":\"%s\"}", refusals[i].body);
  if (step->action != MODEL_REFUSE || step->status != refusals[i].status)
    fail_msg("%s: action %d, status %d", refusals[i].name, step->action, step->status);
  assert_string_equal(step->error_type, refusals[i].error_type);
  expect_bytes(refusals[i].name, buf_str(&step->bytes), str_from(body));
  if (!strstr(step->note, refusals[i].note)) fail_msg("%s: %s", refusals[i].name, step->note);
  assert_int_equal(model_connection_count(model), 0);
}

static void who_is_not_let_in_is_forgotten(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(refusals); i++) {
    struct model *model = model_guarded(NULL, 0);
    struct model_step step = { 0 };
    ask(model, &with_auth, &step);
    struct model_call call = step.call;
    model_answered(model, &call, refusals[i].outcome, refusals[i].payload, &step);
    expect_refusal(model, &step, i);
    model_answered(model, &call, MODEL_RESULT, ALLOW, &step); /* too late */
    assert_int_equal(step.action, MODEL_NOTHING);
    model_step_free(&step);
    model_delete(model);
  }
}

#define HEADER "route.request.header."
#define QUERY "route.request.querystring."

/* Identity sources, and whether this request has them: headers Auth and Empty, query token and none. */
static const struct {
  const char *sources[3];
  const char *note; /* NULL: the authorizer is asked */
} identities[] = {
  { { NULL }, NULL },
  { { HEADER "Auth" }, NULL },
  { { HEADER "X-Forwarded-Proto" }, NULL },
  { { HEADER "Auth", QUERY "token", "context.connectionId" }, NULL },
  { { QUERY "token" }, NULL },
  { { "context.identity.sourceIp" }, NULL },
  { { "context.connectedAt" }, NULL },
  { { HEADER "auth" },
    "the request has no " HEADER
    "auth, but a header Auth: API Gateway refuses with 401, without asking the authorizer" },
  { { HEADER "Other" },
    "the request has no " HEADER "Other: API Gateway refuses with 401, without asking the authorizer" },
  { { HEADER "Empty" }, "the request has no " HEADER "Empty:" },
  { { HEADER "Auth", QUERY "Token" }, "the request has no " QUERY "Token:" },
  { { QUERY "none" }, "the request has no " QUERY "none:" },
  { { QUERY "Auth" }, "the request has no " QUERY "Auth:" },
  { { "stageVariables.a" }, "the request has no stageVariables.a:" },
  { { "context.identity.userAgent" }, "the request has no context.identity.userAgent:" },
  { { "context.identity" }, "the request has no context.identity:" },
  { { "context.identity.sourceIp.x" }, "the request has no context.identity.sourceIp.x:" },
};

static void identity_sources_are_looked_at_first(void **state) {
  static const struct field headers[] = { { STR("Auth"), STR("secret") }, { STR("Empty"), STR("") } };
  const struct model_request request = { STR("/dev"), STR("token=t%20&none="), { headers, 2 }, STR("192.0.2.1") };
  (void)state;
  for (size_t i = 0; i < COUNT(identities); i++) {
    struct str sources[3];
    size_t count = 0;
    while (count < 3 && identities[i].sources[count]) {
      sources[count] = str_from(identities[i].sources[count]);
      count++;
    }
    struct model *model = model_guarded(sources, count);
    struct model_step step = { 0 };
    ask(model, &request, &step);
    if ((step.action == MODEL_INVOKE) != !identities[i].note) fail_msg("%zu: %s", i, step.note);
    if (identities[i].note) {
      assert_int_equal(step.status, 401);
      expect_bytes("401", buf_str(&step.bytes), STR("{\"message\":\"Unauthorized\"}"));
      if (!strstr(step.note, identities[i].note)) fail_msg("%s", step.note);
    }
    assert_int_equal(model_connection_count(model), !identities[i].note);
    model_step_free(&step);
    model_delete(model);
  }
}

static void a_client_that_leaves_meanwhile_is_forgotten(void **state) {
  struct model *model = model_guarded(NULL, 0);
  struct model_step step = { 0 };
  struct model_moment at = model_at(MESSAGE_MS);
  (void)state;
  ask(model, &with_auth, &step);
  struct model_call call = step.call;
  const struct model_manage post = { STR("POST"), STR("/dev/@connections/" CONNECTION_ID), STR("too early") };
  struct model_manage_answer answer;
  model_manage(model, &post, &answer);
  assert_int_equal(answer.status, 410);
  model_manage_answer_free(&answer);
  model_closed(model, STR(CONNECTION_ID), 1006, STR(""), &at, &step);
  assert_int_equal(step.action, MODEL_NOTHING);
  model_answered(model, &call, MODEL_RESULT, ALLOW, &step);
  assert_int_equal(step.action, MODEL_NOTHING);
  assert_int_equal(model_connection_count(model), 0);
  model_step_free(&step);
  model_delete(model);
}

static void an_authorizer_of_somebody_else_refuses_everybody(void **state) {
  static const struct model_route routes[] = { { STR("$connect"), 0, false } };
  static const struct model_authorizer authorizer = { .is_missing = true };
  const struct model_api api = { .stage = STR("dev"),
                                 .route_selection_expression = STR("a"),
                                 .routes = routes,
                                 .route_count = 1,
                                 .authorizer = &authorizer };
  char err[ERR_LEN];
  struct model *model = model_new(&api, err);
  struct model_step step = { 0 };
  (void)state;
  ask(model, &with_auth, &step);
  assert_int_equal(step.action, MODEL_REFUSE);
  assert_int_equal(step.status, 500);
  assert_non_null(strstr(step.note, "no function of this service"));
  assert_int_equal(model_connection_count(model), 0);
  model_step_free(&step);
  model_delete(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_event_byte_for_byte),
    cmocka_unit_test(connect_follows_with_the_same_ids),
    cmocka_unit_test(who_is_not_let_in_is_forgotten),
    cmocka_unit_test(identity_sources_are_looked_at_first),
    cmocka_unit_test(a_client_that_leaves_meanwhile_is_forgotten),
    cmocka_unit_test(an_authorizer_of_somebody_else_refuses_everybody),
  };
  return cmocka_run_group_tests_name("model_authorize", tests, NULL, NULL);
}
