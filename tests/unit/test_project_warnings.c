/* project: what its user is told about a file that is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include "project_fixture.h"

#include <cmocka.h> /* last: its fail() is a macro */

#define FUNCTION SERVICE "functions:\n  echo:\n    handler: a\n"

static void settings_that_count_for_nothing_are_named(void **state) {
  (void)state;
  static const struct warned_case cases[] = {
    { SERVICE ECHO_FUNCTION, "" },
    { SERVICE "functions: {}\n", "0 no function has a websocket or httpApi event: no route can be called\n" },
    { FUNCTION, "0 no function has a websocket or httpApi event: no route can be called\n" },
    { SERVICE ECHO_FUNCTION "provider:\n  websocketApiRouteSelectionExpression: $request.body.type\n",
      "7 provider.websocketApiRouteSelectionExpression is an old spelling without effect on AWS, accepted here; the "
      "right one is websocketsApiRouteSelectionExpression\n" },
    { SERVICE ECHO_FUNCTION "provider:\n  websocketApiRouteSelectionExpression: $request.body.type\n"
                            "  websocketsApiRouteSelectionExpression: $request.body.kind\n",
      "7 provider.websocketApiRouteSelectionExpression is an old spelling without effect on AWS; the right one is "
      "websocketsApiRouteSelectionExpression\n" },
    { SERVICE ECHO_FUNCTION
      "provider:\n  websocketsApiName: a\n  websocketsApiRouteSelection: b\n  websocketApiName: c\n"
      "  websocketsDescription: d\n  websocket: { useProviderTags: true }\n  websocketsApi\xC3\xBC: e\n",
      "8 provider.websocketsApiRouteSelection is no key of Serverless; there are websocketsApiRouteSelectionExpression "
      "and websocketsApiName\n"
      "9 provider.websocketApiName is no key of Serverless; there are websocketsApiRouteSelectionExpression and "
      "websocketsApiName\n"
      "12 provider.websocketsApi\xC3\xBC is no key of Serverless; there are websocketsApiRouteSelectionExpression and "
      "websocketsApiName\n" },
    { SERVICE ECHO_FUNCTION "provider:\n  runtime: nodejs20.x\n",
      "7 provider.runtime is nodejs20.x; bootstrap runs the handlers anyway, on AWS it takes provided.al2023\n" },
    { SERVICE ECHO_FUNCTION "    runtime: python3.12\n",
      "6 functions.echo.runtime is python3.12; bootstrap runs the handlers anyway, on AWS it takes provided.al2023\n" },
    { SERVICE ECHO_FUNCTION "    runtime: provided.al2023\nprovider:\n  runtime: provided.al2023\n", "" },
    { SERVICE ECHO_FUNCTION "    runtime: provided.al2\n", "6 functions.echo.runtime is provided.al2; bootstrap runs "
                                                           "the handlers anyway, on AWS it takes provided.al2023\n" },
  };
  warned_all(EACH(cases));
}

static void variables_that_are_not_known_are_named(void **state) {
  (void)state;
  static const struct warned_case cases[] = {
    { SERVICE ECHO_FUNCTION "provider:\n  stage: ${opt:stage}\n  region: ${env:R}\n  timeout: ${self:custom.t}\n"
                            "  memorySize: \"${self:custom.m}\"\n  runtime: ${self:custom.r}\n",
      "7 provider.stage is dev: ${opt:stage} is not known here: moonwire dev was not told --opt stage=...\n"
      "8 provider.region is us-east-1: ${env:R} is not known here: the environment has no R\n"
      "9 provider.timeout is 6: ${self:custom.t} is not known here: nothing stands at custom.t\n"
      "10 provider.memorySize is 1024: ${self:custom.m} is not known here: nothing stands at custom.m\n" },
    { SERVICE ECHO_FUNCTION "    timeout: ${self:custom.t}\nprovider: { timeout: 20 }\n",
      "6 functions.echo.timeout is 20: ${self:custom.t} is not known here: nothing stands at custom.t\n" },
    { SERVICE ECHO_FUNCTION "provider:\n  websocketsApiRouteSelectionExpression: $request.body.${self:custom.field}\n",
      "7 provider.websocketsApiRouteSelectionExpression is $request.body.action: $request.body.${self:custom.field} is "
      "not "
      "known here: nothing stands at custom.field\n" },
    { SERVICE ECHO_FUNCTION "provider: ${file(provider.yml)}\n",
      "6 provider is left out: ${file(provider.yml)} is not known here: there is no file \"provider.yml\", or nothing "
      "in "
      "it\n" },
    { SERVICE ECHO_FUNCTION "    environment: ${file(e.yml)}\nprovider:\n  environment: ${file(e.yml)}\n",
      "8 provider.environment is left out: ${file(e.yml)} is not known here: there is no file \"e.yml\", or nothing in "
      "it\n"
      "6 functions.echo.environment is left out: ${file(e.yml)} is not known here: there is no file \"e.yml\", or "
      "nothing "
      "in it\n" },
    { SERVICE "functions:\n  - ${file(more.yml)}\n  - echo: { handler: a, events: [ websocket: x ] }\n",
      "3 functions are left out: ${file(more.yml)} is not known here: there is no file \"more.yml\", or nothing in "
      "it\n" },
    { FUNCTION "    events: ${file(events.yml)}\n",
      "5 functions.echo.events are left out: ${file(events.yml)} is not "
      "known here: there is no file \"events.yml\", or "
      "nothing in it\n"
      "0 no function has a websocket or httpApi event: no route can be called\n" },
    { FUNCTION "    events:\n      - ${file(event.yml)}\n      - websocket: a\n",
      "6 functions.echo.events[0] is left out: ${file(event.yml)} is not known here: there is no file \"event.yml\", "
      "or "
      "nothing in it\n" },
  };
  warned_all(EACH(cases));
}

