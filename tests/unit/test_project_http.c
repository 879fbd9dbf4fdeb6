/* project: httpApi events, and provider.httpApi. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include "project_fixture.h"

#include <cmocka.h> /* last: its fail() is a macro */

#define SERVED "chat dev us-east-1 $request.body.action\nf a a 6 1024\n"
#define EVENTS SERVICE "functions:\n  a:\n    handler: a\n    events:\n" /* the first event is in line 6 */
#define ONE(event) EVENTS "      - " event "\n"
#define HEADERS "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token,X-Amz-User-Agent,X-Amzn-Trace-Id"

static void routes_are_read(void **state) {
  (void)state;
  static const struct {
    const char *yaml, *want;
  } cases[] = {
    { ONE("httpApi: '*'"), SERVED "h $default a\n" },
    { ONE("httpApi: $default"), SERVED "h $default a\n" },
    { ONE("httpApi: 'GET /users/{id}'"), SERVED "h GET /users/{id} a\n" },
    { ONE("httpApi: get /"), SERVED "h GET / a\n" },
    { ONE("httpApi: '* /a'"), SERVED "h ANY /a a\n" },
    { ONE("httpApi: any /a/"), SERVED "h ANY /a/ a\n" },
    { ONE("httpApi: { method: patch, path: '/x/{proxy+}' }"), SERVED "h PATCH /x/{proxy+} a\n" },
    { ONE("httpApi: { method: '*', path: '/{a}/b/{c.d-e_1}' }"), SERVED "h ANY /{a}/b/{c.d-e_1} a\n" },
    { ONE("httpApi: { path: '*' }"), SERVED "h $default a\n" },
    { ONE("httpApi: { method: '*', path: '*' }"), SERVED "h $default a\n" },
    { ONE("httpApi: { method: GET, path: /a, authorizer: null }"), SERVED "h GET /a a\n" },
    { ONE("websocket: $default\n      - httpApi: GET /a\n      - httpApi: POST /a\n      - httpApi: GET /b"),
      SERVED "r $default a\nh GET /a a\nh POST /a a\nh GET /b a\n" },
    /* What cannot be emulated is not open to everybody. */
    { ONE("httpApi: { method: GET, path: /a, authorizer: door }"), SERVED "h GET /a a refused\n" },
    { ONE("httpApi: { method: GET, path: /a, authorizer: { type: aws_iam } }"), SERVED "h GET /a a refused\n" },
    { ONE("httpApi: GET /a") "    httpApi: { payload: '1.0' }\n", SERVED "h GET /a a refused\n" },
    { ONE("httpApi: GET /a") "provider: { httpApi: { payload: 1.0 } }\n", SERVED "h GET /a a refused\n" },
    { ONE("httpApi: GET /a") "    httpApi: { payload: '2.0' }\nprovider: { httpApi: { payload: '1.0' } }\n",
      SERVED "h GET /a a\n" },
    /* CORS */
    { ONE("httpApi: GET /a") "provider: { httpApi: { cors: true } }\n",
      SERVED "h GET /a a\ncors * OPTIONS,GET " HEADERS " [] -1\n" },
    { ONE("httpApi: '*'") "provider: { httpApi: { cors: true } }\n",
      SERVED "h $default a\ncors * OPTIONS,GET,POST,PUT,PATCH,HEAD,DELETE " HEADERS " [] -1\n" },
    { ONE("httpApi: GET /a") "provider: { httpApi: { cors: false } }\n", SERVED "h GET /a a\n" },
    { ONE("httpApi: GET /a") "provider: { httpApi: { cors: } }\n", SERVED "h GET /a a\n" },
    { ONE("httpApi: GET /a") "provider:\n  httpApi:\n    cors:\n      allowedOrigins: [ https://a, http://b ]\n"
                             "      allowedHeaders: X-A\n      allowedMethods: [ GET, PUT ]\n"
                             "      allowCredentials: true\n      exposedResponseHeaders: [ Date ]\n      maxAge: 60\n",
      SERVED "h GET /a a\ncors https://a,http://b GET,PUT X-A [Date] credentials 60\n" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) described_as(cases[i].yaml, cases[i].want);
}

static void broken_events_are_refused(void **state) {
  (void)state;
#define AT "serverless.yml:6: functions.a.events[0].httpApi"
#define NO_PATH(path, why) AT ": the path " path " cannot be one: " why
#define WHOLE "a variable is a whole segment, such as {id}, of letters, digits, - . and _"
  static const struct refused_case cases[] = {
    { ONE("httpApi: 'GET /a'\n      - httpApi: { method: get, path: /a }"),
      "serverless.yml:7: functions.a.events[1].httpApi: the route GET /a stands here a second time, first in line 6" },
    { ONE("httpApi: '*'\n      - httpApi: $default"), "serverless.yml:7: functions.a.events[1].httpApi: the route "
                                                      "$default stands here a second time, first in line 6" },
    { ONE("httpApi: /a"), AT " must be a method and a path such as `GET /users/{id}`, or *, found \"/a\"" },
    { ONE("httpApi: FETCH /a"),
      AT ": the method must be GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, or * for any, found \"FETCH\"" },
    { ONE("httpApi: GET a"), NO_PATH("a", "it must begin with / and have no spaces") },
    { ONE("httpApi: GET /a b"), NO_PATH("/a b", "it must begin with / and have no spaces") },
    { ONE("httpApi: 'GET  /a'"), NO_PATH(" /a", "it must begin with / and have no spaces") },
    { ONE("httpApi: 'GET /{a'"), NO_PATH("/{a", WHOLE) },
    { ONE("httpApi: 'GET /a}'"), NO_PATH("/a}", WHOLE) },
    { ONE("httpApi: 'GET /a{b}'"), NO_PATH("/a{b}", WHOLE) },
    { ONE("httpApi: 'GET /{}'"), NO_PATH("/{}", WHOLE) },
    { ONE("httpApi: 'GET /{+}'"), NO_PATH("/{+}", WHOLE) },
    { ONE("httpApi: 'GET /{a$}'"), NO_PATH("/{a$}", WHOLE) },
    { ONE("httpApi: 'GET /{a}{b}'"), NO_PATH("/{a}{b}", WHOLE) },
    { ONE("httpApi: 'GET /{a+}/b'"),
      NO_PATH("/{a+}/b", "a greedy variable such as {proxy+} can only be the last segment") },
    { ONE("httpApi: 'GET /{a+}/'"),
      NO_PATH("/{a+}/", "a greedy variable such as {proxy+} can only be the last segment") },
    { ONE("httpApi: 'GET /{a}/{b}/{a}'"), NO_PATH("/{a}/{b}/{a}", "two variables have the same name") },
    { ONE("httpApi: 'GET /{a}/{a+}'"), NO_PATH("/{a}/{a+}", "two variables have the same name") },
    { ONE("httpApi: { method: GET }"), AT ".path is missing; expected one such as /users/{id}" },
    { ONE("httpApi: { path: /a }"), AT ".method is missing; expected one such as GET, or *" },
    { ONE("httpApi: { method: GET, path: '*' }"), NO_PATH("*", "it must begin with / and have no spaces") },
    { ONE("httpApi: { method: GET, path: 1 }"),
      "serverless.yml:6: functions.a.events[0].httpApi.path must be a path such as /users/{id}, found the number 1" },
    { ONE("httpApi:"),
      "serverless.yml:6: functions.a.events[0].httpApi must be a route such as `GET /users/{id}`, or a "
      "mapping with method and path, found nothing" },
    { ONE("httpApi: [ GET /a ]"), "serverless.yml:6: functions.a.events[0].httpApi must be a route such as `GET "
                                  "/users/{id}`, or a mapping with method and path, found a list" },
    { ONE("httpApi"),
      "serverless.yml:6: functions.a.events[0] must be an event such as `websocket: $default`, found the "
      "string \"httpApi\"" },
  };
  refused_all(EACH(cases));
}

static void a_broken_provider_is_refused(void **state) {
  (void)state;
  static const struct refused_case cases[] = {
    { SERVICE "provider: { httpApi: true }\nfunctions: {}\n",
      "serverless.yml:2: provider.httpApi must be a mapping, found the boolean true" },
    { SERVICE "provider: { httpApi: { payload: 3.0 } }\nfunctions: {}\n",
      "serverless.yml:2: provider.httpApi.payload must be '2.0' or '1.0', found the number 3.0" },
    { SERVICE "provider: { httpApi: { cors: yes please } }\nfunctions: {}\n",
      "serverless.yml:2: provider.httpApi.cors must be true, or a mapping with allowedOrigins ..., found the string "
      "\"yes please\"" },
    { SERVICE "provider: { httpApi: { cors: { allowedOrigins: [ \"a\\r\\nSet-Cookie: b\" ] } } }\nfunctions: {}\n",
      "serverless.yml:2: provider.httpApi.cors.allowedOrigins must be a text without spaces and commas, or a list of "
      "such "
      "texts, found the string \"a??Set-Cookie: b\"" },
    { SERVICE "provider: { httpApi: { cors: { allowedMethods: [] } } }\nfunctions: {}\n",
      "serverless.yml:2: provider.httpApi.cors.allowedMethods must have 1 to 100 elements" },
    { SERVICE "provider: { httpApi: { cors: { maxAge: -1 } } }\nfunctions: {}\n",
      "serverless.yml:2: provider.httpApi.cors.maxAge must be a whole number from 0 to 86400, found the number -1" },
    { SERVICE "provider: { httpApi: { cors: { allowCredentials: 1 } } }\nfunctions: {}\n",
      "serverless.yml:2: provider.httpApi.cors.allowCredentials must be true or false, found the number 1" },
  };
  refused_all(EACH(cases));
}

static void what_is_not_emulated_is_named(void **state) {
  (void)state;
  static const struct warned_case cases[] = {
    { ONE("httpApi: GET /a"), "" },
    { ONE("httpApi: { method: GET, path: /a, authorizer: door }"),
      "6 functions.a.events[0].httpApi: authorizers of HTTP routes are not emulated: requests to GET /a are refused "
      "with "
      "500\n" },
    { ONE("httpApi: GET /a") "provider: { httpApi: { payload: '1.0' } }\n",
      "6 functions.a.events[0].httpApi: the payload format 1.0 is not emulated: requests to GET /a are refused with "
      "500\n" },
    { ONE("httpApi: { method: GET, path: /a, pathh: 1, other: 2 }"),
      "6 functions.a.events[0].httpApi.pathh is no key of an httpApi event; did you mean path?\n"
      "6 functions.a.events[0].httpApi.other is no key of an httpApi event; there are method, path and authorizer\n" },
    { ONE("httpApi: GET /a\n        method: GET\n      - httpApi:\n        path: /b"),
      "7 functions.a.events[0].method counts for nothing: it stands beside `httpApi:`; indent it deeper to put it "
      "below\n"
      "9 functions.a.events[1].path counts for nothing: it stands beside `httpApi:`; indent it deeper to put it "
      "below\n" },
    { ONE("httpApi: GET /a\n      - httpApi: GET /b") "    timeout: 31\n",
      "6 a may take 31 s, but clients of HTTP routes get 503 after 30 s\n" },
    { ONE("httpApi: GET /a") "    httpApi: { payloads: '2.0' }\n"
                             "provider: { httpApi: { corz: true, cors: { allowedOrigin: a }, id: x, metrics: true } "
                             "}\n",
      "8 provider.httpApi.corz is ignored here: the Framework itself has no such setting\n"
      "8 provider.httpApi.cors.allowedOrigin is ignored here; did you mean allowedOrigins?\n"
      "7 functions.a.httpApi.payloads is ignored here; did you mean payload?\n" },
    { ONE("httpApi: GET /a") "provider: { httpApi: { cors: { allowCredentials: true } } }\n",
      "7 provider.httpApi.cors.allowCredentials does not go with the origin *: AWS refuses that, and so do "
      "browsers\n" },
    { ONE("httpApi: GET /a") "provider: { httpApi: '${ssm:/a}' }\n",
      "7 provider.httpApi is left out: ${ssm:/a} is not known here: moonwire.local.yml has no /a below ssm\n" },
  };
  warned_all(EACH(cases));
}

static void many_routes_are_refused(void **state) {
  (void)state;
  struct project p;
  struct buf text;
  char err[ERR_LEN] = "";
  buf_init(&text, 1000000);
  buf_add(&text, STR(EVENTS));
  for (int i = 0; i <= 1000; i++) buf_addf(&text, "      - httpApi: GET /%d\n", i);
  assert_false(project_parse(&p, "serverless.yml", buf_str(&text), &nothing_around, err));
  assert_string_equal(err, "serverless.yml:1006: there are more than 1000 HTTP routes; API Gateway has 300 unless AWS "
                           "raises the quota");
  buf_free(&text);
}

static void the_api_can_be_named(void **state) {
  (void)state;
  static const struct among_files_case cases[] = {
    { EVENTS
      "      - httpApi: GET /a\n    environment:\n      URL: !Sub https://${HttpApi}.execute-api.${AWS::Region}/\n"
      "      WS: !Ref WebsocketsApi\n",
      "chat dev us-east-1 $request.body.action\nf a a 6 1024 URL=https://chatdev2.execute-api.us-east-1/ WS=chatdev1\n"
      "h GET /a a\n",
      { { NULL, NULL } } },
  };
  among_files_all(EACH(cases));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(routes_are_read),
    cmocka_unit_test(broken_events_are_refused),
    cmocka_unit_test(a_broken_provider_is_refused),
    cmocka_unit_test(what_is_not_emulated_is_named),
    cmocka_unit_test(many_routes_are_refused),
    cmocka_unit_test(the_api_can_be_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
