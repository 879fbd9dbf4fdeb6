/* project: what is read out of a serverless.yml. (Refusals: test_project_errors.c, warnings: test_project_warnings.c.) */
#define _GNU_SOURCE /* mkdtemp */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "project_fixture.h"
#include "yaml_tree.h"

#include <cmocka.h> /* last: its fail() is a macro */

/* A service as on the Serverless Framework's WebSocket page: connection, default and foo handlers. */
static const char page[] = "service: ws-example\n"
                           "provider:\n"
                           "  name: aws\n"
                           "  runtime: provided.al2023\n"
                           "  websocketsApiName: chat-sockets\n"
                           "  websocketsApiRouteSelectionExpression: $request.body.action # a comment\n"
                           "functions:\n"
                           "  connectionHandler:\n"
                           "    handler: handler.connectionHandler\n"
                           "    events:\n"
                           "      - websocket:\n"
                           "          route: $connect\n"
                           "      - websocket:\n"
                           "          route: $disconnect\n"
                           "  defaultHandler:\n"
                           "    handler: handler.defaultHandler\n"
                           "    events:\n"
                           "      - websocket: $default # the short form\n"
                           "  customFooHandler:\n"
                           "    handler: handler.fooHandler\n"
                           "    events:\n"
                           "      - websocket:\n"
                           "          route: foo # the long form\n"
                           "          routeResponseSelectionExpression: $default # answers\n";
static const char page_want[] =
    "ws-example dev us-east-1 $request.body.action\n"
    "f connectionHandler handler.connectionHandler 6 1024\n"
    "f defaultHandler handler.defaultHandler 6 1024\n"
    "f customFooHandler handler.fooHandler 6 1024\n"
    "r $connect connectionHandler\nr $disconnect connectionHandler\nr $default defaultHandler\n"
    "r foo customFooHandler two-way\n";

