#include "model_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "json.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static const struct model_route all[] = {
  { STR("$connect"), 0, false }, { STR("$disconnect"), 1, false }, { STR("chat"), 2, false },
  { STR("ask"), 3, true },       { STR("$default"), 4, false },
};

static struct model *model_from(unsigned routes, const struct model_authorizer *authorizer) {
  static struct model_route chosen[COUNT(all)]; /* of the newest model; one lives at a time */
  struct model_api api = { .api_id = STR("abcd123456"),
                           .region = STR("us-east-1"),
                           .account_id = STR("123456789012"),
                           .stage = STR("dev"),
                           .domain_name = STR(DOMAIN),
                           .route_selection_expression = STR("$request.body.action"),
                           .routes = chosen,
                           .authorizer = authorizer };
  char err[ERR_LEN] = "";
  for (size_t i = 0; i < COUNT(all); i++)
    if (routes & 1u << i) chosen[api.route_count++] = all[i];
  struct model *model = model_new(&api, err);
  if (!model) fail_msg("%s", err);
  return model;
}

struct model *model_with(unsigned routes) {
  return model_from(routes, NULL);
}

struct model *model_guarded(const struct str *sources, size_t count) {
  static struct model_authorizer authorizer; /* of the newest model */
  authorizer = (struct model_authorizer){ { STR("authorizer"), AUTHORIZER, false }, false, sources, count };
  return model_from(ROUTES_ALL, &authorizer);
}

struct model_moment model_at(int64_t now_ms) {
  return (struct model_moment){ .now_ms = now_ms,
                                .connection_id = CONNECTION_ID,
                                .message_id = MESSAGE_ID,
                                .request_id = REQUEST_ID,
                                .trace_id = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700" };
}

void model_ask(struct model *model, struct model_step *step) {
  struct model_request request = { .path = STR("/dev"), .source_ip = STR("192.0.2.1") };
  struct model_moment at = model_at(CONNECTED_MS);
  model_connect(model, &request, &at, step);
}

void model_open(struct model *model) {
  struct model_step step = { 0 };
  model_ask(model, &step);
  if (step.action == MODEL_INVOKE) model_answered(model, &step.call, MODEL_RESULT, STR("{\"statusCode\":200}"), &step);
  assert_int_equal(step.action, MODEL_ACCEPT);
  model_step_free(&step);
}

void model_say(struct model *model, struct str text, struct model_step *step) {
  struct model_moment at = model_at(MESSAGE_MS);
  model_message(model, STR(CONNECTION_ID), text, &at, step);
}

void expect_bytes(const char *what, struct str got, struct str want) {
  if (!str_equal(got, want)) fail_msg("%s:\n got %.*s\nwant %.*s", what, STR_ARG(got), STR_ARG(want));
}

void expect_json(const char *what, struct str text) {
  struct arena memory = { 0 };
  const struct json *root;
  char err[ERR_LEN] = "";
  if (!json_parse(&memory, text, &root, err)) fail_msg("%s: %s in %.*s", what, err, STR_ARG(text));
  arena_free(&memory);
}
