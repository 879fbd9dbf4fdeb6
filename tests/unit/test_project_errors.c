/* project: what is refused, and in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include "project_fixture.h"

#include <cmocka.h> /* last: its fail() is a macro */

#define FUNCTION SERVICE "functions:\n  echo:\n    handler: a\n"

static void broken_yaml_is_located(void **state) {
  (void)state;
  static const struct refused_case cases[] = {
    { "service: chat\nfunctions:\n\techo: {}\n",
      "serverless.yml:3:1: the YAML is broken: found character that cannot start any token while scanning for the next "
      "token; the line is indented with a tab, and YAML takes spaces only" },
    { "service: chat\n \t functions: {}\n",
      "serverless.yml:2:13: the YAML is broken: mapping values are not allowed in this context; the line is indented "
      "with a tab, and YAML takes spaces only" },
    { "service: \"chat\nfunctions: {}\n", "serverless.yml:3:1: the YAML is broken: found unexpected end of stream "
                                          "while scanning a quoted scalar that begins in line 1" },
    { "service: chat\nfunctions: { echo: { handler: a }\n",
      "serverless.yml:3:1: the YAML is broken: did not find expected ',' or '}' while parsing a flow mapping that "
      "begins in line 2" },
    { "service: chat\nevents: [ { httpApi: GET /é/{name} } ]\n",
      "serverless.yml:2:29: the YAML is broken: did not find expected ',' or '}' while parsing a flow mapping; inside "
      "of { } and [ ] a text that has braces or brackets needs quotes" },
    { "service: chat\nevents: [ ${self:custom.a} ]\n",
      "serverless.yml:2:12: the YAML is broken: did not find expected ',' or ']' while parsing a flow sequence; inside "
      "of { } and [ ] a text that has braces or brackets needs quotes" },
    { "service: chat\nevents: { a: b { c: d } }\n",
      "serverless.yml:2:16: the YAML is broken: did not find expected ',' or '}' while parsing a flow mapping" },
    { "service: chat\n  functions: {}\n",
      "serverless.yml:2:12: the YAML is broken: mapping values are not allowed in this context" },
    { "service: chat\nfunctions:\n  - a: [ b\n", "serverless.yml:4:1: the YAML is broken: did not find expected ',' or "
                                                 "']' while parsing a flow sequence that begins in line 3" },
    { "service: *nobody\n",
      "serverless.yml:1: alias *nobody names no anchor that stands before it; expected &nobody there" },
    { "service: @chat\n", "serverless.yml:1:10: the YAML is broken: found character that cannot start any token while "
                          "scanning for the next token" },
    { "service: chat\nfunctions: {}\n---\nservice: two\n",
      "serverless.yml:4: a second document begins here; expected one" },
    { "service: chat\nfunctions: {}\n...\n}\n",
      "serverless.yml:4:1: the YAML is broken: did not find expected <document start>" },
    { "service: chat\nservice: two\n",
      "serverless.yml:2: key \"service\" stands here a second time, first in line 1; a mapping has each key once" },
    { "service: chat\n\xFF\xFE: {}\n",
      "serverless.yml:2: expected text in UTF-8: invalid leading UTF-8 octet (byte 14)" },
    { "service: chat\nfunctions: \x01\n",
      "serverless.yml:2: expected text in UTF-8: control characters are not allowed (byte 25)" },
    { "\x7F"
      "ELF\x02\x01\x01",
      "serverless.yml:1: expected text in UTF-8: control characters are not allowed (byte 0)" },
    { "%YAML 9.0\n---\nservice: chat\n", "serverless.yml:1:1: the YAML is broken: found incompatible YAML document" },
    { SERVICE "functions: { a: { handler: x }, \"a\": { handler: y } }\n",
      "serverless.yml:2: key \"a\" stands here a second time, first in line 2; a mapping has each key once" },
    { FUNCTION "    environment:\n      B: 1\n      A: 1\n      A: 2\n",
      "serverless.yml:8: key \"A\" stands here a second time, first in line 7; a mapping has each key once" },
    { FUNCTION "    environment: { \"\\e[31m\": 1, \"\\e[31m\": 2 }\n",
      "serverless.yml:5: key \"?[31m\" stands here a second time, first in line 5; a mapping has each key once" },
    { SERVICE "provider:\n  <<: 1\n",
      "serverless.yml:3: << must name a mapping or a list of mappings, such as *defaults" },
    { SERVICE "provider: &p\n  <<: *p\n",
      "serverless.yml:2: the mapping here merges (<<) itself, or mappings more than 50 deep" },
    { SERVICE "provider:\n  <<: [ { a: 1 }, b ]\n",
      "serverless.yml:3: << must name a mapping or a list of mappings, such as *defaults" },
  };
  refused_all(EACH(cases));
}

