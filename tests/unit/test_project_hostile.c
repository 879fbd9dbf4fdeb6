/* project: files that nobody writes by hand. They are refused in a sentence, or read in a moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include "project_fixture.h"
#include "yaml_tree.h"

#include <cmocka.h> /* last: its fail() is a macro */

static void add_times(struct buf *b, const char *text, int times) {
  for (int i = 0; i < times; i++) buf_add(b, str_from(text));
}

/* Reads and frees; NULL wants success, else the sentence must begin like this. */
static void read_and_want(const struct buf *text, const char *want) {
  struct project p;
  char err[ERR_LEN] = "";
  assert_false(text->failed);
  bool ok = project_parse(&p, "serverless.yml", buf_str(text), &nothing_around, err);
  if (ok != (want == NULL) || (want && !str_starts(str_from(err), str_from(want))))
    fail_msg("got \"%s\", wanted \"%s\"", err, want ? want : "success");
  project_free(&p);
}

static void deep_nesting_ends(void **state) {
  (void)state;
  static const char too_deep[] = "serverless.yml:7: lists and mappings stand more than 100 deep in one another";
  static const struct {
    const char *open, *close;
    int times;
    const char *want;
  } cases[] = {
    { "[", "]", 99, NULL }, /* and the mapping around them */
    { "[", "]", 100, too_deep },
    { "[", "", 50, "serverless.yml:8:1: the YAML is broken: did not find expected node content" },
    { "[", "", 1000000, too_deep },
    { "{a: ", "", 200000, too_deep },
    { "- ", "", 99, NULL },
    { "- ", "", 500000, too_deep },
    { "? ", "", 500000, too_deep },
    { "!!seq [", "", 100000, too_deep },
    { "!Mine [", "", 100000, too_deep },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buf text;
    buf_init(&text, YAML_TREE_MAX);
    buf_add(&text, STR(SERVICE ECHO_FUNCTION "custom:\n  "));
    add_times(&text, cases[i].open, cases[i].times);
    add_times(&text, cases[i].close, cases[i].times);
    buf_add(&text, STR("\n"));
    read_and_want(&text, cases[i].want);
    buf_free(&text);
  }
}

static void anchors_are_limited(void **state) {
  (void)state;
  struct buf text;
  buf_init(&text, YAML_TREE_MAX);
  buf_add(&text, STR(SERVICE ECHO_FUNCTION "custom:\n"));
  for (int i = 0; i < 1000; i++) buf_addf(&text, "  - &a%d x\n", i);
  add_times(&text, "  - *a0\n", 50000);
  read_and_want(&text, NULL);
  buf_add(&text, STR("  - &more x\n"));
  read_and_want(&text, "serverless.yml:51007: there are more than 1000 anchors");
  buf_free(&text);
}

static void a_file_that_contains_itself_is_read(void **state) {
  (void)state;
  static const char *const cases[] = {
    SERVICE "functions: &f\n  echo: { handler: a, self: *f, events: [ websocket: a ] }\n",
    "&root\nservice: chat\ncustom: *root\nfunctions:\n  echo:\n    handler: a\n    events: &e\n      - websocket: a\n"
    "      - schedule: *e\n",
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct project p;
    project_must(&p, str_from(cases[i]));
    assert_int_equal(p.route_count, 1);
    project_free(&p);
  }
  static const struct refused_case refused[] = {
    { SERVICE "functions: &f\n  echo: *f\n",
      "serverless.yml:3: functions.echo.handler is missing; expected a string such as handlers/echo.default" },
    { SERVICE "functions:\n  echo:\n    handler: a\n    events: &e [ *e ]\n",
      "serverless.yml:5: functions.echo.events[0] must be an event such as `websocket: $default`, found a list" },
    { SERVICE "functions: &f\n  - a: { handler: a }\n  - *f\n",
      "serverless.yml:2: functions must hold a mapping of functions, such as `echo: { handler: handlers/echo.default "
      "}`, found a list" },
    { SERVICE "custom: &a { x: &b { <<: *a } }\nfunctions: { e: { <<: *b } }\n",
      "serverless.yml:3: functions.e.handler is missing; expected a string such as handlers/echo.default" },
    { SERVICE "custom: &a { b: &b { <<: *a }, <<: *b }\n",
      "serverless.yml:2: the mapping here merges (<<) itself, or mappings more than 50 deep" },
  };
  refused_all(EACH(refused));
}

/* Each level names the one before it nine times: the tree has few nodes, and 9^20 ways through it. */
static void a_bomb_of_aliases_is_read(void **state) {
  (void)state;
  struct buf text;
  buf_init(&text, YAML_TREE_MAX);
  buf_add(&text, STR(SERVICE ECHO_FUNCTION "custom:\n  l0: &l0 [ lol ]\n"));
  for (int i = 1; i <= 20; i++) {
    buf_addf(&text, "  l%d: &l%d [", i, i);
    for (int n = 0; n < 9; n++) buf_addf(&text, "%s*l%d", n ? ", " : " ", i - 1);
    buf_add(&text, STR(" ]\n"));
  }
  read_and_want(&text, NULL);
  buf_free(&text);
}

