/* loop: a flag that signal handlers set, and what the loop waits in when a signal comes. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"
#include "stop_signal.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

enum { SIGNALS = 300, ROUNDS = 60, GIVE_UP_MS = 60000, PAUSE_MAX_US = 400 };

static struct loop *loop;
static char err[ERR_LEN];
static volatile sig_atomic_t flag;
static int quiet[2], told[2]; /* sockets that nobody writes to; a pipe to the process that signals */

/* What the loop does while signals come. */
enum wait { IN_RECV, IN_EPOLL, IN_TIMERS, IN_JOBS, WAITS };

static struct loop_watch watch;
static struct loop_timer timer;
static struct loop_job job;

static void never(void *ctx, int events) {
  char byte;
  (void)ctx;
  ssize_t got = recv(quiet[0], &byte, 1, events & LOOP_ALONE ? 0 : MSG_DONTWAIT);
  assert_true(got < 0);
}

static void tick(void *ctx) {
  (void)ctx;
  loop_timer_start(loop, &timer, 1);
}

static void again(void *ctx) {
  (void)ctx;
  loop_job_add(loop, &job);
}

static void begin(enum wait wait) {
  loop = loop_new(err);
  assert_non_null(loop);
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, quiet), 0);
  assert_int_equal(pipe(told), 0);
  watch = (struct loop_watch){ .fd = quiet[0], .ready = never, .may_block = wait == IN_RECV };
  timer = (struct loop_timer){ .fire = tick };
  job = (struct loop_job){ .run = again };
  assert_true(loop_watch_set(loop, &watch, LOOP_READ, err));
  if (wait == IN_TIMERS) tick(NULL);
  if (wait == IN_JOBS) again(NULL);
}

static void end(void) {
  loop_watch_stop(loop, &watch);
  loop_timer_stop(loop, &timer);
  loop_job_stop(loop, &job);
  assert_int_equal(loop_pending(loop), 0);
  loop_delete(loop);
  for (int i = 0; i < 2; i++) {
    close(quiet[i]);
    close(told[i]);
  }
}

/* A flag alone */

static int calls;

static void count_and_stop(void *ctx) {
  (void)ctx;
  assert_int_equal(flag, 0);
  calls++;
  loop_stop(loop);
}

static void test_flag(void **state) {
  (void)state;
  begin(IN_EPOLL);
  loop_on_interrupt(loop, &flag, count_and_stop, NULL);
  flag = 1;
  loop_run(loop);
  assert_int_equal(calls, 1);
  flag = 1;
  loop_run(loop);
  assert_int_equal(calls, 2);
  flag = 1;
  loop_watch_stop(loop, &watch); /* a flag is nothing to wait for */
  loop_run(loop);
  assert_int_equal(calls, 2);
  flag = 0;
  end();
}

/* Signals */

static void ring(int ms) {
  struct itimerval every = { .it_value = { .tv_usec = ms * 1000 }, .it_interval = { .tv_usec = ms * 1000 } };
  setitimer(ITIMER_REAL, &every, NULL);
}

static void signal_came(int number) {
  if (number == SIGALRM) return;
  flag = 1;
  ring(10);
}

static void handle(int number, void (*handler)(int number)) {
  struct sigaction action = { .sa_handler = handler };
  assert_int_equal(sigaction(number, &action, NULL), 0);
}

static void pause_for(long us) {
  nanosleep(&(struct timespec){ .tv_nsec = us * 1000 }, NULL);
}

/* Every signal is answered before the next one is sent; one that gets lost ends the test. */
static void send_signals(pid_t to) {
  unsigned short seed[3] = { 1, 2, 3 };
  for (int i = 0; i < SIGNALS; i++) {
    struct pollfd answer = { .fd = told[0], .events = POLLIN };
    char byte;
    pause_for(nrand48(seed) % PAUSE_MAX_US);
    kill(to, SIGUSR1);
    if (poll(&answer, 1, GIVE_UP_MS) != 1 || read(told[0], &byte, 1) != 1) {
      kill(to, SIGKILL);
      _exit(1);
    }
  }
  _exit(0);
}