static void environment_that_is_left_out_is_named(void **state) {
  (void)state;
  static const struct warned_case cases[] = {
    { SERVICE ECHO_FUNCTION
      "    environment:\n      A: { 'Fn::ImportValue': x }\n      B: !Select [ 0, [ a ] ]\n      C: [ 1 ]\n      D:\n"
      "      E: a${env:E}\n      F: \"a\\0\"\n      '': g\n      'H=1': h\n      [ i ]: i\n      OK: yes\n",
      "7 functions.echo.environment.A is left out: ImportValue is known on AWS only\n"
      "8 functions.echo.environment.B is left out: Select is known on AWS only\n"
      "9 functions.echo.environment.C is left out: its value must be a text, not a list or a mapping\n"
      "10 functions.echo.environment.D is left out: it has no value\n"
      "11 functions.echo.environment.E is left out: a${env:E} is not known here: the environment has no E\n"
      "12 functions.echo.environment.F is left out: its value has a NUL\n"
      "13 functions.echo.environment. is left out: this cannot be the name of a variable\n"
      "14 functions.echo.environment.H=1 is left out: this cannot be the name of a variable\n" },
    /* Once, however many functions inherit it. */
    { SERVICE "provider:\n  environment:\n    TABLE: !ImportValue Table\nfunctions:\n  a: { handler: a, events: [ "
              "websocket: a ] }\n"
              "  b: { handler: b, environment: { X: 1 } }\n",
      "4 provider.environment.TABLE is left out: ImportValue is known on AWS only\n" },
  };
  warned_all(EACH(cases));
}

static void settings_that_the_framework_does_not_know_are_named(void **state) {
  (void)state;
  static const struct warned_case cases[] = {
    { SERVICE ECHO_FUNCTION "provder: aws\nstepFunctions: {}\nprovider:\n  layer: x\n  offline: y\n  vpc: z\n",
      "9 provider.layer is ignored here; did you mean layers?\n"
      "10 provider.offline is ignored here: the Framework itself has no such setting\n"
      "6 provder is ignored here; did you mean provider?\n"
      "7 stepFunctions is ignored here: the Framework itself has no such setting\n" },
    /* Known, and without effect here. */
    { SERVICE ECHO_FUNCTION
      "org: o\napp: a\nframeworkVersion: '3'\nuseDotenv: true\nplugins: []\npackage: {}\ncustom: {}\nparams: "
      "{}\nlayers: {}\n"
      "resources: {}\nprovider: { name: aws, websocketsApiName: n, websocketsDescription: d, stage: dev, region: "
      "us-east-1, "
      "layers: [], logs: { websocket: true }, tracing: { lambda: true }, iam: {}, architecture: arm64, tags: {} }\n",
      "" },
  };
  warned_all(EACH(cases));
}

