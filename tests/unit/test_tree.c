/* tree: the files of a folder, and what differs between two readings. */
#include "folder_fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "buf.h"
#include "tree.h"

static struct buf told;

static void read_it(struct tree *tree, bool (*is_needed)(void *ctx, struct str path)) {
  char err[ERR_LEN];
  struct tree_options options = { .directory = folder, .settings = STR("chat.config"), .is_needed = is_needed };
  if (!tree_read(tree, &options, err)) fail_msg("%s", err);
}

/* "lua app.lua" a line: kind and path; a folder with code is "code/". */
static void assert_tree(const char *want, bool (*is_needed)(void *ctx, struct str path)) {
  static const char *const kinds[] = { "folder", "code", "settings", "other" };
  struct tree tree;
  struct buf out;
  buf_init(&out, 100000);
  read_it(&tree, is_needed);
  for (size_t i = 0; i < tree.count; i++)
    buf_addf(&out, "%s%s %.*s\n", kinds[tree.entries[i].kind], tree.entries[i].has_code ? "*" : "",
             STR_ARG(tree.entries[i].path));
  assert_string_equal(buf_text(&out), want);
  buf_free(&out);
  tree_free(&tree);
}

static void test_kinds(void **state) {
  (void)state;
  static const char *const names[] = {
    "app.lua",
    "a/b/c.lua",
    "a.lua",
    "lib/x.so",
    "lib/y.so.1.2",
    "lib/z.so.new",
    "chat.config",
    "other.yml",
    "pages/a.html",
    ".hidden.lua",
    ".git/hook.lua",
    "build/x.lua",
    "a/build/x.lua",
    "node_modules/x.lua",
    "a/node_modules/y/z.lua",
    "so",
    "app.lua~",
    "app_spec.lua",
    "spec/a_spec.lua",
    "lua_modules/share/lua/5.1/m.lua",
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) folder_write(names[i], "x");
  assert_tree("folder* a\nfolder* a/b\ncode a/b/c.lua\nfolder* a/build\ncode a/build/x.lua\nfolder a/node_modules\n"
              "code a.lua\ncode app.lua\nother app.lua~\nother app_spec.lua\nfolder build\nsettings chat.config\n"
              "folder* lib\ncode lib/x.so\ncode lib/y.so.1.2\nother lib/z.so.new\n"
              "folder* lua_modules\nfolder* lua_modules/share\nfolder* lua_modules/share/lua\n"
              "folder* lua_modules/share/lua/5.1\ncode lua_modules/share/lua/5.1/m.lua\n"
              "folder node_modules\nsettings other.yml\nfolder pages\nother pages/a.html\nother so\nfolder spec\n"
              "other spec/a_spec.lua\n",
              NULL);
}

static bool is_build(void *ctx, struct str path) {
  (void)ctx;
  return str_equal(path, STR("build"));
}

static void test_needed(void **state) {
  (void)state;
  folder_write("build/x.lua", "x");
  assert_tree("folder* build\ncode build/x.lua\n", is_build);
}

static void test_links(void **state) {
  (void)state;
  folder_write("real/x.lua", "x");
  folder_link("real/x.lua", "y.lua");
  folder_link("real", "linked");
  folder_link("../real", "real/self"); /* without end */
  folder_link("nowhere", "dangling.lua");
  assert_int_equal(mkfifo(folder_path("fifo.lua"), 0600), 0);
  assert_tree("folder* linked\nfolder linked/self\ncode linked/x.lua\n"
              "folder* real\nfolder real/self\ncode real/x.lua\ncode y.lua\n",
              NULL);
}

static void tell(void *ctx, const char *path) {
  (void)ctx;
  buf_addf(&told, "%s\n", path + strlen(folder));
}

static void test_folders_are_told(void **state) {
  (void)state;
  char err[ERR_LEN];
  struct tree tree;
  struct tree_options options = { .directory = folder, .settings = STR("s"), .folder = tell };
  folder_write("a/b/x.lua", "x");
  folder_make("node_modules/c");
  folder_make(".d");
  buf_init(&told, 10000);
  assert_true(tree_read(&tree, &options, err));
  assert_string_equal(buf_text(&told), "\n/a\n/a/b\n");
  buf_free(&told);
  tree_free(&tree);
}

static void test_no_folder(void **state) {
  (void)state;
  char err[ERR_LEN];
  struct tree tree;
  struct tree_options options = { .directory = folder_path("nowhere") };
  assert_false(tree_read(&tree, &options, err));
  assert_non_null(strstr(err, "nowhere: cannot be read: No such file or directory"));
}

/* What counts as a change */

static void assert_changes(size_t code, size_t settings, size_t others, const char *first, void (*change)(void)) {
  struct tree before, after;
  read_it(&before, NULL);
  change();
  read_it(&after, NULL);
  struct tree_changes changes = tree_compare(&before, &after);
  assert_int_equal(changes.code, code);
  assert_int_equal(changes.settings, settings);
  assert_int_equal(changes.others, others);
  assert_true(str_equal(changes.first, str_from(first)));
  tree_free(&before);
  tree_free(&after);
}

static void nothing(void) {}

static void write_same(void) {
  folder_write("b/x.lua", "x");
}

static void rename_over(void) {
  folder_write("new", "y");
  folder_rename("new", "b/x.lua");
}

static void write_two(void) {
  folder_write("b/x.lua", "longer");
  folder_write("app.lua", "longer");
  folder_write("s.yml", "longer");
}

static void write_other(void) {
  folder_write("page.html", "longer");
}

static void come_and_go(void) {
  folder_remove("page.html");
  folder_write("picture.png", "");
  folder_make("c");
}

static void remove_code(void) {
  folder_remove("b");
}

static void test_changes(void **state) {
  (void)state;
  folder_write("app.lua", "x");
  folder_write("b/x.lua", "x");
  folder_write("s.yml", "x");
  folder_write("page.html", "x");
  assert_changes(0, 0, 0, NULL, nothing);
  assert_changes(1, 0, 0, "b/x.lua", write_same); /* saved again: whoever does so means it */
  assert_changes(1, 0, 0, "b/x.lua", rename_over);
  assert_changes(2, 1, 0, "app.lua", write_two);
  assert_changes(0, 0, 0, NULL, write_other);
  assert_changes(0, 0, 3, NULL, come_and_go);
  assert_changes(1, 0, 1, "b/x.lua", remove_code);
}

static void test_find(void **state) {
  (void)state;
  static const char *const names[] = { "a/b.lua", "a.lua", "a/c/d.lua", "z.lua", "a-b.lua" };
  struct tree tree;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) folder_write(names[i], "x");
  read_it(&tree, NULL);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const struct tree_entry *found = tree_find(&tree, str_from(names[i]));
    assert_non_null(found);
    assert_true(str_equal(found->path, str_from(names[i])));
  }
  assert_null(tree_find(&tree, STR("a/d.lua")));
  tree_free(&tree);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_open, folder_close)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_kinds),     TEST(test_needed),  TEST(test_links), TEST(test_folders_are_told),
    TEST(test_no_folder), TEST(test_changes), TEST(test_find),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
