/* project: what the variables of a service stand for. (Their syntax: test_variable_syntax.c.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include "project_fixture.h"

#include <cmocka.h> /* last: its fail() is a macro */

/* A service with one function, whose environment is what a case is about. */
#define HEAD SERVICE "functions: { f: { handler: a, events: [ websocket: x ], environment: "
#define TAIL " } }\n"
#define READ "chat dev us-east-1 $request.body.action\nf f a 6 1024"
#define ROUTE "\nr x f\n"
#define LEFT_OUT "w serverless.yml:2 functions.f.environment."

static void sources_have_values(void **state) {
  (void)state;
  static const struct among_files_case cases[] = {
    { .yaml = HEAD "{ A: '${self:service}', B: '${self:custom.b.0.c}' }" TAIL "custom: { b: [ { c: 5 } ] }\n",
      .want = READ " A=chat B=5" ROUTE },
    { .yaml = HEAD "{ A: '${env:HOST}', B: 'wss://${env:HOST}/${env:STAGE}' }" TAIL,
      .want = READ " A=example.org B=wss://example.org/prod" ROUTE },
    { .yaml = HEAD "{ A: '${opt:color}', B: '${sls:stage}', C: '${sls:instanceId}' }" TAIL,
      .want = READ " A=blue B=dev C=0123" ROUTE },
    { .yaml = HEAD "{ A: '${aws:accountId}', B: '${aws:region}' }" TAIL "provider: { region: eu-west-1 }\n",
      .want = "chat dev eu-west-1 $request.body.action\nf f a 6 1024 A=123456789012 B=eu-west-1" ROUTE },
    { .yaml = HEAD "{ A: '${strToBool(${env:YES, \"1\"})}', B: '${strToBool(False)}' }" TAIL,
      .want = READ " A=true B=false" ROUTE },
    { .yaml = HEAD "{ A: '${self:custom.${sls:stage}.table}' }" TAIL "custom: { dev: { table: chat-dev } }\n",
      .want = READ " A=chat-dev" ROUTE },
    { .yaml = HEAD "'${self:custom.env}'" TAIL "custom: { env: { A: '${env:HOST}', B: 1 } }\n",
      .want = READ " A=example.org B=1" ROUTE },
    { .yaml =
          HEAD "{ A: '${env:NESTED}', B: '\\${env:HOST}', C: '${self:custom.c}' }" TAIL "custom: { c: '\\${x:y}' }\n",
      .want = READ " A=chat B=${env:HOST} C=${x:y}" ROUTE },
    { .yaml = HEAD "{ A: '${AWS::Region}', B: '${AWS::Region}-${self:service}' }" TAIL,
      .want = READ " A=${AWS::Region} B=${AWS::Region}-chat" ROUTE },
  };
  among_files_all(EACH(cases));
}

static void defaults_count_when_there_is_no_value(void **state) {
  (void)state;
  static const struct among_files_case cases[] = {
    { .yaml = HEAD "{ A: \"${env:NO, 'b'}\", B: '${env:NO, opt:no, self:service}', C: '${opt:no, 5}' }" TAIL,
      .want = READ " A=b B=chat C=5" ROUTE },
    { .yaml = HEAD "{ A: '${self:custom.none, \"x\"}', B: '${file(no.yml):a, \"y\"}', C: '${ssm:/no, \"z\"}' }" TAIL,
      .want = READ " A=x B=y C=z" ROUTE },
    { .yaml =
          HEAD "{ A: '${self:custom.null, true}', B: '${env:NO, \"${self:service}\"}' }" TAIL "custom: { null: ~ }\n",
      .want = READ " A=true B=chat" ROUTE },
    { .yaml =
          "service: s-${sls:stage}\nprovider: { stage: '${opt:stage, env:STAGE, \"dev\"}', timeout: '${opt:t, 9}' }\n"
          "functions: { f: { handler: a, events: [ websocket: '${opt:r, \"x\"}' ] } }\n",
      .want = "s-prod prod us-east-1 $request.body.action\nf f a 9 1024" ROUTE },
  };
  among_files_all(EACH(cases));
}

