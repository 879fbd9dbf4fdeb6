/* console_apps: what becomes of the processes that load handlers, whatever they do. The tool is a shell script. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "console_apps.h"
#include "folder_fixture.h"
#include "project_fixture.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define FUNCTIONS 8

static const char tool[] =
    "#!/bin/sh\n"
    "mark=$(printf '%s' \"$4\" | sed 's/.*\"mark\":\"\\([^\"]*\\)\".*/\\1/')\n"
    "case \"$4\" in\n"
    "*'\"handler\":\"good\"'*) echo noise; echo "
    "\"$mark\"'{\"routes\":[{\"route\":\"say\",\"action\":\"action\",\"fields\":"
    "[[\"x\",\"1\"],[\"action\",\"2\"]],\"schema\":\"x: number\"}]}'; sleep 60 ;;\n"
    "*'\"handler\":\"odd\"'*) echo "
    "\"$mark\"'{\"routes\":[1,\"x\",{\"route\":5},{\"route\":\"$default\",\"action\":\"a\"},"
    "{\"route\":\"a\",\"action\":7,\"fields\":{\"x\":1}},"
    "{\"route\":\"b\",\"action\":\"action\",\"fields\":[[\"x\",\"}{\"]]},"
    "{\"route\":\"c\",\"action\":\"action\",\"fields\":[[\"x\",\"1\"],[\"y\"],[1,2],\"z\"]}]}' ;;\n"
    "*'\"handler\":\"none\"'*) echo \"$mark\"'[]' ;;\n"
    "*garbage*) echo \"$mark\"'{oops' ;;\n"
    "*hangs*) sleep 60 ;;\n"
    "*status*) echo '{\"routes\":[]}'; exit 3 ;;\n"
    "*signal*) kill -9 $$ ;;\n"
    "*floods*) yes ;;\n"
    "esac\n";

static const char service[] = "service: x\nprovider: { name: aws }\nfunctions:\n"
                              "  f0: { handler: good, events: [ websocket: $default ] }\n"
                              "  f1: { handler: good, events: [ websocket: two ] }\n"
                              "  f2: { handler: odd, events: [ websocket: c ] }\n"
                              "  f3: { handler: none, events: [ websocket: none ] }\n"
                              "  f4: { handler: garbage, events: [ websocket: garbage ] }\n"
                              "  f5: { handler: status, events: [ websocket: status ] }\n"
                              "  f6: { handler: signal, events: [ websocket: signal ] }\n"
                              "  f7: { handler: unused }\n";

static struct fixture {
  struct loop *loop;
  struct project project;
  struct pool pools[FUNCTIONS];
  struct console_apps apps;
  struct console_code code;
  struct buf answer;
} f;

static void read_service(const char *yaml, int generation) {
  project_free(&f.project);
  project_must(&f.project, str_from(yaml));
  for (size_t i = 0; i < f.project.function_count; i++)
    f.pools[i].options = (struct pool_options){
      .project = &f.project, .function = &f.project.functions[i], .task_root = str_from(folder), .program = "/bin/sh"
    };
  f.code = (struct console_code){ generation, &f.project, f.pools, NULL };
}

static int begin(void **state) {
  char err[ERR_LEN];
  folder_open(state);
  folder_write("tool", tool);
  assert_int_equal(chmod(folder_path("tool"), 0755), 0);
  f.loop = loop_new(err);
  assert_non_null(f.loop);
  static char program[PATH_MAX];
  str_copy(str_from(folder_path("tool")), program, sizeof program);
  console_apps_init(&f.apps, f.loop, program);
  buf_init(&f.answer, 1024 * 1024);
  return 0;
}

static int end(void **state) {
  console_apps_free(&f.apps);
  project_free(&f.project);
  assert_int_equal(loop_pending(f.loop), 0);
  loop_delete(f.loop);
  buf_free(&f.answer);
  f = (struct fixture){ 0 };
  return folder_close(state);
}

static const char *ask(void) {
  buf_clear(&f.answer);
  console_apps_ask(&f.apps, &f.code, &f.answer);
  return buf_text(&f.answer);
}

