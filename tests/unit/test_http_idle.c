/* test_http_idle.c -- how long an idle connection is kept: the clock of this program goes forward when it is told to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "http_fixture.h"

#include <cmocka.h> /* after ours: it makes a macro of fail */

static time_t ahead_s;

/* In the place of the C library's, for libcurl and the loop. */
int clock_gettime(clockid_t clock, struct timespec *now) {
  int result = (int)syscall(SYS_clock_gettime, clock, now);
  now->tv_sec += ahead_s;
  return result;
}

/* The kernel's clock does not go along. */
int timerfd_settime(int fd, int flags, const struct itimerspec *when, struct itimerspec *before) {
  struct itimerspec moved = *when;
  if (moved.it_value.tv_sec >= ahead_s) moved.it_value.tv_sec -= ahead_s;
  return (int)syscall(SYS_timerfd_settime, fd, flags, &moved, before);
}

static void test_idle_connections_are_dropped(void **state) {
  (void)state;
  static const struct {
    time_t idle_s;
    int connections; /* for three requests with that pause between them */
  } cases[] = { { 0, 1 }, { 28, 1 }, { 32, 3 }, { 3600, 3 } };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct fixture f = fixture_open();
    struct server s = { .answer = STR("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), .answers_per_socket = 100 };
    server_start(&s);
    for (int n = 0; n < 3; n++) {
      struct seen seen = request_once(&f, &s, "POST");
      assert_int_equal(seen.code, HTTP_OK);
      seen_free(&seen);
      ahead_s += cases[i].idle_s;
    }
    fixture_close(&f);
    server_stop(&s);
    assert_int_equal(s.connections, cases[i].connections);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_idle_connections_are_dropped) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
