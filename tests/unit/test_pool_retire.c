/* pool: one is tried, takes over from another, and the other ends. The real bootstrap. */
#include <stdio.h>
#include <string.h>

#include "pool_fixture.h"

static struct project_function new_function;

static void tell_tried(void *ctx, const struct pool *pool, struct str report) {
  assert_ptr_equal(pool, &dev.pool);
  (void)ctx;
  buf_addf(&dev.story, "tried: %.*s\n", STR_ARG(report.len > 0 ? report : STR("well")));
}

static void tell_gone(void *ctx) {
  (void)ctx;
  buf_add(&dev.story, STR("gone\n"));
}

/* The next pool of the same function, with another handler. */
static void make_heir(struct str handler) {
  struct pool_options options = dev.pool.options;
  new_function = dev.function;
  new_function.handler = handler;
  options.function = &new_function;
  pool_init(&dev.heir, &options);
}

static void test_tried_well(void **state) {
  (void)state;
  pool_try(&dev.pool, tell_tried, NULL);
  dev_run_until("tried", 1);
  dev_run("a", "1");
  assert_string_equal(buf_text(&dev.story), "started 1\ntried: well\na: result 1\na: finished in 1, cold\n");
}

static void test_tried_in_vain(void **state) {
  (void)state;
  static const struct {
    struct str handler;
    const char *want;
  } cases[] = {
    { STR("broken.run"), "tried: {\"errorMessage\":\"no good\"" },
    { STR("nowhere.at"), "\"errorType\":\"Runtime.ImportModuleError\"" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    dev.function.handler = cases[i].handler;
    pool_try(&dev.pool, tell_tried, NULL);
    dev_run_until("ended", (int)i + 1);
    dev_assert_in_story(cases[i].want);
    assert_int_equal(dev_count_in_story("tried"), i + 1);
  }
}

static void test_tried_and_killed(void **state) {
  (void)state;
  dev.kill_at = "loading";
  dev.function.handler = STR("broken.run");
  pool_try(&dev.pool, tell_tried, NULL);
  dev_run_until("ended 1", 1);
  assert_int_equal(dev_count_in_story("tried: {"), 1);
}

static void test_no_program(void **state) {
  (void)state;
  dev.pool.options.program = "/nowhere/bootstrap";
  pool_try(&dev.pool, tell_tried, NULL);
  dev_run_until("tried", 1);
  dev_assert_in_story("tried: {\"errorType\":\"Runtime.InvalidEntrypoint\"");
}

/* One that is idle has nothing to finish. */
static void test_idle(void **state) {
  (void)state;
  dev_run("a", "1");
  make_heir(STR("app.echo"));
  pool_retire(&dev.pool, &dev.heir, tell_gone, NULL);
  dev_run_until("gone", 1);
  dev_assert_in_story("ended 1 with 0\ngone\n");
}

static void test_never_used(void **state) {
  (void)state;
  make_heir(STR("app.echo"));
  pool_retire(&dev.pool, &dev.heir, tell_gone, NULL);
  dev_run_until("gone", 1);
  assert_string_equal(buf_text(&dev.story), "gone\n");
}

/* What runs ends where it began; what waits goes to the heir, in its order. */
static void test_busy(void **state) {
  (void)state;
  dev.function.handler = STR("app.block");
  dev_invoke("a", "1");
  dev_invoke("b", "2");
  dev_invoke("c", "3");
  dev_run_until("blocked", 1);
  make_heir(STR("app.echo"));
  pool_retire(&dev.pool, &dev.heir, tell_gone, NULL);
  dev_run_until("c: finished", 1);
  dev_assert_in_story("b: result 2\nb: finished in 1, cold\nc: result 3\n");
  assert_int_equal(dev_count_in_story("gone"), 0); /* a still runs */
  assert_int_equal(dev.pool.waiting_count, 0);
  pool_free(&dev.pool);
  dev_assert_in_story("a: cancelled");
}

static void tell_begun(void *ctx, const struct environment *e, const struct invoke *in) {
  (void)ctx;
  (void)e;
  buf_addf(&dev.story, "begun %.*s\n", STR_ARG(in->label));
}

static void test_finishes(void **state) {
  (void)state;
  dev_run("a", "1");
  dev.pool.options.observer.begun = tell_begun;
  dev_invoke("b", "2");
  dev_run_until("begun b", 1);
  make_heir(STR("app.boom"));
  pool_retire(&dev.pool, &dev.heir, tell_gone, NULL);
  dev_run_until("gone", 1);
  dev_assert_in_story("b: result 2\nb: finished in 1\n");
  assert_null(dev.pool.environments);
}

/* The function is no more: who has been promised an answer gets it. */
static void test_without_heir(void **state) {
  (void)state;
  dev_invoke("a", "1");
  dev_invoke("b", "2");
  pool_retire(&dev.pool, NULL, tell_gone, NULL);
  dev_run_until("gone", 1);
  dev_assert_in_story("a: result 1\n");
  dev_assert_in_story("b: result 2\n");
  dev_assert_in_story("ended 1 with 0\ngone\n");
}

static void test_end_of_a_retired_one(void **state) {
  (void)state;
  dev.function.handler = STR("app.block");
  dev_invoke("a", "1");
  dev_run_until("blocked", 1);
  pool_retire(&dev.pool, NULL, tell_gone, NULL);
  pool_end(&dev.pool, tell_gone, NULL);
  dev_run_until("gone", 1);
  dev_assert_in_story("a: cancelled");
}

static void test_shared_numbers(void **state) {
  (void)state;
  int last = 6;
  dev.pool.options.last_number = &last;
  dev_run("a", "1");
  make_heir(STR("app.echo"));
  pool_retire(&dev.pool, &dev.heir, tell_gone, NULL);
  pool_invoke(&dev.heir, invoke_new());
  dev_run_until("started 8", 1);
  dev_assert_in_story("a: finished in 7, cold\n");
  dev_run_until("gone", 1);
}

static const char *seen_note;
static char note[ERR_LEN];

static void keep_note(void *ctx, const struct pool *pool, struct invoke *in) {
  (void)ctx;
  (void)pool;
  memcpy(note, in->note, sizeof note);
  buf_add(&dev.story, STR("noted\n"));
}

static void test_note(void **state) {
  (void)state;
  char text[ERR_LEN] = "the code of before";
  seen_note = text;
  dev.pool.options.note = text;
  dev.pool.options.observer.finished = keep_note;
  dev_invoke("a", "1");
  dev_run_until("noted", 1);
  assert_string_equal(note, seen_note);
  text[0] = '\0';
  dev_invoke("b", "1");
  dev_run_until("noted", 2);
  assert_string_equal(note, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, dev_open, dev_close)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_tried_well), TEST(test_tried_in_vain),  TEST(test_tried_and_killed),
    TEST(test_no_program), TEST(test_idle),           TEST(test_never_used),
    TEST(test_busy),       TEST(test_finishes),       TEST(test_without_heir),
    TEST(test_note),       TEST(test_shared_numbers), TEST(test_end_of_a_retired_one),
  };
  return cmocka_run_group_tests(tests, dev_open_directory, dev_close_directory);
}