static void a_file_without_its_sections_is_refused(void **state) {
  (void)state;
  static const struct refused_case cases[] = {
    { "", "serverless.yml: is empty; expected a mapping with service, provider and functions" },
    { "# nothing\n", "serverless.yml: is empty; expected a mapping with service, provider and functions" },
    { "--- ~\n", "serverless.yml:1: expected a mapping with service, provider and functions, found nothing" },
    { "- service: chat\n", "serverless.yml:1: expected a mapping with service, provider and functions, found a list" },
    { "chat\n",
      "serverless.yml:1: expected a mapping with service, provider and functions, found the string \"chat\"" },
    { "functions: {}\n", "serverless.yml: service is missing; expected a name such as chat" },
    { "service:\nfunctions: {}\n", "serverless.yml:1: service must be a name such as chat, found nothing" },
    { "service: 12\nfunctions: {}\n", "serverless.yml:1: service must be a name such as chat, found the number 12" },
    { "service: ''\nfunctions: {}\n", "serverless.yml:1: service must be a name such as chat, found an empty string" },
    { "service: { nam: chat }\nfunctions: {}\n",
      "serverless.yml:1: service must be a name such as chat, found a mapping" },
    { "service: { name: [] }\nfunctions: {}\n",
      "serverless.yml:1: service.name must be a name such as chat, found a list" },
    { "service: my chat\nfunctions: {}\n",
      "serverless.yml:1: service must be 1 to 128 letters, digits, - or _, found \"my chat\"" },
    { "service: \"a\\0b\"\nfunctions: {}\n",
      "serverless.yml:1: service must be a name such as chat, found the string \"a?b\"" },
    { "service: !Ref Name\nfunctions: {}\n", "serverless.yml:1: service must be a name such as chat, found !Ref" },
    { "service: chat-${env:X}\nfunctions: {}\n",
      "serverless.yml:1: service must be a name such as chat; chat-${env:X} is "
      "not known here: the environment has no X" },
    { SERVICE "provider: [ aws ]\nfunctions: {}\n",
      "serverless.yml:2: provider must be a mapping with name, runtime, stage ..., found a list" },
    { "service: s\nfuntions: { a: { handler: b } }\n",
      "serverless.yml:2: funtions is no setting; did you mean functions?" },
    { "servce: s\nfunctions: { a: { handler: b } }\n",
      "serverless.yml:1: servce is no setting; did you mean service?" },
    { SERVICE "functions:\n  a:\n    handlr: b\n",
      "serverless.yml:4: functions.a.handlr is no setting; did you mean handler?" },
    { SERVICE, "serverless.yml: functions is missing; expected a mapping of functions, such as `echo: { handler: "
               "handlers/echo.default }`" },
    { SERVICE "functions:\n", "serverless.yml:2: functions must be a mapping of functions, such as `echo: { handler: "
                              "handlers/echo.default }`, found nothing" },
    { SERVICE "functions: ${file(functions.yml)}\n",
      "serverless.yml:2: functions must be a mapping of functions, such as `echo: { handler: handlers/echo.default }`; "
      "${file(functions.yml)} is not known here: there is no file \"functions.yml\", or nothing in it" },
    { SERVICE "functions: 1\n", "serverless.yml:2: functions must be a mapping of functions, such as `echo: { handler: "
                                "handlers/echo.default }`, found the number 1" },
    { SERVICE "functions:\n  - a\n", "serverless.yml:3: functions must hold a mapping of functions, such as `echo: { "
                                     "handler: handlers/echo.default }`, found the string \"a\"" },
    { SERVICE "functions:\n  - a: { handler: b }\n  - a: { handler: c }\n",
      "serverless.yml:4: functions.a stands here a second time, first in line 3" },
  };
  refused_all(EACH(cases));
}

