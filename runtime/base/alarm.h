/* alarm.h -- wakes an epoll set at a moment: a timerfd, because epoll's own timeout counts whole milliseconds. */
#ifndef MOONWIRE_ALARM_H
#define MOONWIRE_ALARM_H

#include <stdbool.h>
#include <stdint.h>

struct alarm {
  int fd;         /* -1 until it is set for the first time */
  int64_t due_ns; /* monotonic; 0 when it has rung */
};

#define ALARM_NONE ((struct alarm){ .fd = -1 })

/* Sees to it that it rings at due_ns, or before: one that rings early is set anew then, which is cheaper than to set it for each of
 * the many timers that are stopped long before they are due. The set `epoll` then gives `source` as the data of the event. False
 * when there is no descriptor left: the caller waits in whole milliseconds. */
bool alarm_set(struct alarm *alarm, int epoll, uint64_t source, int64_t due_ns);

/* Its event came. */
static inline void alarm_rang(struct alarm *alarm) {
  alarm->due_ns = 0;
}

void alarm_close(struct alarm *alarm);

#endif
