/* excerpt: the line that an error message is about. */
#include "folder_fixture.h"

#include "excerpt.h"

static void test_texts(void **state) {
  (void)state;
  static const struct {
    struct str text;
    const char *place, *line;
  } cases[] = {
    { STR("app.lua:2: unexpected symbol"), "app.lua:2", "two" },
    { STR("handler \"app.main\": app.lua:1: what"), "app.lua:1", "one" },
    { STR("a/b.lua:1"), "a/b.lua:1", "deep" },
    { STR("cannot be loaded from /srv/chat/a/b.lua: a/b.lua:1: x"), "a/b.lua:1", "deep" },
    { STR("in ('/srv/chat/app.lua:3: x')"), "app.lua:3", "three" },
    { STR("none.lua:1: then app.lua:2: x"), "app.lua:2", "two" },
    { STR("first\nsecond app.lua:3: x"), "app.lua:3", "three" },
    { STR("app.lua:4: beyond its end"), "", "" },
    { STR("app.lua:0: x"), "", "" },
    { STR("app.lua:-1: x"), "", "" },
    { STR("a:1: a folder"), "", "" },
    { STR("a/../app.lua:1: x"), "", "" },
    { STR("127.0.0.1:80: no file"), "", "" },
    { STR(":1: x"), "", "" },
    { STR(""), "", "" },
  };
  folder_write("app.lua", "  one  \r\ntwo\nthree");
  folder_write("a/b.lua", "deep\n");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct excerpt excerpt;
    assert_int_equal(excerpt_find(&excerpt, folder, STR("/srv/chat"), cases[i].text), cases[i].place[0] != 0);
    assert_string_equal(excerpt.place, cases[i].place);
    assert_string_equal(excerpt.line, cases[i].line);
  }
}

static void test_long_line(void **state) {
  (void)state;
  static char line[1000];
  struct excerpt excerpt;
  for (size_t i = 0; i + 1 < sizeof line; i++) line[i] = 'x';
  folder_write("app.lua", line);
  assert_true(excerpt_find(&excerpt, folder, STR("/srv/chat"), STR("app.lua:1: x")));
  assert_int_equal(str_from(excerpt.line).len, EXCERPT_LINE - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_open, folder_close)

int main(void) {
  const struct CMUnitTest tests[] = { TEST(test_texts), TEST(test_long_line) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
