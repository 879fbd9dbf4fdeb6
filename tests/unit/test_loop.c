/* loop: descriptors and jobs, and what their callbacks may do to each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static struct loop *loop;
static char order[64]; /* who ran, as letters */
static char err[ERR_LEN];
static int ends[4]; /* two pairs of connected sockets: 0 and 1, 2 and 3 */
static struct loop_watch first, second;

static void note(void *ctx) {
  size_t len = strlen(order);
  assert_true(len + 1 < sizeof order);
  order[len] = *(const char *)ctx;
  order[len + 1] = '\0';
}

static int open_loop(void **state) {
  (void)state;
  order[0] = err[0] = '\0';
  memset(&first, 0, sizeof first);
  memset(&second, 0, sizeof second);
  loop = loop_new(err);
  return loop && socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, ends + 2) == 0
             ? 0
             : -1;
}

static int close_loop(void **state) {
  (void)state;
  size_t left = loop_pending(loop);
  for (int i = 0; i < 4; i++)
    if (ends[i] >= 0) close(ends[i]);
  if (left == 0) loop_delete(loop);
  return (int)left;
}

static void send_byte(int fd) {
  assert_int_equal(write(fd, "x", 1), 1);
}

/* Watches */

static void note_events_and_stop(void *ctx, int events) {
  struct loop_watch *w = ctx;
  note(events & LOOP_READ ? "r" : "-");
  note(events & LOOP_WRITE ? "w" : "-");
  note(events & LOOP_HANGUP ? "h" : "");
  loop_watch_stop(loop, w);
}

static void watch(struct loop_watch *w, int fd, int events, void (*ready)(void *ctx, int events)) {
  *w = (struct loop_watch){ .fd = fd, .ready = ready, .ctx = w };
  assert_true(loop_watch_set(loop, w, events, err));
}

static void test_events(void **state) {
  (void)state;
  enum { SILENT, BYTE, LAST_BYTE, HANG_UP };
  static const struct {
    const char *name;
    int watched, peer;
    const char *want;
  } cases[] = {
    { "something to read", LOOP_READ, BYTE, "r-" },
    { "room to write", LOOP_WRITE, SILENT, "-w" },
    { "both", LOOP_READ | LOOP_WRITE, BYTE, "rw" },
    { "room to write only", LOOP_READ | LOOP_WRITE, SILENT, "-w" },
    { "not watched for", LOOP_WRITE, BYTE, "-w" },
    { "an end is something to read", LOOP_READ, LAST_BYTE, "r-" },
    { "an end behind bytes that nobody reads", LOOP_HANGUP, LAST_BYTE, "--h" },
    { "bytes are no end", LOOP_HANGUP | LOOP_WRITE, BYTE, "-w" },
    { "a hang-up is an end", LOOP_READ | LOOP_HANGUP, HANG_UP, "r-h" },
    { "a hang-up is something to read", LOOP_READ, HANG_UP, "r-" },
    { "a hang-up is whatever is watched for", LOOP_WRITE, HANG_UP, "-w" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int pair[2];
    order[0] = '\0';
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    watch(&first, pair[0], cases[i].watched, note_events_and_stop);
    if (cases[i].peer == BYTE || cases[i].peer == LAST_BYTE) send_byte(pair[1]);
    if (cases[i].peer == LAST_BYTE) assert_int_equal(shutdown(pair[1], SHUT_WR), 0);
    if (cases[i].peer == HANG_UP) close(pair[1]);
    loop_run(loop);
    if (strcmp(order, cases[i].want) != 0) fail_msg("%s: %s", cases[i].name, order);
    close(pair[0]);
    if (cases[i].peer != HANG_UP) close(pair[1]);
  }
}

static void test_changed_and_stopped(void **state) {
  (void)state;
  watch(&first, ends[0], LOOP_READ, note_events_and_stop);
  assert_true(loop_watch_set(loop, &first, LOOP_READ, err));
  assert_int_equal(loop_pending(loop), 1);
  assert_true(loop_watch_set(loop, &first, LOOP_WRITE, err)); /* nothing to read, but room to write */
  assert_int_equal(loop_pending(loop), 1);
  loop_run(loop);
  assert_string_equal(order, "-w");
  watch(&first, ends[0], LOOP_WRITE, note_events_and_stop); /* the same descriptor again */
  assert_true(loop_watch_set(loop, &first, 0, err));
  loop_watch_stop(loop, &first);
  assert_int_equal(loop_pending(loop), 0);
  loop_run(loop); /* nothing to wait for */
  assert_string_equal(order, "-w");
}

static void test_not_watchable(void **state) {
  (void)state;
  static const int fds[] = { -1, 100000 };
  for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
    struct loop_watch w = { .fd = fds[i], .ready = note_events_and_stop, .ctx = &w };
    err[0] = '\0';
    assert_false(loop_watch_set(loop, &w, LOOP_READ, err));
    assert_non_null(strstr(err, "event loop: watch descriptor "));
    assert_int_equal(w.events, 0);
    assert_int_equal(loop_pending(loop), 0);
  }
}

/* Stops both: the other one, whose event is in the same batch, must not be called any more. */
static void stop_both(void *ctx, int events) {
  (void)ctx;
  assert_int_equal(events, LOOP_READ);
  note("x");
  loop_watch_stop(loop, &first);
  loop_watch_stop(loop, &second);
}