#define GOOD                                                                                                           \
  "{\"handler\":\"good\",\"routes\":[{\"route\":\"say\",\"action\":\"action\","                                        \
  "\"message\":\"{\\\"action\\\":\\\"say\\\",\\\"x\\\":1}\",\"schema\":\"x: number\"}]}"
#define ENDED(what) "it ended its process with the status " what " while it was loaded"

static void each_handler_is_loaded_once(void **state) {
  (void)state;
  read_service(service, 4);
  assert_string_equal(ask(), "{\"generation\":4,\"pending\":true,\"apps\":[]}");
  loop_run(f.loop);
  const char *want =
      "{\"generation\":4,\"pending\":false,\"apps\":[" GOOD
      ",{\"handler\":\"odd\",\"routes\":[{\"route\":\"c\",\"action\":\"action\",\"message\":"
      "\"{\\\"action\\\":\\\"c\\\",\\\"x\\\":1}\"}]},{\"handler\":\"none\",\"routes\":[]},"
      "{\"handler\":\"garbage\",\"problem\":\"it has more routes than can be shown\"},"
      "{\"handler\":\"status\",\"problem\":\"" ENDED(
          "3") "\"},"
               "{\"handler\":\"signal\",\"problem\":\"its process was ended by signal 9 while it was loaded\"}]}";
  assert_string_equal(ask(), want);
  assert_int_equal(loop_pending(f.loop), 0); /* nothing begins again */
}

static void a_handler_may_neither_hang_nor_flood(void **state) {
  (void)state;
  f.apps.load_ms = 100;
  read_service("service: x\nprovider: { name: aws }\nfunctions:\n"
               "  f0: { handler: hangs, events: [ websocket: a ] }\n",
               1);
  ask();
  loop_run(f.loop);
  assert_string_equal(ask(), "{\"generation\":1,\"pending\":false,\"apps\":[{\"handler\":\"hangs\",\"problem\":"
                             "\"it did not finish loading within 10 s\"}]}");
  f.apps.load_ms = CONSOLE_APPS_LOAD_MS;
  read_service("service: x\nprovider: { name: aws }\nfunctions:\n"
               "  f0: { handler: floods, events: [ websocket: a ] }\n",
               2);
  ask();
  loop_run(f.loop);
  assert_string_equal(ask(), "{\"generation\":2,\"pending\":false,\"apps\":[{\"handler\":\"floods\",\"problem\":"
                             "\"it wrote more than 2048 KB while it was loaded\"}]}");
}

static void another_generation_and_the_end_stop_what_runs(void **state) {
  (void)state;
  read_service("service: x\nprovider: { name: aws }\nfunctions:\n"
               "  f0: { handler: hangs, events: [ websocket: a ] }\n",
               1);
  ask();
  pid_t first = f.apps.process.pid;
  assert_true(first > 0);
  f.code.generation = 2;
  assert_string_equal(ask(), "{\"generation\":2,\"pending\":true,\"apps\":[]}");
  assert_true(f.apps.process.pid > 0 && f.apps.process.pid != first);
  console_apps_end(&f.apps);
  assert_int_equal(loop_pending(f.loop), 0);
  f.code.generation = 3;
  assert_string_equal(ask(), "{\"generation\":2,\"pending\":false,\"apps\":[]}");
  assert_int_equal(f.apps.process.pid, 0);
}

static void a_tool_that_is_gone_is_a_problem(void **state) {
  (void)state;
  folder_remove("tool");
  read_service("service: x\nprovider: { name: aws }\nfunctions:\n"
               "  f0: { handler: good, events: [ websocket: a ] }\n",
               1);
  assert_non_null(strstr(ask(), "\"pending\":false,\"apps\":[{\"handler\":\"good\",\"problem\":\""));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(each_handler_is_loaded_once, begin, end),
    cmocka_unit_test_setup_teardown(a_handler_may_neither_hang_nor_flood, begin, end),
    cmocka_unit_test_setup_teardown(another_generation_and_the_end_stop_what_runs, begin, end),
    cmocka_unit_test_setup_teardown(a_tool_that_is_gone_is_a_problem, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
