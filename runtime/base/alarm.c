#include "alarm.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* Edge-triggered, so that setting it again is all that has to be done about it. */
static bool alarm_open(struct alarm *alarm, int epoll, uint64_t source) {
  struct epoll_event event = { .events = EPOLLIN | EPOLLET, .data.u64 = source };
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (fd < 0) return false;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
    close(fd);
    return false;
  }
  alarm->fd = fd;
  return true;
}

bool alarm_set(struct alarm *alarm, int epoll, uint64_t source, int64_t due_ns) {
  struct itimerspec when = { .it_value = { .tv_sec = due_ns / 1000000000, .tv_nsec = due_ns % 1000000000 } };
  if (alarm->due_ns != 0 && alarm->due_ns <= due_ns) return true;
  if (alarm->fd < 0 && !alarm_open(alarm, epoll, source)) return false;
  alarm->due_ns = due_ns;
  return timerfd_settime(alarm->fd, TFD_TIMER_ABSTIME, &when, NULL) == 0;
}

void alarm_close(struct alarm *alarm) {
  if (alarm->fd >= 0) close(alarm->fd);
  *alarm = ALARM_NONE;
}
