/* snapshot and run_folder: copies that stay as they are, and go. */
#define _GNU_SOURCE
#include "folder_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "snapshot.h"

static struct run_folder home;
static char source[PATH_MAX];
static int copies;

/* The copies go to "copies", the service is in "service". */
static int open_all(void **state) {
  char err[ERR_LEN];
  if (folder_open(state) < 0) return -1;
  folder_make("copies");
  folder_make("service");
  snprintf(source, sizeof source, "%s", folder_path("service"));
  if (setenv("TMPDIR", folder_path("copies"), 1) < 0 || !run_folder_open(&home, err)) return -1;
  copies = 0;
  return 0;
}

static int close_all(void **state) {
  run_folder_close(&home);
  bool is_gone = rmdir(folder_path("copies")) == 0; /* nothing is left in it */
  unsetenv("TMPDIR");
  folder_close(state);
  return is_gone ? 0 : -1;
}

static void read_tree(struct tree *tree) {
  char err[ERR_LEN];
  assert_true(tree_read(tree, &(struct tree_options){ .directory = source, .settings = STR("serverless.yml") }, err));
}

static struct snapshot *take(const struct snapshot *before) {
  char err[ERR_LEN];
  struct tree tree;
  read_tree(&tree);
  struct snapshot *snapshot = snapshot_new(&home, ++copies, source, &tree, before, err);
  if (!snapshot) fail_msg("%s", err);
  return snapshot;
}

static const char *in(const struct snapshot *snapshot, const char *name) {
  static char path[2 * PATH_MAX];
  snprintf(path, sizeof path, "%s/%s", snapshot->path, name);
  return path;
}

static void assert_in(const struct snapshot *snapshot, const char *name, const char *want) {
  assert_string_equal(folder_read(in(snapshot, name)), want);
}

static ino_t inode(const char *path) {
  struct stat about;
  assert_int_equal(stat(path, &about), 0);
  return about.st_ino;
}

static bool is_link(const char *path) {
  struct stat about;
  assert_int_equal(lstat(path, &about), 0);
  return S_ISLNK(about.st_mode);
}

static void test_code_is_copied(void **state) {
  (void)state;
  folder_write("service/app.lua", "one");
  folder_write("service/a/b/c.lua", "one");
  folder_write("service/lua_modules/lib/lua/5.1/x.so", "ELF");
  struct snapshot *snapshot = take(NULL);
  folder_write("service/app.lua", "two");
  folder_remove("service/a");
  assert_in(snapshot, "app.lua", "one");
  assert_in(snapshot, "a/b/c.lua", "one");
  assert_in(snapshot, "lua_modules/lib/lua/5.1/x.so", "ELF");
  assert_false(is_link(in(snapshot, "app.lua")));
  snapshot_release(snapshot);
}

static void test_the_rest_is_linked(void **state) {
  (void)state;
  folder_write("service/app.lua", "one");
  folder_write("service/page.html", "one");
  folder_write("service/pages/deep/x.html", "one");
  folder_write("service/node_modules/x.lua", "one");
  struct snapshot *snapshot = take(NULL);
  folder_write("service/page.html", "two");
  folder_write("service/pages/deep/new.html", "new");
  assert_in(snapshot, "page.html", "two");
  assert_in(snapshot, "pages/deep/new.html", "new");
  assert_in(snapshot, "node_modules/x.lua", "one");
  assert_true(is_link(in(snapshot, "pages")));
  snapshot_release(snapshot);
}

static void test_new_files_are_followed(void **state) {
  (void)state;
  struct tree tree;
  folder_write("service/app.lua", "one");
  struct snapshot *snapshot = take(NULL);
  folder_write("service/page.html", "one");
  folder_write("service/pages/x.html", "one");
  read_tree(&tree);
  snapshot_follow(snapshot, &tree);
  assert_in(snapshot, "page.html", "one");
  assert_in(snapshot, "pages/x.html", "one");
  assert_int_equal(snapshot->tree.count, 4);
  snapshot_release(snapshot);
}

/* The next copy shares what has not changed; each one goes by itself. */
static void test_sharing(void **state) {
  (void)state;
  folder_write("service/a.lua", "one");
  folder_write("service/b.lua", "one");
  struct snapshot *first = take(NULL);
  folder_write("service/b.lua", "two");
  struct snapshot *second = take(first);
  assert_int_equal(inode(in(first, "a.lua")), inode(in(second, "a.lua")));
  assert_in(first, "b.lua", "one");
  assert_in(second, "b.lua", "two");
  snapshot_release(snapshot_hold(first));
  assert_in(first, "a.lua", "one");
  snapshot_release(first);
  assert_in(second, "a.lua", "one");
  assert_string_equal(folder_read(folder_path("copies")), ""); /* a folder */
  snapshot_release(second);
}

