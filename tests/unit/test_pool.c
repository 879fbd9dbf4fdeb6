/* pool: the real bootstrap, from its start to its end. */
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "pool_fixture.h"

static void test_cold_and_warm(void **state) {
  (void)state;
  dev_run("a", "{\"n\":1}");
  dev_run("b", "[2]");
  assert_string_equal(buf_text(&dev.story), "started 1\n"
                                            "a: result {\"n\":1}\na: finished in 1, cold\n"
                                            "b: result [2]\nb: finished in 1\n");
}

static void test_two_at_once(void **state) {
  (void)state;
  dev.pool.options.most = 5;
  dev_invoke("a", "1");
  dev_invoke("b", "2");
  dev_run_until("finished", 2);
  assert_int_equal(dev.pool.last_number, 2);
  dev_assert_in_story("a: result 1\n");
  dev_assert_in_story("b: result 2\n");
}

static void stop(void *loop) {
  loop_stop(loop);
}

/* Runs the loop until so many environments wait for an event. */
static void await_idle(size_t count) {
  for (size_t idle = 0; idle < count;) {
    struct loop_timer timer = { .fire = stop, .ctx = dev.loop };
    loop_timer_start(dev.loop, &timer, 5);
    loop_run(dev.loop);
    idle = 0;
    for (const struct environment *e = dev.pool.environments; e; e = e->next) idle += environment_room(e);
  }
}

/* A burst may start more than it needs: an idle one that has served goes first, then the one that polled last. */
static void test_warm_first(void **state) {
  (void)state;
  dev.pool.options.most = 2;
  dev_invoke("a", "1");
  dev_invoke("b", "2");
  dev_run_until("finished", 2);
  await_idle(2);
  struct environment *fresh = dev.pool.environments, *used = fresh->next;
  fresh->served = false;
  used->served = true;
  fresh->idle_ns = used->idle_ns + 1;
  dev_run("c", "3");
  dev_assert_in_story("c: finished in 1\n");
  await_idle(2);
  fresh->served = true;
  fresh->idle_ns = used->idle_ns + 1;
  dev_run("d", "4");
  dev_assert_in_story("d: finished in 2\n");
}

/* Started for nobody, it serves the first one that comes; asking again starts no other. */
static void test_warmed_up(void **state) {
  (void)state;
  pool_warm_up(&dev.pool);
  dev_run_until("started 1", 1);
  pool_warm_up(&dev.pool);
  dev_run("a", "1");
  pool_warm_up(&dev.pool);
  dev_run("b", "1");
  dev_assert_in_story("a: finished in 1, cold\n");
  dev_assert_in_story("b: finished in 1\n");
  assert_int_equal(dev.pool.last_number, 1);
}

/* It failed for nobody, and the first invocation fails for itself. */
static void test_warm_up_fails(void **state) {
  (void)state;
  dev.function.handler = STR("nowhere.at");
  pool_warm_up(&dev.pool);
  dev_run_until("ended 1", 1);
  assert_int_equal(dev_count_in_story("finished"), 0);
  dev_run("a", "1");
  dev_assert_in_story("a: init error {");
  assert_int_equal(dev.pool.last_number, 2);
}

static void test_limit(void **state) {
  (void)state;
  dev.pool.options.most = 2;
  for (int i = 0; i < 200; i++) dev_invoke("a", "1");
  dev_run_until("finished", 200);
  assert_int_equal(dev_count_in_story("a: result 1\n"), 200);
  assert_int_equal(dev.pool.last_number, 2);
}

static void test_in_order(void **state) {
  (void)state;
  static const char labels[26][2] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m",
                                      "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z" };
  for (int i = 0; i < 26; i++) dev_invoke(labels[i], "1");
  dev_run_until("z: finished", 1);
  const char *at = buf_text(&dev.story);
  for (int i = 0; i < 26; i++) {
    char want[64];
    snprintf(want, sizeof want, "\n%s: result 1\n", labels[i]);
    at = strstr(at, want);
    if (!at) fail_msg("%s is not in order", labels[i]);
  }
}

static void test_error(void **state) {
  (void)state;
  dev.function.handler = STR("app.boom");
  dev_run("a", "1");
  dev_run("b", "1");
  dev_assert_in_story("a: error {\"errorMessage\":\"boom\",");
  dev_assert_in_story("b: finished in 1\n"); /* it goes on */
}

static void test_init_error(void **state) {
  (void)state;
  dev.function.handler = STR("broken.run");
  dev_run("a", "1");
  dev_assert_in_story("-> loading\n"); /* nobody's: no invocation is at hand while it starts */
  dev_assert_in_story("a: init error {");
  dev_assert_in_story("no good");
  dev_run_until("ended", 1);
  dev_assert_in_story("ended 1 with 1\n");
  assert_int_equal(dev.pool.environment_count, 0);
  dev_run("b", "1"); /* another try, another environment */
  dev_assert_in_story("started 2\n");
  dev_assert_in_story("b: init error {");
}

static void test_exit(void **state) {
  (void)state;
  dev.function.handler = STR("app.exit");
  dev_run("a", "1");
  dev_assert_in_story("started 1\na> leaving\n");
  dev_assert_in_story("\tFATAL\tos.exit was called at app.lua:4: the environment ends\na: crashed {");
  dev_assert_in_story("\"errorType\":\"Runtime.ExitError\",");
  dev_assert_in_story(" Error: Runtime exited with error: exit status 3\"}\na: finished in 1, cold\nended 1 with 3\n");
  assert_int_equal(dev.pool.environment_count, 0);
}

