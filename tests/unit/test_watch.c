/* watch: the kernel's events of a real folder, or looking ourselves. */
#include "folder_fixture.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "watch.h"

enum { SETTLED_MS = 3 * WATCH_GONE_MS /* nothing comes after that */ };

static struct loop *loop;
static struct watch watch;
static int count, wanted;

static void changed(void *ctx, int64_t since_ns) {
  (void)ctx;
  assert_true(since_ns > 0 && since_ns <= clock_monotonic_ns());
  if (++count == wanted) loop_stop(loop);
}

static void begin(void) {
  watch_init(&watch, &(struct watch_options){ .loop = loop, .settings = STR("serverless.yml"), .changed = changed });
  watch_folder(&watch, folder);
  count = 0;
}

static int open_all(void **state) {
  char err[ERR_LEN];
  alarm(60);
  loop = loop_new(err);
  return loop ? folder_open(state) : -1;
}

static int close_all(void **state) {
  watch_free(&watch);
  if (loop_pending(loop) > 0) return -1;
  loop_delete(loop);
  return folder_close(state);
}

static void stop(void *ctx) {
  (void)ctx;
  loop_stop(loop);
}

/* Until it has told so many times, */
static void await(int times) {
  wanted = count + times;
  loop_run(loop);
}

/* or for as long as it would take to tell. */
static void settle(void) {
  struct loop_timer timer = { .fire = stop };
  wanted = -1;
  loop_timer_start(loop, &timer, SETTLED_MS);
  loop_run(loop);
}

static void test_ways_of_saving(void **state) {
  (void)state;
  folder_write("app.lua", "one");
  folder_write("gone.lua", "one");
  begin();
  folder_write("app.lua", "two"); /* truncates */
  await(1);
  folder_write("app.lua.tmp", "three");
  folder_rename("app.lua.tmp", "app.lua");
  await(1);
  folder_write("new.lua", "one");
  await(1);
  folder_remove("gone.lua");
  await(1);
  folder_remove("app.lua");
  folder_write("app.lua", "four");
  await(1);
  folder_link("app.lua", "linked.lua");
  await(1);
  folder_write("serverless.yml", "");
  await(1);
  folder_make("more");
  await(1);
}

/* Many files that are written together are one change. */
static void test_together(void **state) {
  (void)state;
  begin();
  for (int i = 0; i < 20; i++) folder_write(i % 2 ? "a.lua" : "b.lua", "x");
  settle();
  assert_int_equal(count, 1);
}

/* Who deletes first and writes then is not asked in between. */
static void test_gone_and_back(void **state) {
  (void)state;
  folder_write("app.lua", "one");
  begin();
  folder_remove("app.lua");
  folder_write("app.lua", "two");
  settle();
  assert_int_equal(count, 1);
}

static void test_what_does_not_matter(void **state) {
  (void)state;
  folder_write("data.json", "{}");
  folder_make("closed");
  begin();
  folder_write("data.json", "{ }"); /* the service itself may do so with every message */
  folder_write(".app.lua.swp", "x");
  folder_remove(".app.lua.swp");
  folder_write("closed/app.lua", "x"); /* nobody has asked to watch it */
  settle();
  assert_int_equal(count, 0);
  folder_write("new.json", "{}"); /* that there is one is worth to know */
  settle();
  assert_int_equal(count, 1);
}

static void test_a_folder_more(void **state) {
  (void)state;
  begin();
  folder_make("more");
  await(1);
  watch_folder(&watch, folder_path("more"));
  watch_folder(&watch, folder_path("more"));
  folder_write("more/app.lua", "x");
  settle();
  assert_int_equal(count, 2);
  assert_string_equal(watch.why, "");
}

/* What takes its place is another folder. */
static void test_the_folder_itself_goes(void **state) {
  (void)state;
  folder_make("top");
  watch_init(&watch, &(struct watch_options){ .loop = loop, .settings = STR("serverless.yml"), .changed = changed });
  watch_folder(&watch, folder_path("top"));
  count = 0;
  folder_rename("top", "away");
  folder_make("top");
  await(2);
  assert_non_null(strstr(watch.why, "was moved or removed; so it looks for changes itself"));
}

/* Without a descriptor there is no inotify. */
static void test_looking(void **state) {
  (void)state;
  struct rlimit limit, none;
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
  none = limit;
  none.rlim_cur = 0;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
  begin();
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
  assert_non_null(strstr(watch.why, "so it looks for changes itself"));
  await(2); /* on and on, whatever happens */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_ways_of_saving), TEST(test_together), TEST(test_gone_and_back),          TEST(test_what_does_not_matter),
    TEST(test_a_folder_more),  TEST(test_looking),  TEST(test_the_folder_itself_goes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
