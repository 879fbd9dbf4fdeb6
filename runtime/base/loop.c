#include "loop.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "alarm.h"
#include "timers.h"

enum { BATCH = 64, ROUNDS = 8, ALARM = 0 /* in the place of a watch's serial */ };

struct loop {
  int epoll;
  bool stopped;
  struct loop_watch **by_fd; /* the active watch of each descriptor: an event of a stopped one finds NULL */
  size_t fd_count;           /* entries of by_fd */
  uint32_t watches;          /* how many have been added: the serial of the newest */
  size_t active_watches;
  struct loop_watch *blocker; /* an active watch that may block, or NULL */
  struct timers timers;
  struct alarm alarm;
  struct loop_job *jobs, **jobs_end; /* a queue; each job knows the link that points at it */
  const struct loop_job *running;    /* a job, while it runs */
  size_t active_jobs;
  volatile int *interrupt; /* what a signal handler sets; `silence` until somebody wants to know */
  void (*interrupted)(void *ctx);
  void *interrupted_ctx;
};

static volatile int silence;

int64_t clock_monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_unix_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / NS_PER_MS;
}

static void do_nothing(int number) {
  (void)number;
}

struct loop *loop_new(char err[ERR_LEN]) {
  /* Who writes to a peer that left gets EPIPE, and does not end the process. A handler, and not SIG_IGN, because programs that
   * handlers start would inherit that: `yes | head -1` relies on it. */
  sigaction(SIGPIPE, &(struct sigaction){ .sa_handler = do_nothing, .sa_flags = SA_RESTART }, NULL);
  struct loop *loop = calloc(1, sizeof *loop);
  int fd = loop ? epoll_create1(EPOLL_CLOEXEC) : -1;
  if (fd < 0) {
    fail(err, "event loop: %s", strerror(errno));
    free(loop);
    return NULL;
  }
  loop->epoll = fd;
  loop->alarm = ALARM_NONE;
  loop->jobs_end = &loop->jobs;
  loop->interrupt = &silence;
  return loop;
}

void loop_delete(struct loop *loop) {
  if (!loop) return;
  assert(loop_pending(loop) == 0);
  close(loop->epoll);
  alarm_close(&loop->alarm);
  timers_free(&loop->timers);
  free(loop->by_fd);
  free(loop);
}

void loop_stop(struct loop *loop) {
  loop->stopped = true;
}

size_t loop_pending(const struct loop *loop) {
  return loop->active_watches + loop->timers.count + loop->active_jobs;
}

/* Descriptors */

/* What an event says about where it comes from. A descriptor alone does not do: of two events in one batch, the callback of the
 * first may close the descriptor of the second, and open another that gets the same number. */
static uint64_t source_of(uint32_t serial, int fd) {
  return (uint64_t)serial << 32 | (uint32_t)fd;
}

static struct loop_watch *watch_of(const struct loop *loop, uint64_t source) {
  struct loop_watch *w = loop->by_fd[(uint32_t)source];
  return w && w->serial == source >> 32 ? w : NULL;
}

static bool make_room_for(struct loop *loop, int fd) {
  size_t wanted = (size_t)fd + 1;
  if (wanted <= loop->fd_count) return true;
  size_t count = loop->fd_count ? loop->fd_count : 16;
  while (count < wanted) count *= 2;
  struct loop_watch **by_fd = realloc(loop->by_fd, count * sizeof(struct loop_watch *));
  if (!by_fd) return false;
  memset(by_fd + loop->fd_count, 0, (count - loop->fd_count) * sizeof(struct loop_watch *));
  loop->by_fd = by_fd;
  loop->fd_count = count;
  return true;
}

bool loop_watch_set(struct loop *loop, struct loop_watch *w, int events, char err[ERR_LEN]) {
  if (events == w->events) return true;
  if (events == 0) {
    loop_watch_stop(loop, w);
    return true;
  }
  if (!make_room_for(loop, w->fd)) return fail(err, "event loop: out of memory");
  if (w->kept == 0 && ++loop->watches == ALARM) loop->watches++;
  if (w->kept == 0) w->serial = loop->watches;
  struct epoll_event event = { .data.u64 = source_of(w->serial, w->fd) };
  if (events & LOOP_READ) event.events |= EPOLLIN;
  if (events & LOOP_WRITE) event.events |= EPOLLOUT;
  if (events & LOOP_HANGUP) event.events |= EPOLLRDHUP;
  if (w->kept != events && epoll_ctl(loop->epoll, w->kept ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, w->fd, &event) < 0)
    return fail(err, "event loop: watch descriptor %d: %s", w->fd, strerror(errno));
  if (w->events == 0) loop->active_watches++;
  loop->by_fd[w->fd] = w;
  w->events = w->kept = events;
  if (w->may_block) loop->blocker = w;
  return true;
}

void loop_watch_rest(struct loop *loop, struct loop_watch *w) {
  if (w->events == 0) return;
  if (loop->blocker == w) loop->blocker = NULL;
  loop->active_watches--;
  w->events = 0;
}

void loop_watch_stop(struct loop *loop, struct loop_watch *w) {
  loop_watch_rest(loop, w);
  if (w->kept == 0) return;
  epoll_ctl(loop->epoll, EPOLL_CTL_DEL, w->fd, NULL);
  loop->by_fd[w->fd] = NULL;
  w->kept = 0;
}

/* Timers */