static void test_kill(void **state) {
  (void)state;
  dev.function.handler = STR("app.block");
  dev.kill_at = "blocked";
  dev_run("a", "1");
  dev_assert_in_story("a> blocked\na: crashed {");
  dev_assert_in_story("signal: killed\"}\na: finished in 1, cold\nended 1 by signal 9\n");
  dev.function.handler = STR("app.echo");
  dev_run("b", "2");
  dev_assert_in_story("started 2\nb: result 2\nb: finished in 2, cold\n");
}

static void test_timeout(void **state) {
  (void)state;
  dev.function.handler = STR("app.block");
  dev.function.timeout_s = 1;
  dev_run("a", "1");
  dev_run_until("ended", 1);
  dev_assert_in_story("a> blocked\n");
  dev_assert_in_story("the handler still is in execute, called at app.lua:");
  dev_assert_in_story("\na: timed out {\"errorType\":\"Sandbox.Timedout\",");
  dev_assert_in_story(" Error: Task timed out after 1.00 seconds\"}\na: finished in 1, cold\nended 1 by signal 9\n");
}

static void test_lines(void **state) {
  (void)state;
  dev.function.handler = STR("app.lines");
  dev_run("a", "\"x\"");
  dev_run("b", "\"y\"");
  struct buf want;
  buf_init(&want, 10000);
  for (const char *label = "a"; label; label = *label == 'a' ? "b" : NULL) {
    for (int i = 1; i <= 20; i++) buf_addf(&want, "%s> %c%d\n", label, *label == 'a' ? 'x' : 'y', i);
    dev_assert_in_story(buf_text(&want));
    buf_clear(&want);
    buf_addf(&want, "%s! err\n", label);
    dev_assert_in_story(buf_text(&want));
    buf_clear(&want);
  }
  buf_free(&want);
  assert_true(strstr(buf_text(&dev.story), "a! err\n") < strstr(buf_text(&dev.story), "a: finished"));
  assert_true(strstr(buf_text(&dev.story), "y20\n") < strstr(buf_text(&dev.story), "b: finished"));
}

static void test_too_large(void **state) {
  (void)state;
  dev.function.handler = STR("app.big");
  dev_run("a", "1");
  dev_assert_in_story("a: error {\"errorType\":\"Function.ResponseSizeTooLarge\",");
  dev_run("b", "1");
  dev_assert_in_story("b: finished in 1\n"); /* it goes on, and nobody was asked twice */
  assert_int_equal(dev_count_in_story("finished"), 2);
}

static void test_environment(void **state) {
  (void)state;
  const struct field own[] = { { STR("OWN"), STR("1") }, { STR("AWS_ACCESS_KEY_ID"), STR("AKID") } };
  config_set("MOONWIRE_SECRET", STR("ours"));
  dev.function.handler = STR("app.variables");
  dev.function.environment = (struct fields){ own, 2 };
  dev_run("a", "1");
  dev_assert_in_story("\"secret\":\"none\"");
  dev_assert_in_story("\"key\":\"local\"");
  dev_assert_in_story("\"own\":\"1\"");
  dev_assert_in_story("\"name\":\"chat-dev-echo\"");
}

static void test_context(void **state) {
  (void)state;
  dev.function.handler = STR("app.context");
  dev_run("a", "1");
  dev_assert_in_story("a: result \"arn:aws:lambda:eu-west-3:123456789012:function:chat-dev-echo\"\n");
}

static void tell_all_ended(void *ctx) {
  (void)ctx;
  buf_add(&dev.story, STR("all\n"));
}

static void test_end(void **state) {
  (void)state;
  dev_run("a", "1"); /* idle */
  dev.function.handler = STR("app.block");
  dev_invoke("b", "1");
  dev_run_until("b: finished", 1); /* by the idle one, which still has the old handler */
  pool_end(&dev.pool, tell_all_ended, NULL);
  dev_invoke("c", "1");
  dev_run_until("all", 1);
  dev_assert_in_story("c: cancelled \nc: finished in 0\nended 1 with 0\nall\n");
}

static void test_end_while_busy(void **state) {
  (void)state;
  dev.function.handler = STR("app.block");
  dev_invoke("a", "1");
  dev_invoke("b", "1");
  dev_run_until("blocked", 1);
  pool_end(&dev.pool, tell_all_ended, NULL);
  dev_run_until("\nall\n", 1);
  dev_assert_in_story("b: cancelled \nb: finished in 0\na: cancelled \na: finished in 1, cold\n");
  dev_assert_in_story("ended 1 with 0\nall\n"); /* in between: its reply came too late, which it logs */
}

static void test_freed_while_busy(void **state) {
  (void)state;
  dev.function.handler = STR("app.block");
  dev_invoke("a", "1");
  dev_invoke("b", "1");
  dev_run_until("blocked", 1);
  pool_free(&dev.pool);
  dev_assert_in_story("b: cancelled \nb: finished in 0\na: cancelled \na: finished in 1, cold\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, dev_open, dev_close)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_cold_and_warm),
    TEST(test_two_at_once),
    TEST(test_limit),
    TEST(test_warm_first),
    TEST(test_warmed_up),
    TEST(test_warm_up_fails),
    TEST(test_in_order),
    TEST(test_error),
    TEST(test_init_error),
    TEST(test_exit),
    TEST(test_kill),
    TEST(test_timeout),
    TEST(test_lines),
    TEST(test_too_large),
    TEST(test_environment),
    TEST(test_context),
    TEST(test_end),
    TEST(test_end_while_busy),
    TEST(test_freed_while_busy),
  };
  return cmocka_run_group_tests(tests, dev_open_directory, dev_close_directory);
}
