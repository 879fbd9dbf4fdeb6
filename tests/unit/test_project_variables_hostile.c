/* project: variables that nobody writes by hand. They are refused in a sentence, or read in a moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include "project_fixture.h"
#include "yaml_tree.h"

#include <cmocka.h> /* last: its fail() is a macro */

static void begin(struct buf *text, const char *value) {
  buf_init(text, YAML_TREE_MAX);
  buf_addf(text, SERVICE ECHO_FUNCTION "    environment: { A: '%s' }\ncustom:\n", value);
}

/* Reads and frees; NULL wants success, else the sentence must be this. */
static void read_and_want(struct buf *text, const struct fixture_file *files, const char *want) {
  struct project p;
  char err[ERR_LEN] = "";
  assert_false(text->failed);
  bool ok = project_parse(&p, "serverless.yml", buf_str(text), files_around(files), err);
  if (ok != (want == NULL) || (want && strcmp(err, want) != 0))
    fail_msg("got \"%s\", wanted \"%s\"", err, want ? want : "success");
  project_free(&p);
  buf_free(text);
}

static void a_text_that_doubles_is_refused(void **state) {
  (void)state;
  struct buf text;
  begin(&text, "${self:custom.l40}");
  buf_add(&text, STR("  l0: lol\n"));
  for (int i = 1; i <= 40; i++) buf_addf(&text, "  l%d: ${self:custom.l%d}${self:custom.l%d}\n", i, i - 1, i - 1);
  read_and_want(&text, NULL, "serverless.yml:23: a text with variables is longer than 65536 bytes");
}

/* Each list names the one before it nine times: few nodes, and 9^20 ways through them. */
static void lists_that_multiply_are_read(void **state) {
  (void)state;
  struct buf text;
  buf_init(&text, YAML_TREE_MAX);
  buf_add(&text, STR(SERVICE ECHO_FUNCTION "    tags: ${self:custom.l20}\ncustom:\n  l0: [ lol ]\n"));
  for (int i = 1; i <= 20; i++) {
    buf_addf(&text, "  l%d: [", i);
    for (int n = 0; n < 9; n++) buf_addf(&text, "%s'${self:custom.l%d}'", n ? ", " : " ", i - 1);
    buf_add(&text, STR(" ]\n"));
  }
  read_and_want(&text, NULL, NULL);
}

static void a_tree_in_itself_is_read(void **state) {
  (void)state;
  static const struct fixture_file files[] = { { "self.yml", "again: ${file(self.yml)}\n" }, { NULL, NULL } };
  struct buf text;
  begin(&text, "${self:functions.echo.handler}");
  buf_add(&text, STR("  all: ${self:}\nprovider: { a: '${self:}', b: '${self:custom}', c: '${file(self.yml)}' }\n"));
  read_and_want(&text, files, NULL);
}

static void long_chains_are_refused(void **state) {
  (void)state;
  static const struct {
    int length;
    const char *want;
  } cases[] = {
    { 190, NULL },
    { 1000, "serverless.yml:204: variables, lists and mappings stand more than 200 deep in one another" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buf text;
    begin(&text, "${self:custom.c0}");
    for (int n = 0; n < cases[i].length; n++) buf_addf(&text, "  c%d: ${self:custom.c%d}\n", n, n + 1);
    buf_addf(&text, "  c%d: end\n", cases[i].length);
    read_and_want(&text, NULL, cases[i].want);
  }
}

static void a_long_circle_is_shown_in_part(void **state) {
  (void)state;
  struct buf text;
  begin(&text, "${self:custom.c0}");
  for (int n = 0; n < 8; n++) buf_addf(&text, "  c%d: ${self:custom.c%d}\n", n, (n + 1) % 8);
  read_and_want(
      &text, NULL,
      "serverless.yml:8: the variable stands for itself: ${self:custom.c1} -> (2 more) -> ${self:custom.c4} "
      "(serverless.yml:11) -> ${self:custom.c5} (serverless.yml:12) -> ${self:custom.c6} (serverless.yml:13) -> "
      "${self:custom.c7} (serverless.yml:14) -> ${self:custom.c0} (serverless.yml:15) -> ${self:custom.c1}");
}

static void work_is_limited(void **state) {
  (void)state;
  struct buf text;
  buf_init(&text, YAML_TREE_MAX);
  buf_add(&text, STR(SERVICE ECHO_FUNCTION "    tags:\n"));
  for (int i = 0; i < 12000; i++) buf_addf(&text, "      - ${self:custom.k%d}\n", i);
  buf_add(&text, STR("custom:\n"));
  for (int i = 0; i < 12000; i++) buf_addf(&text, "  k%d: 1\n", i);
  read_and_want(&text, NULL,
                "serverless.yml: its variables stand for more than can be read: 20000000 entries and bytes");
}

static void files_are_limited(void **state) {
  (void)state;
  for (int count = 99; count <= 100; count++) { /* and moonwire.local.yml */
    struct buf text;
    buf_init(&text, YAML_TREE_MAX);
    buf_add(&text, STR(SERVICE ECHO_FUNCTION "    tags:\n"));
    for (int i = 0; i < count; i++) buf_addf(&text, "      - ${file(f%d.yml)}\n      - ${file(./f%d.yml)}\n", i, i);
    read_and_want(&text, NULL, count > 99 ? "serverless.yml: its variables name more than 100 files" : NULL);
  }
}

static void dotenv_that_doubles_is_refused(void **state) {
  (void)state;
  struct buf text, env;
  buf_init(&env, 10000);
  buf_add(&env, STR("A0=lol\n"));
  for (int i = 1; i <= 40; i++) buf_addf(&env, "A%d=$A%d$A%d\n", i, i - 1, i - 1);
  const struct fixture_file files[] = { { ".env", buf_text(&env) }, { NULL, NULL } };
  begin(&text, "${env:A40}");
  buf_add(&text, STR("  x: y\nuseDotenv: true\n"));
  read_and_want(&text, files, "serverless.yml: a value of .env is longer than 65536 bytes");
  buf_free(&env);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_text_that_doubles_is_refused),
    cmocka_unit_test(lists_that_multiply_are_read),
    cmocka_unit_test(a_tree_in_itself_is_read),
    cmocka_unit_test(long_chains_are_refused),
    cmocka_unit_test(a_long_circle_is_shown_in_part),
    cmocka_unit_test(work_is_limited),
    cmocka_unit_test(files_are_limited),
    cmocka_unit_test(dotenv_that_doubles_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
