/* project: the authorizer of $connect, in all the ways in which people write it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "project_fixture.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

/* A service whose function `door` has $connect with this authorizer, in line 8; `auth` stands behind it. */
#define GUARDED(authorizer)                                                                                            \
  SERVICE "functions:\n  door:\n    handler: door.main\n    events:\n      - websocket:\n          route: $connect\n"  \
          "          authorizer: " authorizer "\n  auth:\n    handler: auth.main\n"

#define ARN(name) "arn:aws:lambda:us-east-1:123456789012:function:" name

static const struct {
  const char *yaml, *want; /* want: function (or -), then the sources */
} read[] = {
  { GUARDED("auth"), "auth route.request.header.Auth" },
  { GUARDED("{ name: auth }"), "auth route.request.header.Auth" },
  { GUARDED("{ name: auth, identitySource: [] }"), "auth" },
  { GUARDED("{ name: auth, identitySource: [ route.request.querystring.token, context.identity.sourceIp ] }"),
    "auth route.request.querystring.token context.identity.sourceIp" },
  { GUARDED("{ name: auth, identitySource: route.request.header.X_a-b.c }"), "auth route.request.header.X_a-b.c" },
  { GUARDED(ARN("auth")), "auth route.request.header.Auth" },
  { GUARDED(ARN("chat-dev-auth")), "auth route.request.header.Auth" },
  { GUARDED(ARN("auth:live")), "auth route.request.header.Auth" },
  { GUARDED("xx:auth"), "auth route.request.header.Auth" },
  { GUARDED("{ arn: \"" ARN("auth") "\", name: anything }"), "auth route.request.header.Auth" },
  { GUARDED("{ arn: { Fn::GetAtt: [ A, Arn ] }, name: auth, identitySource: [] }"), "auth" },
  { GUARDED(ARN("other")), "- route.request.header.Auth" },
  { GUARDED("door"), "door route.request.header.Auth" },
};

static void every_form(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof read / sizeof *read; i++) {
    struct project p;
    struct buf got;
    buf_init(&got, 10000);
    project_must(&p, str_from(read[i].yaml));
    assert_int_equal(p.route_count, 1);
    const struct project_authorizer *a = p.routes[0].authorizer;
    assert_non_null(a);
    buf_add(&got, a->function ? a->function->name : STR("-"));
    for (size_t s = 0; s < a->source_count; s++) buf_addf(&got, " %.*s", STR_ARG(a->sources[s]));
    assert_string_equal(buf_text(&got), read[i].want);
    buf_free(&got);
    project_free(&p);
  }
}

static void without_one(void **state) {
  struct project p;
  (void)state;
  project_must(&p, STR(SERVICE ECHO_FUNCTION));
  assert_null(p.routes[0].authorizer);
  project_free(&p);
}

#define AT "functions.door.events[0].websocket."
#define FORMS "route.request.header.NAME, route.request.querystring.NAME, stageVariables.NAME or context.NAME, found "

static void what_is_wrong(void **state) {
  static const struct refused_case cases[] = {
    { GUARDED("guard"), "serverless.yml:8: " AT "authorizer names guard, which is no function of this service" },
    { GUARDED("{ name: guard }"),
      "serverless.yml:8: " AT "authorizer names guard, which is no function of this service" },
    { GUARDED("5"), "serverless.yml:8: " AT "authorizer must be the name of a function, an ARN, or a mapping with name "
                    "or arn, found the number 5" },
    { GUARDED("{ identitySource: [] }"),
      "serverless.yml:8: " AT "authorizer.name is missing; expected the name of a function, or an ARN" },
    { GUARDED("{ arn: { Ref: A } }"),
      "serverless.yml:8: " AT "authorizer.arn must be the name of a function, or an ARN, found a mapping" },
    { GUARDED("{ name: auth, identitySource: [ $request.header.Auth ] }"),
      "serverless.yml:8: " AT "authorizer.identitySource must hold " FORMS "the string \"$request.header.Auth\"" },
    { GUARDED("{ name: auth, identitySource: [ route.request.header. ] }"),
      "serverless.yml:8: " AT "authorizer.identitySource must hold " FORMS "the string \"route.request.header.\"" },
    { GUARDED("{ name: auth, identitySource: [ \"context.a b\" ] }"),
      "serverless.yml:8: " AT "authorizer.identitySource must hold " FORMS "the string \"context.a b\"" },
    { GUARDED("{ name: auth, identitySource: [ 1 ] }"),
      "serverless.yml:8: " AT "authorizer.identitySource must hold " FORMS "the number 1" },
    { GUARDED("{ name: auth, identitySource: { a: b } }"),
      "serverless.yml:8: " AT "authorizer.identitySource must be a list of at most 50 texts such as "
      "route.request.header.Auth, found a mapping" },
  };
  (void)state;
  refused_all(EACH(cases));
}

static void what_is_worth_saying(void **state) {
  static const struct warned_case cases[] = {
    { GUARDED("auth"), "" },
    { GUARDED(ARN("other")),
      "8 " AT "authorizer " ARN("other") " is no function of this service: it cannot be asked here, "
                                         "and every client is refused with 500\n" },
    { GUARDED("{ name: auth, type: request, identitySource: [ stageVariables.a ] }"),
      "8 " AT "authorizer.type is no key of a WebSocket authorizer; there are name, arn and identitySource\n"
      "8 stageVariables.a: there are no stage variables here, so that everybody is refused with 401\n" },
  };
  (void)state;
  warned_all(EACH(cases));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_form),
    cmocka_unit_test(without_one),
    cmocka_unit_test(what_is_wrong),
    cmocka_unit_test(what_is_worth_saying),
  };
  return cmocka_run_group_tests_name("project_authorizer", tests, NULL, NULL);
}
