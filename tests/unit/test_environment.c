/* environment and pool: who gets which invocation, and what becomes of it when its process does not answer. */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "config.h"

/* The files under test are compiled here, with the fixture in place of the server. */
#define exchange_answer rig_answer
#include "environment.c"
#include "environment_api.c"
#include "environment_turns.c"

#include "environment_fixture.h"

/* Warm, and in order */

static void test_first_come_first_served(void **state) {
  (void)state;
  rig_start_with("1");
  rig_invoke("2");
  rig_invoke("3");
  for (int n = 1; n <= 3; n++) {
    char want[] = { (char)('0' + n), 0 };
    assert_string_equal(buf_text(&rig_poll_next()->body), want);
    assert_int_equal(rig_respond(str_from(want))->status, 202);
  }
  rig_run_jobs();
  rig_assert_story("started 1\ndone result 1\nfinished 1 cold\ndone result 2\nfinished 1\ndone result 3\nfinished 1\n");
}

/* Until the process has said that it is ready, on a line without an end. */
static void wait_for_word(void) {
  struct process *process = &rig.pool.environments->process;
  while (process->out.line.len == 0) process_read(process);
}

/* What was written before an invocation is not its own, and what was written in it is. */
static void test_lines_between(void **state) {
  (void)state;
  rig.function.handler = STR("talker");
  rig_start_with("1");
  wait_for_word();
  struct process *process = &rig.pool.environments->process;
  struct pollfd out = { .fd = process->out.watch.fd, .events = POLLIN };
  kill(process->pid, SIGUSR1);
  assert_int_equal(poll(&out, 1, -1), 1);
  rig_poll_next();
  rig_assert_story("started 1\nline of 1: talkerlate\n");
  kill(process->pid, SIGUSR1);
  assert_int_equal(poll(&out, 1, -1), 1);
  rig_respond(STR("1"));
  rig_run_jobs();
  rig_assert_story(
      "started 1\nline of 1: talkerlate\nline of 1 in its invocation: late\ndone result 1\nfinished 1 cold\n");
}

/* Dead pollers */

static void make_idle(void) {
  rig_start_with("1");
  rig_poll_next();
  rig_respond(STR("1"));
  assert_int_equal(rig_poll_next()->status, 0);
  rig_run_until("finished 1 cold\n");
  buf_clear(&rig.story);
}

static void test_poller_left(void **state) {
  (void)state;
  make_idle();
  rig_leave(&rig.fakes[rig.fake_count - 1]);
  assert_int_equal(rig.pool.environments->state, ENVIRONMENT_ENDING);
  rig_invoke("2");
  rig_run_until("started 2\n"); /* the limit is 1: the first one had to go before */
  rig_assert_story("ended 1 by signal 15\nstarted 2\n");
  assert_string_equal(buf_text(&rig_poll_next()->body), "2");
}

/* Known to the kernel, but not yet to us. */
static void test_poller_died(void **state) {
  (void)state;
  siginfo_t info;
  make_idle();
  pid_t pid = rig.pool.environments->process.pid;
  assert_int_equal(kill(pid, SIGKILL), 0);
  assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
  struct fake *poll = &rig.fakes[rig.fake_count - 1];
  assert_false(environment_is_ready(rig.pool.environments)); /* before the loop has told */
  rig.pool.environments->state = ENVIRONMENT_SERVING;
  rig_invoke("2");
  rig_run_until("started 2\n");
  rig_assert_story("ended 1 by signal 9\nstarted 2\n");
  assert_int_equal(poll->status, 500); /* not the event */
}

static void test_died_with_an_invocation(void **state) {
  (void)state;
  rig_start_with("1");
  rig_poll_next();
  rig_invoke("2"); /* is not the one that fails */
  kill(rig.pool.environments->process.pid, SIGKILL);
  rig_run_until("started 2\n");
  assert_true(rig_in_story(
      " Error: Runtime exited with error: signal: killed\"}\nfinished 1 cold\nended 1 by signal 9\nstarted 2\n"));
  assert_true(rig_in_story("done crashed {\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: "));
  assert_string_equal(buf_text(&rig_poll_next()->body), "2");
}

/* Starts that fail */

static void test_exit_before_the_first_poll(void **state) {
  (void)state;
  rig.function.handler = STR("exit 7");
  rig_invoke("1");
  rig_invoke("2");
  rig_run_until("ended 2 with 7\n");
  assert_true(
      rig_in_story("Error: Runtime exited with error: exit status 7\"}\nfinished 1 cold\nended 1 with 7\nstarted 2\n"));
  assert_true(rig_in_story("finished 2 cold\nended 2 with 7\n"));
  assert_null(rig.pool.waiting.first);
}

static void test_start_takes_too_long(void **state) {
  (void)state;
  rig_start_with("1");
  loop_timer_start(rig.loop, &rig.pool.environments->limit, 0); /* as if that time was over */
  rig_run_until("ended");
  assert_true(rig_in_story("done timed out {\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: "));
  assert_true(
      rig_in_story(" Error: Initialization timed out after 10.00 seconds\"}\nfinished 1 cold\nended 1 by signal 9\n"));
}

