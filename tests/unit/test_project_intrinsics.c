/* project: CloudFormation's functions in the environment of functions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include "project_fixture.h"
#include "yaml_tree.h"

#include <cmocka.h> /* last: its fail() is a macro */

/* A service whose environment is what a case is about: it begins in line 4. */
#define CASE(environment)                                                                                              \
  SERVICE "provider:\n  environment:\n" environment "functions:\n  a-b_c: { handler: a, events: [ websocket: x ] }\n"
#define READ "chat dev us-east-1 $request.body.action\nf a-b_c a 6 1024"
#define ROUTE "\nr x a-b_c\n"
#define LEFT_OUT "w serverless.yml:4 provider.environment.A is left out: "

static void values_are_found(void **state) {
  (void)state;
  static const struct among_files_case cases[] = {
    { .yaml = CASE("    A: !Ref WebsocketsApi\n    B: { Ref: WebsocketsApi }\n"),
      .want = READ " A=chatdev1 B=chatdev1" ROUTE },
    { .yaml = CASE(
          "    A: { Fn::Sub: 'https://${WebsocketsApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${sls:stage}' }\n"),
      .want = READ " A=https://chatdev1.execute-api.us-east-1.amazonaws.com/dev" ROUTE },
    { .yaml = CASE("    A: !Sub arn:${AWS::Partition}:x:${AWS::AccountId}:${AWS::StackName}:${!Kept} $ {x}\n"),
      .want = READ " A=arn:aws:x:123456789012:chat-dev:${Kept} $ {x}" ROUTE },
    { .yaml = CASE("    A: !Ref AWS::StackName\n  stackName: ${self:service}-stack\n"),
      .want = READ " A=chat-stack" ROUTE },
    { .yaml = CASE("    A: !Sub [ '${x}/${AWS::Region}/${y}', { x: 1, y: !Ref 'AWS::AccountId' } ]\n"),
      .want = READ " A=1/us-east-1/123456789012" ROUTE },
    { .yaml = CASE("    A: !Join [ '-', [ a, 1, !Ref 'AWS::Region', { Fn::Join: [ '', [] ] } ] ]\n"),
      .want = READ " A=a-1-us-east-1-" ROUTE },
    { .yaml = CASE("    A: !GetAtt ADashbUnderscorecLambdaFunction.Arn\n    B: !Ref ADashbUnderscorecLambdaFunction\n"
                   "    C: { Fn::GetAtt: [ ADashbUnderscorecLambdaFunction, Arn ] }\n"),
      .want = READ " A=arn:aws:lambda:us-east-1:123456789012:function:chat-dev-a-b_c B=chat-dev-a-b_c "
                   "C=arn:aws:lambda:us-east-1:123456789012:function:chat-dev-a-b_c" ROUTE },
  };
  among_files_all(EACH(cases));
}

static void resources_have_the_names_that_they_are_given(void **state) {
  (void)state;
  static const char tables[] = "Resources:\n  Table:\n    Type: AWS::DynamoDB::Table\n    Properties: { TableName: "
                               "'${self:service}-${sls:stage}' }\n  Bucket: { Type: 'AWS::S3::Bucket', Properties: { "
                               "BucketName: b } }\n  Queue: { Type: 'AWS::SQS::Queue' }\n";
  static const struct among_files_case cases[] = {
    { .yaml = CASE(
          "    A: !Ref Table\n    B: !GetAtt Table.Arn\n    C: !Sub '${Bucket.Arn}/*'\n") "resources: ${file(r.yml)}\n",
      .want = READ " A=chat-dev B=arn:aws:dynamodb:us-east-1:123456789012:table/chat-dev C=arn:aws:s3:::b/*" ROUTE,
      .files = { { "r.yml", tables } } },
    { .yaml = CASE("    A: !Ref Table\n") "resources: [ { Outputs: {} }, '${file(r.yml)}' ]\n",
      .want = READ " A=chat-dev" ROUTE,
      .files = { { "r.yml", tables } } },
    { .yaml = CASE(
          "    A: !Ref Table\n    B: !GetAtt Queue.Arn\n    C: !Ref WebsocketsApi\n") "resources: ${file(r.yml)}\n",
      .want = READ " A=mine B=arn:mine C=api" ROUTE,
      .files = { { "r.yml", tables },
                 { "moonwire.local.yml",
                   "resources: { Table: '${opt:t, \"mine\"}', Queue.Arn: 'arn:mine', WebsocketsApi: api }\n" } } },
    { .yaml = CASE("    A: !Ref Queue\n    B: !Sub '${Queue}'\n") "resources: ${file(r.yml)}\n",
      .want = READ " A=Queue B=Queue" ROUTE
                   "w serverless.yml:4 the resource Queue is \"Queue\" here; say its name in the section "
                   "resources of moonwire.local.yml\n",
      .files = { { "r.yml", tables } } },
  };
  among_files_all(EACH(cases));
}