static void settings_out_of_range_are_refused(void **state) {
  (void)state;
  static const struct refused_case cases[] = {
    { SERVICE "provider:\n  stage: a/b\n",
      "serverless.yml:3: provider.stage must be 1 to 128 letters, digits, - or _, found the string \"a/b\"" },
    { SERVICE "provider:\n  stage: ''\n",
      "serverless.yml:3: provider.stage must be 1 to 128 letters, digits, - or _, found an empty string" },
    { SERVICE "provider:\n  stage:\n",
      "serverless.yml:3: provider.stage must be 1 to 128 letters, digits, - or _, found nothing" },
    { SERVICE "provider:\n  region: [ us-east-1 ]\n",
      "serverless.yml:3: provider.region must be 1 to 128 letters, digits, - or _, found a list" },
    { SERVICE "provider:\n  timeout: 0\n",
      "serverless.yml:3: provider.timeout must be a whole number from 1 to 900, found the number 0" },
    { SERVICE "provider:\n  timeout: 901\n",
      "serverless.yml:3: provider.timeout must be a whole number from 1 to 900, found the number 901" },
    { SERVICE "provider:\n  timeout: 1.5\n",
      "serverless.yml:3: provider.timeout must be a whole number from 1 to 900, found the number 1.5" },
    { SERVICE "provider:\n  timeout: -1\n",
      "serverless.yml:3: provider.timeout must be a whole number from 1 to 900, found the number -1" },
    { SERVICE "provider:\n  timeout: 99999999999999999999\n",
      "serverless.yml:3: provider.timeout must be a whole number from 1 to 900, found the number "
      "99999999999999999999" },
    { SERVICE "provider:\n  timeout:\n",
      "serverless.yml:3: provider.timeout must be a whole number from 1 to 900, found nothing" },
    { SERVICE "provider:\n  memorySize: 127\n",
      "serverless.yml:3: provider.memorySize must be a whole number from 128 to 10240, found the number 127" },
    { SERVICE "provider:\n  memorySize: 10241\n",
      "serverless.yml:3: provider.memorySize must be a whole number from 128 to 10240, found the number 10241" },
    { SERVICE "provider:\n  memorySize: 1 GB\n",
      "serverless.yml:3: provider.memorySize must be a whole number from 128 to 10240, found the string \"1 GB\"" },
    { SERVICE "provider:\n  environment: [ A ]\n",
      "serverless.yml:3: provider.environment must be a mapping of names to values, found a list" },
    { SERVICE "provider:\n  websocketsApiRouteSelectionExpression: 1\n",
      "serverless.yml:3: provider.websocketsApiRouteSelectionExpression must be an expression such as "
      "$request.body.action, found the number 1" },
    { SERVICE "provider:\n  websocketApiRouteSelectionExpression: ''\n",
      "serverless.yml:3: provider.websocketApiRouteSelectionExpression must be an expression such as "
      "$request.body.action, found an empty string" },
    { FUNCTION "    timeout: ten\n",
      "serverless.yml:5: functions.echo.timeout must be a whole number from 1 to 900, found the string \"ten\"" },
    { FUNCTION "    memorySize: { a: 1 }\n",
      "serverless.yml:5: functions.echo.memorySize must be a whole number from 128 to 10240, found a mapping" },
    { FUNCTION "    environment: A=1\n",
      "serverless.yml:5: functions.echo.environment must be a mapping of names to values, found the string \"A=1\"" },
  };
  refused_all(EACH(cases));
}

static void functions_without_handler_are_refused(void **state) {
  (void)state;
  static const struct refused_case cases[] = {
    { SERVICE "functions:\n  echo:\n",
      "serverless.yml:3: functions.echo must be a mapping with a handler, found nothing" },
    { SERVICE "functions:\n  echo: handlers/echo.default\n",
      "serverless.yml:3: functions.echo must be a mapping with a handler, found the string \"handlers/echo.default\"" },
    { SERVICE "functions:\n  echo: ${file(echo.yml)}\n",
      "serverless.yml:3: functions.echo must be a mapping with a "
      "handler; ${file(echo.yml)} is not known here: there is no file \"echo.yml\", or nothing in it" },
    { SERVICE "functions:\n  echo: {}\n",
      "serverless.yml:3: functions.echo.handler is missing; expected a string such as handlers/echo.default" },
    { SERVICE "functions:\n  echo:\n    timeout: 1\n    handler:\n",
      "serverless.yml:5: functions.echo.handler must be a string such as handlers/echo.default, found nothing" },
    { SERVICE "functions:\n  echo:\n    handler: 1\n",
      "serverless.yml:4: functions.echo.handler must be a string such as handlers/echo.default, found the number 1" },
    { SERVICE "functions:\n  echo:\n    handler: true\n", "serverless.yml:4: functions.echo.handler must be a string "
                                                          "such as handlers/echo.default, found the boolean true" },
    { SERVICE "functions:\n  echo:\n    handler: ''\n", "serverless.yml:4: functions.echo.handler must be a string "
                                                        "such as handlers/echo.default, found an empty string" },
    { SERVICE "functions:\n  echo:\n    handler: [ a ]\n",
      "serverless.yml:4: functions.echo.handler must be a string such as handlers/echo.default, found a list" },
    { SERVICE "functions:\n  echo:\n    handler: { a: b }\n",
      "serverless.yml:4: functions.echo.handler must be a string such as handlers/echo.default, found a mapping" },
    { SERVICE "functions:\n  echo:\n    handler: \"a\\0b\"\n",
      "serverless.yml:4: functions.echo.handler must be a string such as handlers/echo.default, found the string "
      "\"a?b\"" },
    { SERVICE "functions:\n  echo:\n    handler: ${self:custom.handler}\n",
      "serverless.yml:4: functions.echo.handler must be a string such as handlers/echo.default; "
      "${self:custom.handler} is not known here: nothing stands at custom.handler" },
    { SERVICE "functions:\n  echo:\n    handler: !Sub a\n",
      "serverless.yml:4: functions.echo.handler must be a string such as handlers/echo.default, found !Sub" },
    { SERVICE "functions:\n  a/b:\n    handler: a\n",
      "serverless.yml:3: functions: a name must be 1 to 128 letters, digits, - or _, found \"a/b\"" },
    { SERVICE "functions:\n  ? [ a ]\n  : { handler: a }\n",
      "serverless.yml:3: functions: a name must be 1 to 128 letters, digits, - or _, found \"\"" },
    { SERVICE "functions:\n  \"\\e]0;title\\a\": { handler: a }\n",
      "serverless.yml:3: functions: a name must be 1 to 128 letters, digits, - or _, found \"?]0;title?\"" },
    { SERVICE "functions:\n  ? !x echo\n  : { handler: a }\n",
      "serverless.yml:3: functions: a name must be 1 to 128 letters, digits, - or _, found \"!x\"" },
  };
  refused_all(EACH(cases));
}