static void values_are_read(void **state) {
  (void)state;
  static const struct {
    const char *yaml, *want;
  } cases[] = {
    { SERVICE "functions: {}\n", "chat dev us-east-1 $request.body.action\n" },
    { SERVICE ECHO_FUNCTION, "chat dev us-east-1 $request.body.action\nf echo handlers/echo.default 6 1024\n"
                             "r $default echo\n" },
    { page, page_want },
    { "service: { name: chat, awsKmsKeyArn: x }\nprovider: aws\nfunctions: { a: { handler: a } }\n",
      "chat dev us-east-1 $request.body.action\nf a a 6 1024\n" },
    { "service: 'chat'\nprovider: { stage: 2024, region: \"eu-central-1\", "
      "websocketsApiRouteSelectionExpression: '${request.body.a}-${request.body.b}' }\nfunctions: {}\n",
      "chat 2024 eu-central-1 ${request.body.a}-${request.body.b}\n" },
    { SERVICE
      "provider: { timeout: 10, memorySize: 256 }\nfunctions:\n  a: { handler: a }\n"
      "  b: { handler: b, timeout: 900, memorySize: 10240 }\n  c: { handler: c, timeout: '1', memorySize: 128 }\n",
      "chat dev us-east-1 $request.body.action\nf a a 10 256\nf b b 900 10240\nf c c 1 128\n" },
    { SERVICE
      "functions:\n  - a: { handler: a }\n    b: { handler: b }\n  - c: { handler: c, events: [ websocket: x ] }\n",
      "chat dev us-east-1 $request.body.action\nf a a 6 1024\nf b b 6 1024\nf c c 6 1024\nr x c\n" },
    { SERVICE
      "functions:\n  a:\n    handler: a\n    events:\n      - websocket: \"with space\"\n      - websocket: 'true'\n"
      "      - websocket: A\n      - websocket: a\n      - websocket: { route: '\xC3\xBC' }\n",
      "chat dev us-east-1 $request.body.action\nf a a 6 1024\nr with space a\nr true a\nr A a\nr a a\nr \xC3\xBC a\n" },
    { SERVICE "functions: { a: { handler: a, events: null, environment: null }, b-_1: { handler: b, events: [] } "
              "}\nprovider:\n",
      "chat dev us-east-1 $request.body.action\nf a a 6 1024\nf b-_1 b 6 1024\n" },
    /* The last function that claims a route has it. */
    { SERVICE "functions:\n  a: { handler: a, events: [ websocket: x, websocket: y ] }\n"
              "  b: { handler: b, events: [ websocket: { route: x, routeResponseSelectionExpression: $default } ] }\n",
      "chat dev us-east-1 $request.body.action\nf a a 6 1024\nf b b 6 1024\nr x b two-way\nr y a\n" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) described_as(cases[i].yaml, cases[i].want);
}

static void environments_are_merged(void **state) {
  (void)state;
  described_as(SERVICE
               "provider:\n  environment: { A: from provider, B: 1, C: true, D: 'null', E: '', H: x }\n"
               "functions:\n"
               "  none: { handler: a }\n"
               "  own: { handler: a, environment: { B: 1.50, F: 0x10, G: 1_000, 8: yes, H: !ImportValue X } }\n"
               "  text:\n    handler: a\n    environment:\n      A: |\n        two\n        lines\n      B: >-\n"
               "        one\n        line\n",
               "chat dev us-east-1 $request.body.action\n"
               "f none a 6 1024 A=from provider B=1 C=true D=null E= H=x\n"
               "f own a 6 1024 A=from provider C=true D=null E= B=1.50 F=0x10 G=1_000 8=yes\n"
               "f text a 6 1024 C=true D=null E= H=x A=two\nlines\n B=one line\n");
}

static void anchors_and_merge_keys_are_resolved(void **state) {
  (void)state;
  described_as(SERVICE "custom:\n  base: &base { handler: a.b, timeout: 3, environment: &env { A: 1 } }\n"
                       "  more: &more { <<: *base, timeout: 4, memorySize: 512 }\n"
                       "functions:\n"
                       "  one: *base\n"
                       "  two: { <<: *base, timeout: 5 }\n"
                       "  three: { handler: c, <<: [ *more, *base ], events: &events [ websocket: x ] }\n"
                       "  four: { handler: d, environment: { <<: *env, B: 2 }, events: *events }\n",
               "chat dev us-east-1 $request.body.action\n"
               "f one a.b 3 1024 A=1\nf two a.b 5 1024 A=1\nf three c 4 512 A=1\nf four d 6 1024 B=2 A=1\nr x four\n");
}

static void the_newest_anchor_of_a_name_counts(void **state) {
  (void)state;
  described_as(SERVICE
               "custom: [ &h one, &h two, &other three ]\nfunctions: { a: { handler: *h }, b: { handler: *other } }\n",
               "chat dev us-east-1 $request.body.action\nf a two 6 1024\nf b three 6 1024\n");
}

static void tags_of_yaml_itself_count(void **state) {
  (void)state;
  described_as(SERVICE
               "functions:\n  a:\n    handler: !!str 12\n    timeout: !!int \"7\"\n"
               "    events: !!seq [ websocket: ! true ]\n    environment: !!map { A: !!str null, B: !!null x }\n",
               "chat dev us-east-1 $request.body.action\nf a 12 7 1024 A=null\nr true a\n");
}

static void the_old_spelling_of_the_expression_is_read(void **state) {
  (void)state;
  described_as(SERVICE "provider: { websocketApiRouteSelectionExpression: $request.body.old }\nfunctions: {}\n",
               "chat dev us-east-1 $request.body.old\n");
  described_as(SERVICE "provider: { websocketApiRouteSelectionExpression: $request.body.old, "
                       "websocketsApiRouteSelectionExpression: $request.body.new }\nfunctions: {}\n",
               "chat dev us-east-1 $request.body.new\n");
}

static void every_kind_of_text_is_read(void **state) {
  (void)state;
  static const struct str texts[] = {
    STR("\xEF\xBB\xBFservice: chat\nfunctions: { a: { handler: b } }\n"),
    STR("# a comment\r\nservice: chat\r\nfunctions:\r\n  a:\r\n    handler: b\r\n"),
    STR("service: chat\rfunctions:\r  a:\r    handler: b\r"),
    STR("%YAML 1.1\n---\nservice: chat\nfunctions: { a: { handler: b } }\n...\n# the end\n"),
    STR("{\n\t\"service\": \"chat\", \"functions\": { \"a\": { \"handler\": \"b\" } } }"),
    STR("\xFF\xFEs\0:\0 \0x\0\n\0f\0u\0n\0c\0t\0i\0o\0n\0s\0:\0 \0{\0}\0\n\0s\0e\0r\0v\0i\0c\0e\0:\0 "
        "\0c\0h\0a\0t\0\n\0"),
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct project p;
    project_must(&p, texts[i]);
    assert_true(str_equal(p.service, STR("chat")));
    assert_true(str_equal(p.file, STR("serverless.yml")));
    assert_int_equal(p.directory.len, 0);
    if (p.function_count > 0) assert_true(str_equal(p.functions[0].handler, STR("b")));
    project_free(&p);
  }
}

static void a_megabyte_is_read(void **state) {
  (void)state;
  struct project p;
  struct buf text;
  char err[ERR_LEN];
  buf_init(&text, YAML_TREE_MAX + 1);
  buf_add(&text, STR(SERVICE ECHO_FUNCTION "resources:\n"));
  for (int i = 0; text.len < YAML_TREE_MAX - 100; i++) buf_addf(&text, "  - key%d: [ %d, { a: 'b' } ]\n", i, i);
  while (text.len < YAML_TREE_MAX) buf_add_char(&text, '#');
  project_must(&p, buf_str(&text));
  assert_int_equal(p.route_count, 1);
  project_free(&p);
  buf_add_char(&text, '#');
  assert_false(project_parse(&p, "serverless.yml", buf_str(&text), &nothing_around, err));
  assert_string_equal(err, "serverless.yml: must not be larger than 1048576 bytes");
  buf_free(&text);
}

static void the_stage_of_the_command_line_wins(void **state) {
  (void)state;
  struct project p;
  char err[ERR_LEN] = "", longest[130];
  struct str yaml = STR(SERVICE "provider: { stage: '${opt:stage}' }\n" ECHO_FUNCTION);
  char stage[] = "prod";
  assert_true(
      project_parse(&p, "serverless.yml", yaml, &(struct project_surroundings){ .stage = str_of(stage, 4) }, err));
  stage[0] = '#';
  assert_true(str_equal(p.stage, STR("prod")));
  assert_int_equal(p.warning_count, 0);
  project_free(&p);
  memset(longest, 'x', sizeof longest);
  assert_true(
      project_parse(&p, "serverless.yml", yaml, &(struct project_surroundings){ .stage = str_of(longest, 128) }, err));
  project_free(&p);
  assert_false(
      project_parse(&p, "serverless.yml", yaml, &(struct project_surroundings){ .stage = str_of(longest, 129) }, err));
  assert_false(
      project_parse(&p, "serverless.yml", yaml, &(struct project_surroundings){ .stage = STR("a/b\x1b") }, err));
  assert_string_equal(err, "--stage must be 1 to 128 letters, digits, - or _, found \"a/b?\"");
}

/* ---- files ---- */

static void write_file(const char *path, const char *text) {
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  assert_int_equal(fputs(text, f) >= 0, 1);
  assert_int_equal(fclose(f), 0);
}

static int enter_directory(void **state) {
  char template[] = P_tmpdir "/moonwire-project-XXXXXX", *real;
  if (!mkdtemp(template) || chdir(template) != 0 || mkdir("service", 0700) != 0) return -1;
  real = realpath(".", NULL);
  *state = real;
  write_file("service/serverless.yml", SERVICE ECHO_FUNCTION);
  write_file("service/other.yml", SERVICE);
  return symlink("service", "link") || mkfifo("fifo", 0600) || symlink("service/serverless.yml", "linked.yml");
}

static int leave_directory(void **state) {
  static const char *const files[] = { "service/serverless.yml", "service/other.yml", "link", "fifo", "linked.yml" };
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) unlink(files[i]);
  int status = rmdir("service") || chdir("/") || rmdir(*state);
  free(*state);
  return status;
}