bool loop_timer_start(struct loop *loop, struct loop_timer *t, int64_t delay_ms) {
  if (delay_ms < 0) delay_ms = 0;
  if (delay_ms > INT64_MAX / NS_PER_MS / 2) delay_ms = INT64_MAX / NS_PER_MS / 2;
  return timers_set(&loop->timers, t, clock_monotonic_ns() + delay_ms * NS_PER_MS);
}

void loop_timer_stop(struct loop *loop, struct loop_timer *t) {
  timers_remove(&loop->timers, t);
}

/* `now` is when the turn began: timers that its callbacks start wait for the next turn. */
static void fire_due_timers(struct loop *loop, int64_t now) {
  struct loop_timer *t;
  while (!loop->stopped && (t = timers_first(&loop->timers)) && t->due_ns <= now) {
    timers_remove(&loop->timers, t);
    t->fire(t->ctx);
  }
}

/* Jobs */

void loop_job_add(struct loop *loop, struct loop_job *job) {
  if (job->link) return;
  job->again = job == loop->running;
  job->next = NULL;
  job->link = loop->jobs_end;
  *loop->jobs_end = job;
  loop->jobs_end = &job->next;
  loop->active_jobs++;
}

void loop_job_stop(struct loop *loop, struct loop_job *job) {
  if (!job->link) return;
  *job->link = job->next;
  if (job->next)
    job->next->link = job->link;
  else
    loop->jobs_end = job->link;
  job->link = NULL;
  loop->active_jobs--;
}

static void run_job(struct loop *loop, struct loop_job *job) {
  loop_job_stop(loop, job);
  loop->running = job;
  job->run(job->ctx); /* which may free it */
  loop->running = NULL;
}

/* Jobs that jobs add run at once, too: a call begins in a job of the task and goes on in one of libcurl's, and would ask the kernel
 * in between for nothing. But not for ever: descriptors and timers have their turn, and before a job that has added itself. */
static void run_jobs(struct loop *loop) {
  for (int round = 0; round < ROUNDS; round++)
    for (size_t left = loop->active_jobs; left > 0 && loop->jobs && !loop->stopped; left--) {
      if (round > 0 && loop->jobs->again) return;
      run_job(loop, loop->jobs);
    }
}

/* Signals */

void loop_on_interrupt(struct loop *loop, volatile int *flag, void (*interrupted)(void *ctx), void *ctx) {
  loop->interrupt = flag;
  loop->interrupted = interrupted;
  loop->interrupted_ctx = ctx;
}

static void tell_interrupt(struct loop *loop) {
  *loop->interrupt = 0;
  loop->interrupted(loop->interrupted_ctx);
}

/* The turn */

/* How long epoll may wait: milliseconds; -1 until something happens, the alarm included. A timer never fires early. */
static int wait_ms(struct loop *loop) {
  if (loop->jobs) return 0;
  const struct loop_timer *first = timers_first(&loop->timers);
  if (!first) return -1;
  int64_t left = first->due_ns - clock_monotonic_ns();
  if (left <= 0) return 0;
  if (alarm_set(&loop->alarm, loop->epoll, source_of(ALARM, 0), first->due_ns)) return -1;
  int64_t ms = (left + NS_PER_MS - 1) / NS_PER_MS;
  return ms > 1000000 ? 1000000 : (int)ms;
}

/* The only thing that can happen next, if it is a watch that can wait for itself. */
static struct loop_watch *only_watch(const struct loop *loop) {
  struct loop_watch *w = loop->blocker;
  bool alone = w && loop->active_watches == 1 && loop->timers.count == 0 && loop->active_jobs == 0;
  return alone && w->events == LOOP_READ ? w : NULL;
}

static void dispatch(struct loop *loop, const struct epoll_event *event) {
  if (event->data.u64 == source_of(ALARM, 0)) {
    alarm_rang(&loop->alarm);
    return;
  }
  struct loop_watch *w = watch_of(loop, event->data.u64);
  if (!w) return;
  if (w->events == 0) { /* it rests, and would be told again and again */
    loop_watch_stop(loop, w);
    return;
  }
  int events = 0;
  if (event->events & EPOLLIN) events |= LOOP_READ;
  if (event->events & EPOLLOUT) events |= LOOP_WRITE;
  if (event->events & EPOLLRDHUP) events |= LOOP_HANGUP;
  if (event->events & (EPOLLERR | EPOLLHUP)) events |= w->events;
  if (events & w->events) w->ready(w->ctx, events & w->events);
}

void loop_run(struct loop *loop) {
  struct epoll_event events[BATCH];
  loop->stopped = false;
  while (!loop->stopped && loop_pending(loop) > 0) {
    if (*loop->interrupt) {
      tell_interrupt(loop);
      continue;
    }
    struct loop_watch *alone = only_watch(loop);
    if (alone) {
      alone->ready(alone->ctx, LOOP_READ | LOOP_ALONE);
      run_jobs(loop);
      continue;
    }
    int count = epoll_wait(loop->epoll, events, BATCH, wait_ms(loop));
    int64_t now = timers_first(&loop->timers) ? clock_monotonic_ns() : 0;
    for (int i = 0; i < count && !loop->stopped; i++) dispatch(loop, &events[i]);
    run_jobs(loop); /* before timers: what a task spawned begins before its sleep(0) is over */
    fire_due_timers(loop, now);
  }
}
