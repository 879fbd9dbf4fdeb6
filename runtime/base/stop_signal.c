#include "stop_signal.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/time.h>
#include <unistd.h>

enum { RING_MS = 10 };

/* What the handlers share with the rest. */
static volatile sig_atomic_t flag, awaited, exit_status;

/* Of the first signal, monotonic; 0 before. Written and read by the handlers, which do not interrupt each other, and by
 * loop_came, behind the flag. */
static volatile int64_t asked_ns;

static void (*asked)(void *ctx);
static void *asked_ctx;

/* Everything below is called from signal handlers, and is allowed there: signal-safety(7). */

static int64_t elapsed_ms(void) {
  return (clock_monotonic_ns() - asked_ns) / NS_PER_MS;
}

static void ring_after(int64_t first_ms, int64_t then_ms) {
  struct itimerval timer = {
    .it_value = { .tv_sec = first_ms / 1000, .tv_usec = first_ms % 1000 * 1000 },
    .it_interval = { .tv_sec = then_ms / 1000, .tv_usec = then_ms % 1000 * 1000 },
  };
  setitimer(ITIMER_REAL, &timer, NULL);
}

static void handle(int number, void (*handler)(int number)) {
  struct sigaction action = { .sa_handler = handler }; /* without SA_RESTART: what waits comes back */
  sigaddset(&action.sa_mask, SIGTERM);
  sigaddset(&action.sa_mask, SIGINT);
  sigaddset(&action.sa_mask, SIGALRM);
  sigaction(number, &action, NULL);
}

/* That it came is enough for whatever the loop waits in. */
static void alarm_rang(int number) {
  int error = errno;
  (void)number;
  if (elapsed_ms() >= STOP_SIGNAL_LIMIT_MS) _exit(exit_status);
  errno = error;
}

static void begin(void) {
  asked_ns = clock_monotonic_ns();
  flag = 1;
  handle(SIGALRM, alarm_rang);
  ring_after(RING_MS, RING_MS);
}

static void signal_came(int number) {
  int error = errno;
  (void)number;
  if (!awaited) _exit(exit_status);
  if (asked_ns == 0)
    begin();
  else if (elapsed_ms() >= STOP_SIGNAL_REPEAT_MS)
    _exit(exit_status);
  errno = error;
}

/* The loop has seen the flag: from here on there is only the limit to ring for. */
static void loop_came(void *ctx) {
  (void)ctx;
  int64_t left_ms = STOP_SIGNAL_LIMIT_MS - elapsed_ms();
  ring_after(left_ms > 0 ? left_ms : 1, RING_MS);
  asked(asked_ctx);
}

void stop_signal_open(void) {
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, SIGTERM);
  sigaddset(&ours, SIGINT);
  sigaddset(&ours, SIGALRM);
  handle(SIGTERM, signal_came);
  handle(SIGINT, signal_came);
  sigprocmask(SIG_UNBLOCK, &ours, NULL); /* a parent may have blocked them */
}

void stop_signal_await(struct loop *loop, void (*callback)(void *ctx), void *ctx) {
  asked = callback;
  asked_ctx = ctx;
  loop_on_interrupt(loop, &flag, loop_came, NULL);
  awaited = 1;
}

void stop_signal_status(int status) {
  exit_status = status;
}