static void test_stopped_in_the_same_batch(void **state) {
  (void)state;
  watch(&first, ends[0], LOOP_READ, stop_both);
  watch(&second, ends[2], LOOP_READ, stop_both);
  send_byte(ends[1]);
  send_byte(ends[3]);
  loop_run(loop);
  assert_string_equal(order, "x");
}

struct own {
  struct loop_watch watch;
  struct loop_job job;
};

static void free_own(void *ctx, int events) {
  struct own *own = ctx;
  (void)events;
  note("f");
  loop_watch_stop(loop, &own->watch);
  loop_job_stop(loop, &own->job);
  free(own);
}

static void free_own_from_job(void *ctx) {
  free_own(ctx, 0);
}

static void test_freed_in_its_own_callback(void **state) {
  (void)state;
  for (int i = 0; i < 2; i++) {
    struct own *own = calloc(1, sizeof *own);
    assert_non_null(own);
    own->watch = (struct loop_watch){ .fd = ends[0], .ready = free_own, .ctx = own };
    own->job = (struct loop_job){ .run = free_own_from_job, .ctx = own };
    if (i == 0) assert_true(loop_watch_set(loop, &own->watch, LOOP_WRITE, err));
    if (i == 1) loop_job_add(loop, &own->job);
    loop_run(loop);
  }
  assert_string_equal(order, "ff");
}

/* Jobs */

static struct loop_job jobs[4];

static void add(int i, void (*run)(void *ctx), void *ctx) {
  jobs[i] = (struct loop_job){ .run = run, .ctx = ctx };
  loop_job_add(loop, &jobs[i]);
}

static void test_jobs_run_in_order(void **state) {
  (void)state;
  add(0, note, "a");
  add(1, note, "b");
  add(2, note, "c");
  loop_job_add(loop, &jobs[0]); /* waits already: keeps its place */
  assert_int_equal(loop_pending(loop), 3);
  assert_string_equal(order, "");
  loop_run(loop);
  assert_string_equal(order, "abc");
}

static void test_stopped_jobs(void **state) {
  (void)state;
  for (int stopped = 0; stopped < 4; stopped++) { /* first, in the middle, last */
    order[0] = '\0';
    add(0, note, "a");
    add(1, note, "b");
    add(2, note, "c");
    add(3, note, "d");
    loop_job_stop(loop, &jobs[stopped]);
    loop_job_stop(loop, &jobs[stopped]);
    assert_int_equal(loop_pending(loop), 3);
    loop_job_add(loop, &jobs[stopped]); /* again, at the end */
    loop_run(loop);
    assert_int_equal(strlen(order), 4);
    assert_int_equal(order[3], "abcd"[stopped]);
  }
}

static void stop_the_others(void *ctx) {
  note(ctx);
  loop_job_stop(loop, &jobs[1]);
  loop_job_stop(loop, &jobs[2]);
}

static void test_jobs_stopped_by_a_job(void **state) {
  (void)state;
  add(0, stop_the_others, "a");
  add(1, note, "b");
  add(2, note, "c");
  loop_run(loop);
  assert_string_equal(order, "a");
}

static int rounds, turns;

/* Adds itself for the next turn until the watch, which is ready all the time, has stopped it. */
static void add_itself(void *ctx) {
  rounds++;
  add(0, add_itself, ctx);
}

static void stop_after_some_rounds(void *ctx, int events) {
  (void)ctx;
  assert_int_equal(events, LOOP_WRITE);
  assert_int_equal(rounds, turns++); /* one run in each turn */
  if (turns < 4) return;
  loop_watch_stop(loop, &first);
  loop_job_stop(loop, &jobs[0]);
}

static void test_jobs_added_by_jobs_starve_nobody(void **state) {
  (void)state;
  add(0, add_itself, NULL);
  watch(&first, ends[0], LOOP_WRITE, stop_after_some_rounds);
  rounds = turns = 0;
  loop_run(loop);
  assert_int_equal(turns, 4);
}

static void add_both(void *ctx) {
  static struct loop_timer timer;
  timer = (struct loop_timer){ .fire = note, .ctx = "t" };
  note(ctx);
  assert_true(loop_timer_start(loop, &timer, 0));
  while (clock_monotonic_ns() <= timer.due_ns) continue; /* due in this turn already */
  add(1, note, "b");
}

static void test_jobs_come_before_timers(void **state) {
  (void)state;
  add(0, add_both, "a");
  loop_run(loop);
  assert_string_equal(order, "abt");
}

static void test_nothing_to_do(void **state) {
  loop_run(loop);
  loop_delete(NULL);
  assert_int_equal(loop_pending(loop), 0);
  assert_true(!*state && clock_unix_ms() > 1700000000000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_loop, close_loop)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_events),
    TEST(test_changed_and_stopped),
    TEST(test_not_watchable),
    TEST(test_stopped_in_the_same_batch),
    TEST(test_freed_in_its_own_callback),
    TEST(test_jobs_run_in_order),
    TEST(test_stopped_jobs),
    TEST(test_jobs_stopped_by_a_job),
    TEST(test_jobs_added_by_jobs_starve_nobody),
    TEST(test_jobs_come_before_timers),
    TEST(test_nothing_to_do),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
