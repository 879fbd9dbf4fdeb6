/* excerpt: the line that an error message is about. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "folder_fixture.h"

#include "excerpt.h"

static struct buf around;

static bool find(struct excerpt *excerpt, struct str text) {
  struct excerpt_place in = { .root = folder, .directory = STR("/srv/chat") };
  buf_clear(&around);
  return excerpt_find(excerpt, &in, text, &around);
}

static int begin(void **state) {
  buf_init(&around, 64 * 1024);
  return folder_open(state);
}

static int end(void **state) {
  buf_free(&around);
  return folder_close(state);
}

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
    assert_int_equal(find(&excerpt, cases[i].text), cases[i].place[0] != 0);
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
  assert_true(find(&excerpt, STR("app.lua:1: x")));
  assert_int_equal(str_from(excerpt.line).len, EXCERPT_LINE - 1);
}

static void test_around(void **state) {
  (void)state;
  struct excerpt excerpt;
  folder_write("app.lua", "1\n2\n3\n4\r\n5\n6\n7\n8\n9");
  assert_true(find(&excerpt, STR("app.lua:2: x")));
  assert_string_equal(buf_text(&around),
                      "[{\"number\":1,\"text\":\"1\"},{\"number\":2,\"text\":\"2\",\"wrong\":true},"
                      "{\"number\":3,\"text\":\"3\"},{\"number\":4,\"text\":\"4\"},{\"number\":5,\"text\":\"5\"}]");
  assert_false(find(&excerpt, STR("app.lua:10: x")));
  assert_int_equal(around.len, 0);
}

/* Who chooses the text chooses neither a file out of the service nor one of another kind. */
static void test_other_files(void **state) {
  static char large[1024 * 1024 + 2];
  static const struct {
    struct str text;
    bool found, found_settings;
  } cases[] = {
    { STR("app.lua:1: x"), true, true },
    { STR("part/a.lua:1: x"), true, true },      /* of a snapshot: a link to what stands beside it */
    { STR("own.lua:1: x"), true, true },         /* a link into the service */
    { STR("serverless.yml:1: x"), false, true }, /* a link into the service */
    { STR("link.lua:1: x"), false, false },
    { STR("text.lua:1: x"), false, false },
    { STR("link.txt:1: x"), false, false },
    { STR(".env:1: x"), false, false },
    { STR("outside/secret.lua:1: x"), false, false },
    { STR("large.lua:1: x"), false, false },
    { STR("fifo.lua:1: x"), false, false },
    { STR("a.lua:1 b.lua:1 c.lua:1 d.lua:1 app.lua:1"), false, false },
  };
  (void)state;
  memset(large, 'x', sizeof large - 1);
  folder_write("elsewhere/secret.lua", "secret");
  folder_write("service/own.lua", "own");
  folder_write("service/serverless.yml", "service: x");
  folder_write("service/text.txt", "text");
  folder_write("run/1.0/a.lua", "a");
  folder_write("run/1/app.lua", "app");
  folder_write("run/1/large.lua", large);
  folder_write("run/1/.env", "KEY=secret");
  folder_link(folder_path("run/1.0"), "run/1/part");
  folder_link(folder_path("service/own.lua"), "run/1/own.lua");
  folder_link(folder_path("service/text.txt"), "run/1/text.lua");
  folder_link(folder_path("service/serverless.yml"), "run/1/serverless.yml");
  folder_link(folder_path("elsewhere/secret.lua"), "run/1/link.lua");
  folder_link(folder_path("elsewhere"), "run/1/outside");
  folder_link("/etc/passwd", "run/1/link.txt");
  assert_int_equal(mkfifo(folder_path("run/1/fifo.lua"), 0600), 0);
  char root[PATH_MAX], directory[PATH_MAX];
  snprintf(root, sizeof root, "%s", folder_path("run/1"));
  snprintf(directory, sizeof directory, "%s", folder_path("service"));
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct excerpt_place in = { .root = root, .directory = str_from(directory), .is_snapshot = true };
    struct excerpt excerpt;
    assert_int_equal(excerpt_find(&excerpt, &in, cases[i].text, &around), cases[i].found);
    in.has_settings = true;
    assert_int_equal(excerpt_find(&excerpt, &in, cases[i].text, &around), cases[i].found_settings);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = { TEST(test_texts), TEST(test_long_line), TEST(test_around),
                                      TEST(test_other_files) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