static void routes_that_are_no_strings_are_refused(void **state) {
  (void)state;
  static const struct refused_case cases[] = {
    { FUNCTION "    events: $default\n", "serverless.yml:5: functions.echo.events must be a list such as `- websocket: "
                                         "$default`, found the string \"$default\"" },
    { FUNCTION "    events: { websocket: $default }\n",
      "serverless.yml:5: functions.echo.events must be a list such as `- websocket: $default`, found a mapping" },
    { FUNCTION "    events: [ websocket ]\n", "serverless.yml:5: functions.echo.events[0] must be an event such as "
                                              "`websocket: $default`, found the string \"websocket\"" },
    { FUNCTION "    events: [ ~ ]\n",
      "serverless.yml:5: functions.echo.events[0] must be an event such as `websocket: $default`, found nothing" },
    { FUNCTION "    events: [ { [ x ]: y } ]\n",
      "serverless.yml:5: functions.echo.events[0] must be an event such as `websocket: $default`, found a mapping" },
    { FUNCTION "    events: [ {} ]\n",
      "serverless.yml:5: functions.echo.events[0] must be an event such as `websocket: $default`, found a mapping" },
    { FUNCTION "    events: [ [ websocket ] ]\n",
      "serverless.yml:5: functions.echo.events[0] must be an event such as `websocket: $default`, found a list" },
    { FUNCTION "    events:\n      - websocket:\n", "serverless.yml:6: functions.echo.events[0].websocket must be a "
                                                    "route such as $default, or a mapping with route, found nothing" },
    { FUNCTION "    events:\n      - websocket: 1\n",
      "serverless.yml:6: functions.echo.events[0].websocket must be a route such as $default, or a mapping with route, "
      "found the number 1" },
    { FUNCTION "    events:\n      - websocket: ''\n",
      "serverless.yml:6: functions.echo.events[0].websocket must be a route such as $default, or a mapping with route, "
      "found an empty string" },
    { FUNCTION "    events:\n      - websocket: [ a ]\n",
      "serverless.yml:6: functions.echo.events[0].websocket must be a route such as $default, or a mapping with route, "
      "found a list" },
    { FUNCTION "    events:\n      - websocket: ${self:custom.route}\n",
      "serverless.yml:6: functions.echo.events[0].websocket must be a route such as $default, or a mapping with route; "
      "${self:custom.route} is not known here: nothing stands at custom.route" },
    { FUNCTION "    events:\n      - websocket: { rout: a }\n",
      "serverless.yml:6: functions.echo.events[0].websocket.route is missing; expected the name of a route, such as "
      "$default" },
    { FUNCTION "    events:\n      - websocket:\n          authorizer: a\n          route: true\n",
      "serverless.yml:8: functions.echo.events[0].websocket.route must be a string such as $default, found the boolean "
      "true" },
    { FUNCTION "    events:\n      - websocket:\n          route: ${self:custom.route}\n",
      "serverless.yml:7: functions.echo.events[0].websocket.route must be a string such as $default; "
      "${self:custom.route} is not known here: nothing stands at custom.route" },
    { FUNCTION "    events:\n      - websocket:\n          route: \"a\\0b\"\n",
      "serverless.yml:7: functions.echo.events[0].websocket.route must be a string such as $default, found the string "
      "\"a?b\"" },
  };
  refused_all(EACH(cases));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(broken_yaml_is_located),
    cmocka_unit_test(a_file_without_its_sections_is_refused),
    cmocka_unit_test(settings_out_of_range_are_refused),
    cmocka_unit_test(functions_without_handler_are_refused),
    cmocka_unit_test(routes_that_are_no_strings_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