static void parameters_come_from_four_places(void **state) {
  (void)state;
  static const struct fixture_file local = { "moonwire.local.yml", "param: { a: local, b: local, c.d: dots }\n" };
  static const struct among_files_case cases[] = {
    { .yaml = HEAD "{ A: '${param:a}', B: '${param:b}', C: '${param:c}', D: '${param:c.d}', G: '${param:given}' }" TAIL
                   "params: { default: { a: 1, b: 2, c: 3 }, dev: { a: '${sls:stage}', given: no } }\n",
      .want = READ " A=dev B=local C=3 D=dots G=by-hand" ROUTE,
      .files = { local } },
    { .yaml = HEAD "{ A: '${param:a}', B: '${param:b}' }" TAIL
                   "stages: { default: { params: { a: 1, b: 2 } }, dev: { params: { a: 3 } } }\n",
      .want = READ " A=3 B=2" ROUTE },
    { .yaml = HEAD "{ A: '${param:none}' }" TAIL,
      .want = READ ROUTE LEFT_OUT "A is left out: ${param:none} is not known here: there is no such parameter: give it "
                                  "with --param none=..., or write it in moonwire.local.yml\n" },
  };
  among_files_all(EACH(cases));
}

static void files_are_read(void **state) {
  (void)state;
  static const struct among_files_case cases[] = {
    { .yaml = SERVICE "provider: ${file(./provider.yml)}\nfunctions: ${file(functions.yml)}\n",
      .want = "chat test us-east-1 $request.body.action\nf f a 6 1024 T=chat-test\nr x f\n",
      .files = { { "provider.yml", "stage: test\nenvironment:\n  T: ${self:service}-${self:provider.stage}\n" },
                 { "functions.yml", "f: { handler: a, events: [ websocket: x ] }\n" } } },
    { .yaml =
          SERVICE "functions:\n  - ${file(a.yml)}\n  - ${file(b.json):more}\n  - c: ${file(c.yml):${self:service}}\n",
      .want = "chat dev us-east-1 $request.body.action\nf a a 6 1024\nf b b 6 1024\nf c c 6 1024 U=/\nr a a\nr b b\nr "
              "c c\n",
      .files = { { "a.yml", "a: { handler: a, events: [ websocket: a ] }\n" },
                 { "b.json", "{\n\t\"more\": {\n\t\t\"b\": { \"handler\": \"b\", \"events\": [{ \"websocket\": \"b\" "
                             "}] }\n\t}\n}\n" },
                 { "c.yml",
                   "base: &base { handler: c }\nchat: { <<: *base, events: '${file(events.yml)}', environment: { U: "
                   "\"\\/\" } }\n" },
                 { "events.yml", "- websocket: c\n" } } },
    { .yaml = HEAD "{ A: '${file(text.txt)}', B: '${file(../up.yml):a.b}', C: '${file(text.txt)}' }" TAIL,
      .want = READ " A=hello chat B=1 C=hello chat" ROUTE,
      .files = { { "text.txt", "hello ${self:service}" }, { "../up.yml", "a: { b: 1 }\n" } } },
    { .yaml = HEAD "'${file(e.json)}'" TAIL,
      .want = READ " A=\xF0\x9F\x98\x80 B=\\ud83d C=\xEF\xBF\xBD" ROUTE,
      .files = { { "e.json", "{\"A\":\"\\ud83d\\uDE00\",\"B\":\"\\\\ud83d\",\"C\":\"\\udE00\"}" } } },
    /* Warnings name the file that they are about. */
    { .yaml = SERVICE "functions: ${file(functions.yml)}\n",
      .want = "chat dev us-east-1 $request.body.action\nf f a 6 1024\nr x f\n"
              "w functions.yml:3 functions.f.timeuot is no setting of functions that the Framework knows; did you mean "
              "timeout?\n",
      .files = { { "functions.yml", "f:\n  handler: a\n  timeuot: 3\n  events: [ websocket: x ]\n" } } },
    { .yaml = SERVICE "functions: ${file(functions.yml)}\n",
      .want =
          "functions.yml:2: functions.f.handler must be a string such as handlers/echo.default, found the number 5\n",
      .files = { { "functions.yml", "f:\n  handler: 5\n" } } },
    { .yaml = SERVICE "functions: ${file(functions.yml)}\n",
      .want = "functions.yml:1:3: the YAML is broken: did not find expected node content while parsing a flow node\n",
      .files = { { "functions.yml", "[ , ]\n" } } },
    { .yaml = SERVICE "functions: ${file(forbidden.yml)}\n",
      .want = "forbidden.yml: cannot be read: Permission denied\n" },
  };
  among_files_all(EACH(cases));
}

