#include "watch.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "tree.h"

enum {
  COMES = IN_CLOSE_WRITE | IN_MOVED_TO | IN_ATTRIB,
  GOES = IN_DELETE | IN_MOVED_FROM | IN_CREATE, /* IN_CREATE: a link is all there, a file is about to be written */
  LEAVES = IN_DELETE_SELF | IN_MOVE_SELF,
  WATCHED = COMES | GOES | LEAVES | IN_ONLYDIR,
  EVENTS_SIZE = 64 * 1024
};

static void start(struct watch *w, int64_t delay_ms) {
  int64_t due_ns = clock_monotonic_ns() + delay_ms * NS_PER_MS;
  bool is_waiting = w->quiet.place != 0;
  if (!is_waiting) w->since_ns = clock_monotonic_ns();
  if (is_waiting && delay_ms == WATCH_GONE_MS && w->quiet.due_ns < due_ns)
    return; /* what was saved does not wait for it */
  loop_timer_start(w->options.loop, &w->quiet, delay_ms);
}

static void is_quiet(void *ctx) {
  struct watch *w = ctx;
  bool polls = w->inotify.events == 0;
  if (polls) w->since_ns = clock_monotonic_ns();
  if (polls) loop_timer_start(w->options.loop, &w->quiet, WATCH_POLL_MS);
  w->options.changed(w->options.ctx, w->since_ns);
}

static void poll_instead(struct watch *w, const char *what) {
  int fd = w->inotify.fd;
  if (w->inotify.events == 0 && w->why[0]) return;
  fail(w->why, "%s; so it looks for changes itself, every %d ms", what, WATCH_POLL_MS);
  if (w->inotify.events != 0) loop_watch_stop(w->options.loop, &w->inotify);
  if (fd >= 0) close(fd);
  w->inotify.fd = -1;
  loop_timer_start(w->options.loop, &w->quiet, WATCH_POLL_MS);
}

static void take(struct watch *w, const struct inotify_event *event) {
  struct str name = event->len > 0 ? str_from(event->name) : STR("");
  if (event->mask & IN_Q_OVERFLOW) {
    start(w, WATCH_QUIET_MS);
    return;
  }
  if (event->mask & LEAVES && event->wd == w->top) poll_instead(w, "the service's folder was moved or removed");
  bool is_named = name.len > 0 && w->options.is_named && w->options.is_named(w->options.ctx, name);
  if (name.len == 0 || (name.ptr[0] == '.' && !is_named)) return;
  bool matters = is_named || event->mask & IN_ISDIR || tree_kind_of(name, w->options.settings) != TREE_OTHER;
  if (matters && event->mask & (event->mask & IN_ISDIR ? IN_MOVED_TO | IN_CREATE : COMES))
    start(w, WATCH_QUIET_MS);
  else if (event->mask & (GOES | IN_MOVED_TO))
    start(w, WATCH_GONE_MS);
}

static void can_read(void *ctx, int events) {
  struct watch *w = ctx;
  _Alignas(struct inotify_event) char bytes[EVENTS_SIZE];
  ssize_t size = read(w->inotify.fd, bytes, sizeof bytes);
  (void)events;
  for (ssize_t at = 0; at < size && w->inotify.events != 0;) {
    const struct inotify_event *event = (const void *)(bytes + at);
    at += (ssize_t)(sizeof *event + event->len);
    take(w, event);
  }
}

void watch_init(struct watch *w, const struct watch_options *options) {
  char err[ERR_LEN];
  *w = (struct watch){ .options = *options };
  w->quiet = (struct loop_timer){ .fire = is_quiet, .ctx = w };
  w->inotify = (struct loop_watch){ .ready = can_read, .ctx = w, .fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC) };
  if (w->inotify.fd < 0) {
    fail(err, "the kernel tells nothing of files (inotify: %s; sysctl fs.inotify.max_user_instances)", strerror(errno));
    poll_instead(w, err);
  } else if (!loop_watch_set(options->loop, &w->inotify, LOOP_READ, err)) {
    poll_instead(w, err);
  }
}

void watch_folder(struct watch *w, const char *path) {
  if (w->inotify.events == 0) return;
  int number = inotify_add_watch(w->inotify.fd, path, WATCHED);
  if (w->top == 0) w->top = number;
  if (number < 0 && (errno == ENOSPC || errno == ENOMEM))
    poll_instead(w, "the service has more folders than the kernel watches (sysctl fs.inotify.max_user_watches)");
}

void watch_free(struct watch *w) {
  if (!w->options.loop) return;
  loop_timer_stop(w->options.loop, &w->quiet);
  if (w->inotify.events != 0) {
    loop_watch_stop(w->options.loop, &w->inotify);
    close(w->inotify.fd);
  }
  *w = (struct watch){ 0 };
}
