/* project: the names that a running service keeps (project_surroundings.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include "project_fixture.h"

#include <cmocka.h> /* last: its fail() is a macro */

/* As after `service: chat` and these names in provider, when the file has changed to what a case says. */
static void kept_names_count_for_what_is_written_now(void **state) {
  (void)state;
  static const struct project_names test = { STR("chat"), STR("test"), STR("eu-west-1") };
  static const struct project_names plain = { STR("chat"), STR("dev"), STR("us-east-1") };
  static const struct {
    const struct project_names *kept;
    const char *stage_option, *head, *environment, *want, *written;
  } cases[] = {
    { &test, "", "service: talk\nprovider: { stage: prod, region: eu-central-1 }\n",
      "'${self:service} ${sls:stage} ${self:provider.stage} ${self:provider.region} ${aws:region}'",
      "chat test test eu-west-1 eu-west-1", "talk prod eu-central-1" },
    { &test, "", "service: { name: talk }\nprovider: { stage: '${opt:stage, env:STAGE}' }\n",
      "'${self:service.name} ${param:name}'", "chat of-test", "talk prod us-east-1" },
    { &test, "", "service: chat\nprovider: { region: '${self:custom.region.${sls:stage}}' }\n",
      "{ 'Fn::Sub': '${self:provider.stage, \"none\"} ${AWS::Region} ${AWS::StackName} ${WebsocketsApi}' }",
      "test eu-west-1 chat-test chattest1", "chat dev eu-west-1" },
    { &plain, "", SERVICE, "'${self:provider.stage, \"none\"} ${self:provider.region, \"none\"} ${sls:stage}'",
      "none none dev", "chat dev us-east-1" },
    { &plain, "", SERVICE "provider: { stage: prod }\n", "'${self:provider.stage, \"none\"}'", "dev",
      "chat prod us-east-1" },
    { &test, "test", SERVICE "provider: { stage: prod, region: eu-west-1 }\n", "'${self:provider.stage} ${sls:stage}'",
      "prod test", "chat test eu-west-1" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct project_surroundings around = *files_around(NULL);
    struct project p;
    struct buf yaml, written;
    char err[ERR_LEN] = "";
    buf_init(&yaml, 10000);
    buf_init(&written, 1000);
    buf_addf(&yaml, "%sfunctions: { f: { handler: a, events: [ websocket: x ], environment: { A: %s } } }\n",
             cases[i].head, cases[i].environment);
    buf_add(&yaml, STR("params: { test: { name: of-test }, prod: { name: of-prod } }\n"));
    buf_add(&yaml, STR("custom: { region: { test: eu-west-1, dev: eu-central-1 } }\n"));
    around.kept = cases[i].kept;
    around.stage = str_from(cases[i].stage_option);
    if (!project_parse(&p, "serverless.yml", buf_str(&yaml), &around, err)) fail_msg("%s\n%s", err, buf_text(&yaml));
    if (p.functions[0].environment.count != 1) fail_msg("%s", buf_text(&yaml));
    assert_string_equal(p.functions[0].environment.list[0].value.ptr, cases[i].want);
    buf_addf(&written, "%.*s %.*s %.*s", STR_ARG(p.written.service), STR_ARG(p.written.stage),
             STR_ARG(p.written.region));
    assert_string_equal(buf_text(&written), cases[i].written);
    assert_true(str_equal(p.service, cases[i].kept->service) && str_equal(p.stage, cases[i].kept->stage) &&
                str_equal(p.region, cases[i].kept->region));
    buf_free(&written);
    buf_free(&yaml);
    project_free(&p);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(kept_names_count_for_what_is_written_now),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