static void test_cannot_start(void **state) {
  (void)state;
  rig.pool.options.program = "/nowhere/bootstrap";
  rig_invoke("1");
  rig_invoke("2");
  rig_assert_story("");
  rig_run_until("finished");
  static const char each[] = "done throttled {\"errorType\":\"Runtime.InvalidEntrypoint\",\"errorMessage\":\"start "
                             "/nowhere/bootstrap: No such file or directory\"}\nfinished 0\n";
  struct buf want;
  buf_init(&want, 10000);
  buf_addf(&want, "%s%s", each, each);
  rig_assert_story(buf_text(&want));
  buf_free(&want);
  assert_int_equal(rig.pool.environment_count, 0);
}

/* Limits */

static void test_timeout(void **state) {
  (void)state;
  rig_start_with("1");
  rig.function.timeout_s = 1;
  rig_poll_next();
  rig_run_until("ended");
  assert_true(rig_in_story("done timed out {\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: "));
  assert_true(rig_in_story(" Error: Task timed out after 1.00 seconds\"}\nfinished 1 cold\nended 1 by signal 9\n"));
}

/* Deferred functions have until the deadline; a process that does not ask again is ended. */
static void test_busy_after_its_answer(void **state) {
  (void)state;
  rig_start_with("1");
  rig.function.timeout_s = 0;
  rig_poll_next();
  rig_respond(STR("1"));
  rig_run_until("ended");
  rig_assert_story("started 1\ndone result 1\nfinished 1 cold\nended 1 by signal 9\n");
}

static void test_throttled(void **state) {
  (void)state;
  rig_start_with("1");
  rig.pool.waiting_bytes = POOL_WAITING_MAX - 1000; /* as if so much waited */
  struct invoke *in = invoke_new();
  for (int i = 0; i < 100; i++) buf_add(&in->event, STR("0123456789"));
  in->done = rig_tell_done;
  pool_invoke(&rig.pool, in);
  assert_false(rig_in_story("done"));
  rig_run_until("finished");
  rig_assert_story(
      "started 1\ndone throttled {\"errorType\":\"TooManyRequestsException\",\"errorMessage\":\"Rate Exceeded.\"}\n"
      "finished 0\n");
  assert_int_equal(rig.pool.waiting_count, 1);
}

static void test_as_many_as_wait(void **state) {
  (void)state;
  rig.pool.options.most = 3;
  rig_invoke("1");
  rig_invoke("2");
  rig_run_until("started 2\n");
  rig_run_jobs();
  assert_int_equal(rig.pool.environment_count, 2);
  for (int i = 0; i < 5; i++) rig_invoke("3");
  rig_run_until("started 3\n");
  rig_run_jobs();
  assert_int_equal(rig.pool.environment_count, 3);
}

static void test_last_idle_first_used(void **state) {
  (void)state;
  rig.pool.options.most = 3;
  for (int i = 0; i < 3; i++) rig_invoke("1");
  rig_run_until("started 3\n");
  struct environment *third = rig.pool.environments, *second = third->next, *first = second->next;
  struct environment *order[] = { first, third, second };
  for (int i = 0; i < 3; i++) {
    rig.pool.environments = order[i]; /* rig_request() speaks for the first of the list */
    rig_poll_next();
    rig_respond(STR("1"));
  }
  for (int i = 0; i < 3; i++) {
    rig.pool.environments = order[i];
    rig_poll_next();
  }
  rig.pool.environments = third;
  for (int i = 2; i >= 0; i--) {
    rig_invoke("2");
    rig_run_jobs();
    assert_int_equal(order[i]->busy, 1);
  }
}

/* The end */

static void tell_all_ended(void *ctx) {
  buf_addf(&rig.story, "%s\n", (const char *)ctx);
  assert_int_equal(rig.pool.environment_count, 0);
}

static void test_end(void **state) {
  (void)state;
  rig_start_with("1");
  rig_poll_next();
  rig_invoke("2");
  pool_end(&rig.pool, tell_all_ended, (void *)(uintptr_t) "all");
  rig_assert_story("started 1\n");
  rig_invoke("3");
  rig_run_until("all");
  rig_assert_story(
      "started 1\ndone cancelled \nfinished 0\ndone cancelled \nfinished 1 cold\ndone cancelled \nfinished 0\n"
      "ended 1 by signal 15\nall\n");
}

static void test_end_of_a_stubborn_one(void **state) {
  (void)state;
  rig.function.handler = STR("stubborn");
  rig_start_with("1");
  wait_for_word();
  pool_end(&rig.pool, tell_all_ended, (void *)(uintptr_t) "all");
  rig_run_until("all");
  assert_true(rig_in_story("ended 1 by signal 9\nall\n"));
}

static void test_end_of_nothing(void **state) {
  (void)state;
  pool_end(&rig.pool, tell_all_ended, (void *)(uintptr_t) "all");
  rig_assert_story("");
  rig_run_until("all");
  rig_assert_story("all\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_open, rig_close)

int main(void) {
  struct str handler = config_get("_HANDLER");
  if (handler.len > 0) return rig_serve(handler);
  const struct CMUnitTest tests[] = {
    TEST(test_first_come_first_served),
    TEST(test_lines_between),
    TEST(test_poller_left),
    TEST(test_poller_died),
    TEST(test_died_with_an_invocation),
    TEST(test_exit_before_the_first_poll),
    TEST(test_start_takes_too_long),
    TEST(test_cannot_start),
    TEST(test_timeout),
    TEST(test_busy_after_its_answer),
    TEST(test_throttled),
    TEST(test_as_many_as_wait),
    TEST(test_last_idle_first_used),
    TEST(test_end),
    TEST(test_end_of_a_stubborn_one),
    TEST(test_end_of_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