static void what_is_known_on_aws_only_is_left_out(void **state) {
  (void)state;
  static const struct among_files_case cases[] = {
    { .yaml = CASE("    A: !ImportValue x\n"), .want = READ ROUTE LEFT_OUT "ImportValue is known on AWS only\n" },
    { .yaml = CASE("    A: { 'Fn::Select': [ 0, [ a ] ] }\n"),
      .want = READ ROUTE LEFT_OUT "Select is known on AWS only\n" },
    { .yaml = CASE("    A: !Ref AWS::StackId\n"), .want = READ ROUTE LEFT_OUT "AWS::StackId is known on AWS only\n" },
    { .yaml = CASE("    A: !GetAtt Queue.Arn\n"),
      .want = READ ROUTE LEFT_OUT "say what Queue.Arn is in the section resources of moonwire.local.yml\n" },
    { .yaml = CASE("    A: !Sub '${env:NO}'\n"),
      .want = READ ROUTE LEFT_OUT "${env:NO} is not known here: the environment has no NO\n" },
    { .yaml = CASE("    A: !Sub [ a ]\n"),
      .want = READ ROUTE LEFT_OUT "Fn::Sub takes a text, or a list of a text and a mapping\n" },
    { .yaml = CASE("    A: !Join [ '', [ '${env:NO}' ] ]\n"),
      .want = READ ROUTE LEFT_OUT "${env:NO} is not known here: the environment has no NO\n" },
    { .yaml = CASE("    A: !Join a\n"),
      .want = READ ROUTE LEFT_OUT "Fn::Join takes a list of a separator and a list\n" },
    { .yaml = CASE("    A: !GetAtt a\n"),
      .want = READ ROUTE LEFT_OUT "Fn::GetAtt takes a resource and an attribute\n" },
    { .yaml = CASE("    A: !Join [ '', [ [] ] ]\n"),
      .want = READ ROUTE LEFT_OUT "a list or a mapping cannot be a part of a text\n" },
    { .yaml = CASE("    A: !Sub \"a\\0b\"\n"), .want = READ ROUTE LEFT_OUT "its value has a NUL\n" },
    { .yaml = CASE("    A: { b: c }\n"),
      .want = READ ROUTE LEFT_OUT "its value must be a text, not a list or a mapping\n" },
    { .yaml = CASE("    A: &a !Join [ '', [ *a ] ]\n"),
      .want = READ ROUTE LEFT_OUT "its functions stand too deep in one another\n" },
  };
  among_files_all(EACH(cases));
}

static void functions_that_multiply_are_refused(void **state) {
  (void)state;
  struct project p;
  struct buf text;
  char err[ERR_LEN];
  buf_init(&text, YAML_TREE_MAX);
  buf_add(&text, STR(SERVICE "custom:\n  l0: &l0 !Join [ '', [] ]\n"));
  for (int i = 1; i <= 18; i++) {
    buf_addf(&text, "  l%d: &l%d !Join [ '', [", i, i);
    for (int n = 0; n < 9; n++) buf_addf(&text, "%s*l%d", n ? ", " : " ", i - 1);
    buf_add(&text, STR(" ] ]\n"));
  }
  buf_add(&text, STR("provider: { environment: { A: *l18 } }\n" ECHO_FUNCTION));
  assert_false(project_parse(&p, "serverless.yml", buf_str(&text), files_around(NULL), err));
  assert_string_equal(err, "serverless.yml: its variables stand for more than can be read: 20000000 entries and bytes");
  buf_free(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(values_are_found),
    cmocka_unit_test(resources_have_the_names_that_they_are_given),
    cmocka_unit_test(what_is_known_on_aws_only_is_left_out),
    cmocka_unit_test(functions_that_multiply_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