static void events_that_differ_here_are_named(void **state) {
  (void)state;
  static const struct warned_case cases[] = {
    { FUNCTION "    timeuot: 2\n    tags: { a: b }\n    events: [ websocket: a ]\n",
      "5 functions.echo.timeuot is no setting of functions that the Framework knows; did you mean timeout?\n" },
    { FUNCTION "    warmup: true\n    events: [ websocket: a ]\n",
      "5 functions.echo.warmup is no setting of functions that the Framework knows; it is ignored here\n" },
    { SERVICE "provider: { name: aws, enviroment: { A: b }, tags: { a: b }, iam: x }\n" ECHO_FUNCTION,
      "2 provider.enviroment is ignored here; did you mean environment?\n" },
    { FUNCTION "    events:\n      - websocket: $disconect\n      - websocket: { route: $default }\n",
      "6 the route $disconect is served like any other here, but API Gateway keeps names with $ for $connect, "
      "$disconnect and $default\n" },
    { FUNCTION
      "    events:\n      - websocket:\n          route: $connect\n          authorizer: auth\n"
      "      - websocket:\n          route: $connect\n          authorizer: { name: echo, identitySource: [] }\n"
      "      - websocket:\n          route: a\n          authorizer: auth\n",
      "9 echo claims the route $connect twice; the last one counts\n"
      "14 functions.echo.events[2].websocket.authorizer counts for nothing: API Gateway has them for $connect only\n" },
    { FUNCTION
      "    events:\n      - websocket:\n          route: a\n          routeResponseSelectionExpression: $request\n"
      "          routeKey: b\n",
      "8 functions.echo.events[0].websocket.routeResponseSelectionExpression is ignored: it can only be $default, "
      "found the string \"$request\"\n"
      "9 functions.echo.events[0].websocket.routeKey is no key of a websocket event; there are route, "
      "routeResponseSelectionExpression and authorizer\n" },
    { FUNCTION
      "    events:\n      - websocket: $connect\n        authorizer: auth\n      - websocket:\n        route: b\n"
      "      - websocket:\n          route: c\n        routeResponseSelectionExpression: $default\n",
      "7 functions.echo.events[0].authorizer counts for nothing: it stands beside `websocket:`; indent it deeper to "
      "put it below\n"
      "9 functions.echo.events[1].route counts for nothing: it stands beside `websocket:`; indent it deeper to put it "
      "below\n"
      "12 functions.echo.events[2].routeResponseSelectionExpression counts for nothing: it stands beside `websocket:`; "
      "indent it deeper to put it below\n" },
    { FUNCTION
      "    events:\n      - websocket: a\n      - http: GET /\n      - sqs: { arn: a }\n      - http: { path: b }\n"
      "      - alexaSkill\n      - \"\\e[2J\"\n",
      "7 events of the kind http are not served here, only websocket and httpApi events\n"
      "8 sqs events come from nowhere by themselves here; `moonwire invoke echo --event sqs` makes one\n"
      "10 events of the kind alexaSkill are not served here, only websocket and httpApi events\n"
      "11 events of the kind ?[2J are not served here, only websocket and httpApi events\n" },
    { FUNCTION "    events:\n      - websocket: a\n      - websockets: $default\n      - shedule: rate(1 minute)\n"
               "      - httpapi: { path: b }\n      - webscoket\n      - websockets: b\n      - mqtt: c\n",
      "7 functions.echo.events[1].websockets is no kind of event that the Framework knows; did you mean websocket?\n"
      "8 functions.echo.events[2].shedule is no kind of event that the Framework knows; did you mean schedule?\n"
      "9 functions.echo.events[3].httpapi is no kind of event that the Framework knows; did you mean httpApi?\n"
      "10 functions.echo.events[4].webscoket is no kind of event that the Framework knows; did you mean websocket?\n"
      "11 functions.echo.events[5].websockets is no kind of event that the Framework knows; did you mean websocket?\n"
      "12 events of the kind mqtt are not served here, only websocket and httpApi events\n" },
    { SERVICE
      "functions:\n  a: { handler: a, events: [ websocket: x ] }\n  b: { handler: b, events: [ websocket: x ] }\n"
      "  c:\n    handler: c\n    events:\n      - websocket: x\n      - websocket: x\n",
      "4 b claims the route x, which a has too; the last one in the file gets it\n"
      "8 c claims the route x, which b has too; the last one in the file gets it\n"
      "9 c claims the route x twice; the last one counts\n" },
  };
  warned_all(EACH(cases));
}

static void many_warnings_end(void **state) {
  (void)state;
  struct project p;
  struct buf text;
  buf_init(&text, 1000000);
  buf_add(&text, STR(SERVICE ECHO_FUNCTION "    environment:\n"));
  for (int i = 0; i < 120; i++) buf_addf(&text, "      A%d:\n", i);
  project_must(&p, buf_str(&text));
  assert_int_equal(p.warning_count, 100);
  assert_int_equal(p.warnings[98].line, 105);
  assert_int_equal(p.warnings[99].line, 0);
  assert_string_equal(p.warnings[99].text.ptr, "there are more warnings, which are left out");
  project_free(&p);
  buf_free(&text);
}

static void more_than_lambda_accepts_is_named(void **state) {
  (void)state;
  struct project p;
  struct buf text;
  for (int length = 4095; length <= 4096; length++) {
    buf_init(&text, 1000000);
    buf_add(&text, STR(SERVICE ECHO_FUNCTION "    environment:\n      A: "));
    for (int i = 0; i < length; i++) buf_add_char(&text, 'x');
    project_must(&p, buf_str(&text));
    assert_int_equal(p.warning_count, length == 4096);
    if (length == 4096)
      assert_string_equal(p.warnings[0].text.ptr,
                          "functions.echo.environment has 4097 bytes with what it inherits; Lambda accepts 4096");
    project_free(&p);
    buf_free(&text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(settings_that_count_for_nothing_are_named),
    cmocka_unit_test(variables_that_are_not_known_are_named),
    cmocka_unit_test(environment_that_is_left_out_is_named),
    cmocka_unit_test(settings_that_the_framework_does_not_know_are_named),
    cmocka_unit_test(events_that_differ_here_are_named),
    cmocka_unit_test(many_warnings_end),
    cmocka_unit_test(more_than_lambda_accepts_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