static void a_file_is_read(void **state) {
  static const struct {
    const char *file, *directory; /* below the temporary directory */
  } cases[] = {
    { "service/serverless.yml", "/service" },
    { "./link/../service/serverless.yml", "/service" },
    { "link/serverless.yml", "/service" },
    { "linked.yml", "" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct project p;
    char err[ERR_LEN] = "", want[PATH_MAX];
    if (!project_read(&p, cases[i].file, &nothing_around, err)) fail_msg("%s", err);
    snprintf(want, sizeof want, "%s%s", (const char *)*state, cases[i].directory);
    assert_string_equal(p.directory.ptr, want);
    assert_string_equal(p.file.ptr, cases[i].file);
    assert_true(str_equal(p.service, STR("chat")));
    project_free(&p);
    assert_null(p.directory.ptr);
  }
}

static void a_file_that_cannot_be_read_is_explained(void **state) {
  (void)state;
  static const char missing[] = "no such file; go to the folder of a service, or say --config FILE";
  static const char no_file[] = "is no file; say --config FILE with the path of a serverless.yml";
  static const struct {
    const char *file, *want;
  } cases[] = {
    { "serverless.yml", missing },
    { "none/serverless.yml", missing },
    { "service/serverless.yml/x", missing },
    { "", missing },
    { "service", no_file },
    { "fifo", no_file },
    { "/dev/zero", no_file },
    { "service/other.yml",
      "functions is missing; expected a mapping of functions, such as `echo: { handler: handlers/echo.default }`" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct project p;
    char err[ERR_LEN] = "", want[ERR_LEN];
    assert_false(project_read(&p, cases[i].file, &nothing_around, err));
    snprintf(want, sizeof want, "%s: %s", cases[i].file, cases[i].want);
    assert_string_equal(err, want);
    assert_null(p.memory.chunks);
    assert_null(p.directory.ptr);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(values_are_read),
    cmocka_unit_test(environments_are_merged),
    cmocka_unit_test(anchors_and_merge_keys_are_resolved),
    cmocka_unit_test(the_newest_anchor_of_a_name_counts),
    cmocka_unit_test(tags_of_yaml_itself_count),
    cmocka_unit_test(the_old_spelling_of_the_expression_is_read),
    cmocka_unit_test(every_kind_of_text_is_read),
    cmocka_unit_test(a_megabyte_is_read),
    cmocka_unit_test(the_stage_of_the_command_line_wins),
    cmocka_unit_test_setup_teardown(a_file_is_read, enter_directory, leave_directory),
    cmocka_unit_test_setup_teardown(a_file_that_cannot_be_read_is_explained, enter_directory, leave_directory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