static void answer(void *ctx) {
  (void)ctx;
  ring(0);
  assert_int_equal(write(told[1], "x", 1), 1);
  if (++calls == SIGNALS) loop_stop(loop);
}

/* None is lost, whatever the loop does when it comes. */
static void test_random_moments(void **state) {
  (void)state;
  handle(SIGUSR1, signal_came);
  handle(SIGALRM, signal_came);
  for (enum wait wait = IN_RECV; wait < WAITS; wait++) {
    int status;
    begin(wait);
    loop_on_interrupt(loop, &flag, answer, NULL);
    calls = 0;
    pid_t me = getpid(), sender = fork();
    if (sender == 0) send_signals(me);
    loop_run(loop);
    assert_int_equal(calls, SIGNALS);
    assert_int_equal(waitpid(sender, &status, 0), sender);
    assert_int_equal(status, 0);
    end();
  }
}

/* SIGTERM and SIGINT: each round is a process that ends with what it was asked to tell */

static void stop_with(void *ctx) {
  (void)ctx;
  calls++;
  loop_stop(loop);
}

static void run_child(enum wait wait) {
  stop_signal_open();
  begin(wait);
  stop_signal_await(loop, stop_with, NULL);
  loop_run(loop);
  _exit(calls == 1 ? 3 : 4);
}

static int wait_for(pid_t pid) {
  int status = -1;
  for (int ms = 0; ms < GIVE_UP_MS; ms++) {
    if (waitpid(pid, &status, WNOHANG) == pid) return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    pause_for(1000000 / 1000);
  }
  kill(pid, SIGKILL);
  waitpid(pid, &status, 0);
  return -1000;
}

/* Before it waits for the signal the process ends at once (0), later from its loop (3). How long it takes to come there is the machine's
 * affair: as long as none did, they get more time. */
static void test_stop_signal(void **state) {
  (void)state;
  unsigned short seed[3] = { 4, 5, 6 };
  int seen[2] = { 0, 0 };
  long most_us = 3000;
  calls = 0;
  stop_signal_open(); /* a child that has not come to it yet */
  for (int round = 0; round < ROUNDS; round++) {
    if (seen[1] == 0 && round % 10 == 9 && most_us < 250000) most_us *= 4;
    pid_t child = fork();
    if (child == 0) run_child((enum wait)(round % WAITS));
    pause_for(nrand48(seed) % most_us);
    kill(child, round % 2 ? SIGTERM : SIGINT);
    int status = wait_for(child);
    assert_true(status == 0 || status == 3);
    seen[status == 3]++;
  }
  assert_int_equal(seen[0] + seen[1], ROUNDS);
  assert_true(seen[1] > 0);
}

static void spin(void *ctx) {
  (void)ctx;
  for (;;) calls++;
}

/* A process that does not come back to its loop ends by the limit, with the status that was set. */
static void test_limit(void **state) {
  (void)state;
  pid_t child = fork();
  if (child == 0) {
    stop_signal_status(5);
    begin(IN_RECV);
    stop_signal_await(loop, spin, NULL);
    kill(getpid(), SIGTERM);
    loop_run(loop);
    _exit(6);
  }
  assert_int_equal(wait_for(child), 5);
}

/* Signals that are blocked when it starts, as a parent may leave them, are not. */
static void test_blocked(void **state) {
  (void)state;
  pid_t child = fork();
  if (child == 0) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    stop_signal_status(7);
    stop_signal_open();
    kill(getpid(), SIGTERM);
    _exit(8);
  }
  assert_int_equal(wait_for(child), 7);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_flag),  cmocka_unit_test(test_random_moments), cmocka_unit_test(test_stop_signal),
    cmocka_unit_test(test_limit), cmocka_unit_test(test_blocked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