/* A folder is shared as a whole while its code stays the same. */
static void test_sharing_folders(void **state) {
  (void)state;
  folder_write("service/a/deep/x.lua", "one");
  folder_write("service/a/y.lua", "one");
  folder_write("service/b/x.lua", "one");
  struct snapshot *first = take(NULL);
  folder_write("service/b/x.lua", "two");
  folder_write("service/a/page.html", "page");
  struct snapshot *second = take(first);
  assert_int_equal(inode(in(first, "a")), inode(in(second, "a")));
  assert_in(second, "a/page.html", "page");
  assert_in(first, "b/x.lua", "one");
  assert_in(second, "b/x.lua", "two");
  snapshot_release(first);
  folder_write("service/a/deep/x.lua", "three");
  struct snapshot *third = take(second);
  assert_int_equal(inode(in(second, "a/y.lua")), inode(in(third, "a/y.lua")));
  assert_in(second, "a/deep/x.lua", "one");
  assert_in(third, "a/deep/x.lua", "three");
  folder_remove("service/b");
  struct snapshot *fourth = take(third);
  snapshot_release(second);
  snapshot_release(third);
  assert_in(fourth, "a/deep/x.lua", "three");
  assert_in(fourth, "b/x.lua", "(none)");
  snapshot_release(fourth);
}

static void test_private(void **state) {
  (void)state;
  struct stat about;
  folder_write("service/app.lua", "one");
  struct snapshot *snapshot = take(NULL);
  assert_int_equal(stat(home.path, &about), 0);
  assert_int_equal(about.st_mode & 0777, 0700);
  assert_int_equal(stat(in(snapshot, "app.lua"), &about), 0);
  assert_int_equal(about.st_mode & 0222, 0); /* nobody writes into what generations share */
  snapshot_release(snapshot);
}

static void test_no_room(void **state) {
  (void)state;
  char err[ERR_LEN];
  struct tree tree;
  folder_write("service/app.lua", "one");
  read_tree(&tree);
  struct snapshot *first = snapshot_new(&home, 1, source, &tree, NULL, err);
  read_tree(&tree);
  assert_null(snapshot_new(&home, 1, source, &tree, NULL, err)); /* the folder is there already */
  assert_non_null(strstr(err, "cannot be made: File exists"));
  assert_in(first, "app.lua", "one");
  snapshot_release(first);
}

/* What the service links to is not touched. */
static void test_removal_follows_no_link(void **state) {
  (void)state;
  folder_write("service/app.lua", "one");
  folder_write("service/pages/x.html", "one");
  snapshot_release(take(NULL));
  assert_string_equal(folder_read("service/pages/x.html"), "one");
}

static void test_no_temporary_folder(void **state) {
  (void)state;
  struct run_folder other = { .fd = -1 };
  char err[ERR_LEN];
  setenv("TMPDIR", folder_path("nowhere"), 1);
  assert_false(run_folder_open(&other, err));
  assert_non_null(strstr(err, "TMPDIR names another place"));
  setenv("TMPDIR", folder_path("copies"), 1);
  run_folder_close(&other);
}

static void make_old(const char *name) {
  struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
  assert_int_equal(utimensat(AT_FDCWD, folder_path(name), times, 0), 0);
}

/* Those of crashes are removed; a living one, a stranger and a fresh one are left. */
static void test_left_behind(void **state) {
  (void)state;
  struct run_folder other;
  char err[ERR_LEN];
  folder_write("copies/moonwire-dev-crash/1/app.lua", "one");
  folder_write("copies/moonwire-dev-open/1/app.lua", "one");
  folder_write("copies/moonwire-dev-young/1/app.lua", "one");
  folder_write("copies/else/1/app.lua", "one");
  chmod(folder_path("copies/moonwire-dev-crash"), 0700);
  chmod(folder_path("copies/moonwire-dev-young"), 0700);
  make_old("copies/moonwire-dev-crash");
  make_old("copies/moonwire-dev-open"); /* others may read it: it was never ours */
  make_old("copies/else");
  make_old(home.path + strlen(folder) + 1);
  assert_true(run_folder_open(&other, err));
  assert_int_equal(access(folder_path("copies/moonwire-dev-crash"), F_OK), -1);
  assert_int_equal(access(home.path, F_OK), 0);
  assert_string_equal(folder_read("copies/moonwire-dev-open/1/app.lua"), "one");
  assert_string_equal(folder_read("copies/moonwire-dev-young/1/app.lua"), "one");
  assert_string_equal(folder_read("copies/else/1/app.lua"), "one");
  run_folder_close(&other);
  folder_remove("copies/moonwire-dev-open");
  folder_remove("copies/moonwire-dev-young");
  folder_remove("copies/else");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_code_is_copied),
    TEST(test_the_rest_is_linked),
    TEST(test_new_files_are_followed),
    TEST(test_sharing),
    TEST(test_sharing_folders),
    TEST(test_private),
    TEST(test_no_room),
    TEST(test_left_behind),
    TEST(test_no_temporary_folder),
    TEST(test_removal_follows_no_link),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