static void values_of_aws_come_from_a_file_of_this_machine(void **state) {
  (void)state;
  static const struct fixture_file local = {
    "moonwire.local.yml",
    "ssm:\n  /chat/table: chat-${sls:stage}\n  /chat/list: [ a, b ]\ncf: { stack-dev.Out: out }\ns3: { bucket/key: obj "
    "}\n"
    "git: { sha1: abc }\n",
  };
  static const struct among_files_case cases[] = {
    { .yaml = HEAD "{ A: '${ssm:/chat/table}', B: '${ssm(eu-west-1, raw):/chat/table}', C: '${ssm:/chat/list}' }" TAIL,
      .want = READ " A=chat-dev B=chat-dev" ROUTE LEFT_OUT
                   "C is left out: its value must be a text, not a list or a mapping\n",
      .files = { local } },
    { .yaml = HEAD "{ A: '${cf:stack-${sls:stage}.Out}', B: '${s3:bucket/key}', C: '${git:sha1}' }" TAIL,
      .want = READ " A=out B=obj C=abc" ROUTE,
      .files = { local } },
    { .yaml = HEAD "{ A: '${ssm:/no}', B: 'x-${cf:a.B}' }" TAIL,
      .want = READ ROUTE LEFT_OUT
      "A is left out: ${ssm:/no} is not known here: moonwire.local.yml has no /no below ssm\n" LEFT_OUT
      "B is left out: x-${cf:a.B} is not known here: moonwire.local.yml has no a.B below cf\n",
      .files = { local } },
    { .yaml = HEAD "{ A: b }" TAIL,
      .want =
          "moonwire.local.yml:1:1: the YAML is broken: did not find expected node content while parsing a block node\n",
      .files = { { "moonwire.local.yml", "]" } } },
    { .yaml = HEAD "{ A: b }" TAIL,
      .want = "moonwire.local.yml:2: expected a mapping of sections such as ssm, found a list\n",
      .files = { { "moonwire.local.yml", "\n- a\n" } } },
    { .yaml = HEAD "{ A: b }" TAIL,
      .want = READ " A=b" ROUTE "w moonwire.local.yml:2 params is no section; did you mean param?\n",
      .files = { { "moonwire.local.yml", "ssm: {}\nparams: {}\n" } } },
  };
  among_files_all(EACH(cases));
}

static void what_is_not_known_is_named_with_its_reason(void **state) {
  (void)state;
  static const struct among_files_case cases[] = {
    { .yaml = HEAD "{ A: '${env:NO}', B: '${self:a.b}', C: '${opt:no}', D: '${sls:no}', E: '${aws:no}' }" TAIL,
      .want = READ ROUTE LEFT_OUT
      "A is left out: ${env:NO} is not known here: the environment has no NO\n" LEFT_OUT
      "B is left out: ${self:a.b} is not known here: nothing stands at a.b\n" LEFT_OUT
      "C is left out: ${opt:no} is not known here: moonwire dev was not told --opt no=...\n" LEFT_OUT
      "D is left out: ${sls:no} is not known here: there are ${sls:stage} and ${sls:instanceId}\n" LEFT_OUT
      "E is left out: ${aws:no} is not known here: there are ${aws:accountId} and ${aws:region}\n" },
    { .yaml = HEAD "{ A: '${file(no.yml)}', B: '${file(c.js):x}', C: '${file(a.yml):x.y}', D: '${file()}' }" TAIL,
      .want = READ ROUTE LEFT_OUT
      "A is left out: ${file(no.yml)} is not known here: there is no file \"no.yml\", or nothing "
      "in it\n" LEFT_OUT
      "B is left out: ${file(c.js):x} is not known here: c.js is a program, which is not run here\n" LEFT_OUT
      "C is left out: ${file(a.yml):x.y} is not known here: a.yml has nothing at x.y\n" LEFT_OUT
      "D is left out: ${file()} is not known here: there is no file \"\", or nothing in it\n",
      .files = { { "a.yml", "x: 1\n" } } },
    { .yaml = HEAD "{ A: '${self:custom.a}', B: 'x${self:custom}', C: '${self:custom.a.b, \"c\"}' }" TAIL
                   "custom: { a: '${env:NO}' }\n",
      .want = READ ROUTE LEFT_OUT
      "A is left out: ${self:custom.a} is not known here: the environment has no NO\n" LEFT_OUT
      "B is left out: x${self:custom} is not known here: a list or a mapping cannot be a part of a text\n" LEFT_OUT
      "C is left out: ${self:custom.a.b, \"c\"} is not known here: the environment has no NO\n" },
    { .yaml = SERVICE "functions:\n  f: { handler: '${env:NO}' }\n",
      .want = "serverless.yml:3: functions.f.handler must be a string such as handlers/echo.default; ${env:NO} is not "
              "known "
              "here: the environment has no NO\n" },
    /* What nobody reads is not looked at. */
    { .yaml = HEAD "{ A: b }" TAIL "custom: { a: '${self:custom.a}', b: '${broken:', c: '${file(forbidden.yml)}' }\n",
      .want = READ " A=b" ROUTE },
  };
  among_files_all(EACH(cases));
}

