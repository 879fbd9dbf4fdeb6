/* config: setting variables for Lua code and children, and listing them. (Reading them: test_credentials.c.) */
#define _GNU_SOURCE /* setenv, clearenv, mallinfo2 */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static void test_set(void **state) {
  (void)state;
  static const struct {
    struct str value;
    const char *want; /* NULL: not set */
  } cases[] = {
    { STR("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"), "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1" },
    { STR("a b=\xC3\xBC"), "a b=\xC3\xBC" },
    { STR(""), NULL },
    { { NULL, 0 }, NULL },
    { STR("a\0b"), NULL },
  };
  for (int before = 0; before < 2; before++) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      setenv("MOONWIRE_TEST", "before", 1);
      if (before == 0) unsetenv("MOONWIRE_TEST");
      config_set("MOONWIRE_TEST", cases[i].value);
      const char *got = getenv("MOONWIRE_TEST");
      assert_int_equal(got != NULL, cases[i].want != NULL);
      if (got) assert_string_equal(got, cases[i].want);
      assert_true(str_equal(config_get("MOONWIRE_TEST"), str_from(cases[i].want)));
    }
  }
}

/* The value is copied, and a part of a longer text. */
static void test_set_slice(void **state) {
  (void)state;
  char text[] = "onetwothree";
  config_set("MOONWIRE_TEST", str_of(text + 3, 3));
  memset(text, '#', sizeof text);
  assert_true(str_equal(config_get("MOONWIRE_TEST"), STR("two")));
}

/* Each invocation sets its trace id: what was set before is given back. */
static void test_set_again_and_again(void **state) {
  (void)state;
  char value[] = "Root=1-00000000-000000000000000000000000";
  struct mallinfo2 before = { 0 };
  for (int i = 0; i < 20000; i++) {
    if (i == 1000) before = mallinfo2();
    snprintf(value, sizeof value, "Root=1-%08x-%024x", i, i);
    config_set("MOONWIRE_TEST", str_from(value));
  }
  assert_true(str_equal(config_get("MOONWIRE_TEST"), str_from(value)));
  assert_true(mallinfo2().uordblks <= before.uordblks + 4096);
}

/* All names with a prefix, and no others. */
struct found {
  char names[256];
  size_t count;
};

static void note(void *ctx, struct str name) {
  struct found *found = ctx;
  size_t len = strlen(found->names);
  snprintf(found->names + len, sizeof found->names - len, "%.*s ", STR_ARG(name));
  found->count++;
}

static void test_each(void **state) {
  (void)state;
  struct found found = { .count = 0 };
  clearenv();
  config_each(STR("A_"), note, &found);
  assert_int_equal(found.count, 0);
  setenv("A_ONE", "1=2", 1);
  setenv("B_A_", "x", 1);
  setenv("A_", "", 1);
  setenv("A", "A_TWO=", 1);
  config_each(STR("A_"), note, &found);
  assert_int_equal(found.count, 2);
  assert_non_null(strstr(found.names, "A_ONE "));
  assert_non_null(strstr(found.names, "A_ "));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_set),
    cmocka_unit_test(test_set_slice),
    cmocka_unit_test(test_set_again_and_again),
    cmocka_unit_test(test_each),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