static void a_bomb_of_merge_keys_is_refused(void **state) {
  (void)state;
  struct buf text;
  buf_init(&text, YAML_TREE_MAX);
  buf_add(&text, STR(SERVICE ECHO_FUNCTION "custom:\n  big: &big {"));
  for (int i = 0; i < 1000; i++) buf_addf(&text, " k%d: 1,", i);
  buf_add(&text, STR(" }\n"));
  size_t len = text.len;
  for (int i = 0; i < 100; i++) buf_addf(&text, "  m%d: { <<: *big }\n", i);
  read_and_want(&text, NULL);
  buf_add(&text, STR("  more: { <<: *big }\n"));
  read_and_want(&text, "serverless.yml:108: merge keys (<<) bring in more than 100000 entries");
  text.len = len;
  buf_add(&text, STR("  m0: &m0 {}\n"));
  for (int i = 1; i <= 60; i++) buf_addf(&text, "  m%d: &m%d { <<: [ *m%d, *m%d ] }\n", i, i, i - 1, i - 1);
  read_and_want(&text, NULL);
  text.len = len;
  buf_add(&text, STR("  deep: "));
  add_times(&text, "{ <<: ", 60);
  buf_add(&text, STR("{}"));
  add_times(&text, " }", 60);
  read_and_want(&text, "serverless.yml:8: the mapping here merges (<<) itself, or mappings more than 50 deep");
  buf_free(&text);
}

/* What aliases repeat for many functions has a limit. */
static void repeated_sections_are_limited(void **state) {
  (void)state;
  struct buf text;
  buf_init(&text, YAML_TREE_MAX);
  buf_add(&text, STR(SERVICE "functions:\n  a:\n    handler: a\n    environment: &v {"));
  for (int i = 0; i < 500; i++) buf_addf(&text, " K%d: v,", i);
  buf_add(&text, STR(" }\n    events: &e [ websocket: x"));
  add_times(&text, ", http: y", 99);
  buf_add(&text, STR(" ]\n"));
  for (int i = 0; i < 99; i++) buf_addf(&text, "  f%d: { handler: a, environment: *v, events: *e }\n", i);
  read_and_want(&text, NULL);
  size_t len = text.len;
  buf_add(&text, STR("  more: { handler: a, events: *e }\n"));
  read_and_want(&text, "serverless.yml:106: there are more than 10000 events");
  text.len = len;
  for (int i = 100; i < 1000; i++) buf_addf(&text, "  f%d: { handler: a, environment: *v }\n", i);
  read_and_want(&text, NULL);
  buf_add(&text, STR("  more: { handler: a }\n"));
  read_and_want(&text, "serverless.yml:1006: there are more than 1000 functions");
  text.len = len;
  buf_add(&text, STR("  more: { handler: a, environment: { <<: *v, one: more } }\n"));
  read_and_want(&text, "serverless.yml:106: functions.more.environment must not have more than 500 variables");
  buf_free(&text);
}

static void routes_are_limited(void **state) {
  (void)state;
  struct buf text;
  buf_init(&text, YAML_TREE_MAX);
  buf_add(&text, STR(SERVICE "functions:\n  a:\n    handler: a\n    events:\n"));
  for (int i = 0; i < 1000; i++) buf_addf(&text, "      - websocket: r%d\n", i);
  read_and_want(&text, NULL);
  buf_add(&text, STR("      - websocket: r0\n"));
  read_and_want(&text, NULL);
  buf_add(&text, STR("      - websocket: more\n"));
  read_and_want(&text, "serverless.yml:1007: there are more than 1000 routes");
  buf_free(&text);
}

/* Any bytes end in success or a sentence; sanitizers and valgrind watch. */
static void rubbish_is_refused(void **state) {
  (void)state;
  uint32_t seed = 1;
  for (int round = 0; round < 300; round++) {
    char bytes[400];
    struct project p;
    char err[ERR_LEN] = "";
    for (size_t i = 0; i < sizeof bytes; i++) {
      seed = seed * 1664525 + 1013904223;
      bytes[i] = round % 2 ? (char)(seed >> 24) : "a: -[]{}*&!\n \"'|>#%"[(seed >> 16) % 20];
    }
    assert_false(project_parse(&p, "serverless.yml", str_of(bytes, sizeof bytes), &nothing_around, err));
    assert_true(str_starts(str_from(err), STR("serverless.yml:")));
    assert_null(p.memory.chunks);
  }
}

/* Each part of a file is a file that stops somewhere. */
static void half_a_file_is_no_harm(void **state) {
  (void)state;
  static const char yaml[] = SERVICE "provider:\n  environment: { A: &a 'b', B: \"\\u00fc\" }\n" ECHO_FUNCTION
                                     "    environment:\n      C: *a\n      D: |\n        text\n";
  for (size_t len = 0; len < sizeof yaml; len++) {
    struct project p;
    char err[ERR_LEN] = "";
    bool ok = project_parse(&p, "serverless.yml", str_of(yaml, len), &nothing_around, err);
    assert_int_equal(ok, err[0] == '\0');
    if (len < sizeof SERVICE) assert_false(ok);
    if (len == sizeof yaml - 1) assert_true(ok);
    project_free(&p);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(deep_nesting_ends),
    cmocka_unit_test(anchors_are_limited),
    cmocka_unit_test(a_file_that_contains_itself_is_read),
    cmocka_unit_test(a_bomb_of_aliases_is_read),
    cmocka_unit_test(a_bomb_of_merge_keys_is_refused),
    cmocka_unit_test(repeated_sections_are_limited),
    cmocka_unit_test(routes_are_limited),
    cmocka_unit_test(rubbish_is_refused),
    cmocka_unit_test(half_a_file_is_no_harm),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