static void variables_that_stand_for_themselves_are_refused(void **state) {
  (void)state;
  static const struct among_files_case cases[] = {
    { .yaml = HEAD "{ A: '${self:functions.f.environment.A}' }" TAIL,
      .want = "serverless.yml:2: the variable stands for itself: ${self:functions.f.environment.A} -> "
              "${self:functions.f.environment.A}\n" },
    { .yaml = HEAD "{ A: '${self:custom.a}' }" TAIL "custom:\n  a: ${self:custom.b}\n  b: x${self:custom.c}\n  c: "
                   "${file(c.yml):c}\n",
      .want = "serverless.yml:4: the variable stands for itself: ${self:custom.b} -> x${self:custom.c} "
              "(serverless.yml:5) -> ${file(c.yml):c} "
              "(serverless.yml:6) -> ${self:custom.a} (c.yml:1) -> ${self:custom.b}\n",
      .files = { { "c.yml", "c: ${self:custom.a}\n" } } },
    { .yaml = SERVICE "provider: { stage: '${sls:stage}' }\nfunctions: { f: { handler: a } }\n",
      .want = "serverless.yml:2: the variable stands for itself: ${sls:stage} -> ${sls:stage}\n" },
    { .yaml = HEAD "{ A: '${self:a:b}' }" TAIL,
      .want = "serverless.yml:2: the variable ${self:a:b}: expected the end of the address (, or }) where \":b}\" "
              "begins\n" },
    { .yaml = HEAD "{ A: '${strToBool(maybe)}' }" TAIL,
      .want = "serverless.yml:2: ${strToBool(maybe)}: strToBool takes true, false, 1 or 0\n" },
  };
  among_files_all(EACH(cases));
}

static void dotenv_adds_to_the_environment(void **state) {
  (void)state;
  static const char env[] =
      "# comment\nA=1\nexport B = two words # comment\nC='$A #'\nD=\"x\\n${A}-$HOST\"\nHOST=mine\n"
      "E=$NONE.\\$A$\nno pair\n=x\r\nF=`q`\r\nG=\"open\nSTAGE2=qa\n";
  static const struct among_files_case cases[] = {
    { .yaml = HEAD "{ A: '${env:A}', B: '${env:B}', C: '${env:C}', D: '${env:D}', H: '${env:HOST}', E: '${env:E}', "
                   "F: '${env:F}', G: '${env:G}' }" TAIL "useDotenv: true\n",
      .want = READ " A=1 B=two words C=$A # D=x\n1-example.org H=example.org E=.$A$ F=q G=\"open" ROUTE,
      .files = { { ".env", env } } },
    { .yaml = HEAD "{ A: '${env:A, \"none\"}' }" TAIL, .want = READ " A=none" ROUTE, .files = { { ".env", env } } },
    { .yaml = HEAD "{ A: '${env:A}', B: '${env:B, \"none\"}' }" TAIL "useDotenv: true\n",
      .want = READ " A=dev B=none" ROUTE,
      .files = { { ".env", env }, { ".env.dev", "A=dev\n" } } },
    { .yaml = HEAD "{ A: '${env:A}' }" TAIL "useDotenv: true\nprovider: { stage: '${env:STAGE2, \"dev\"}' }\n",
      .want = "chat qa us-east-1 $request.body.action\nf f a 6 1024 A=1" ROUTE,
      .files = { { ".env", env } } },
  };
  among_files_all(EACH(cases));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sources_have_values),
    cmocka_unit_test(defaults_count_when_there_is_no_value),
    cmocka_unit_test(parameters_come_from_four_places),
    cmocka_unit_test(files_are_read),
    cmocka_unit_test(values_of_aws_come_from_a_file_of_this_machine),
    cmocka_unit_test(what_is_not_known_is_named_with_its_reason),
    cmocka_unit_test(variables_that_stand_for_themselves_are_refused),
    cmocka_unit_test(dotenv_adds_to_the_environment),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
