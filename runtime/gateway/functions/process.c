#include "process.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  READ_SIZE = 64 * 1024, /* bytes: what a pipe holds */
  LINE_KEPT = 16 * 1024, /* bytes kept for the next line */
  LOOK_MS = 10           /* between two looks at a process without a pidfd */
};

/* Lines */

static void hand_over(struct process_pipe *pipe) {
  struct process *p = pipe->owner;
  p->events.line(p->ctx, pipe->is_error, buf_str(&pipe->line));
  buf_trim(&pipe->line, LINE_KEPT);
}

/* Bytes of one line; what is longer than a line may be is handed over in pieces. */
static void add_part(struct process_pipe *pipe, struct str part) {
  while (part.len > 0) {
    if (pipe->line.len == PROCESS_LINE_MAX || pipe->line.failed) hand_over(pipe);
    size_t size = PROCESS_LINE_MAX - pipe->line.len;
    if (size > part.len) size = part.len;
    buf_add(&pipe->line, str_slice(part, 0, size));
    part = str_slice(part, size, part.len);
  }
}

static void add_bytes(struct process_pipe *pipe, struct str bytes) {
  const char *feed;
  while (bytes.len > 0 && (feed = memchr(bytes.ptr, '\n', bytes.len))) {
    size_t size = (size_t)(feed - bytes.ptr);
    add_part(pipe, str_slice(bytes, 0, size));
    hand_over(pipe);
    bytes = str_slice(bytes, size + 1, bytes.len);
  }
  add_part(pipe, bytes);
}

/* Pipes */

static void close_watch(struct loop *loop, struct loop_watch *w) {
  if (w->events == 0) return;
  loop_watch_stop(loop, w);
  close(w->fd);
}

static void close_pipe(struct process_pipe *pipe) {
  close_watch(pipe->owner->loop, &pipe->watch);
  if (pipe->line.len > 0) hand_over(pipe);
  buf_free(&pipe->line);
}

/* Reads at most `size` bytes; how many there were, 0 when there is nothing now or any more. */
static size_t read_pipe(struct process_pipe *pipe, size_t size) {
  char bytes[READ_SIZE];
  ssize_t count;
  do count = read(pipe->watch.fd, bytes, size < sizeof bytes ? size : sizeof bytes);
  while (count < 0 && errno == EINTR);
  if (count > 0) {
    add_bytes(pipe, str_of(bytes, (size_t)count));
    return (size_t)count;
  }
  if (count == 0 || errno != EAGAIN) close_pipe(pipe);
  return 0;
}

static void can_read(void *ctx, int events) {
  (void)events;
  read_pipe(ctx, READ_SIZE);
}

/* What lies in the pipe at this moment, and no more: a writer may be faster than we are. */
static void drain(struct process_pipe *pipe) {
  int left = 0;
  if (pipe->watch.events == 0 || ioctl(pipe->watch.fd, FIONREAD, &left) < 0) return;
  while (left > 0) {
    size_t count = read_pipe(pipe, (size_t)left);
    if (count == 0) break;
    left -= (int)count;
  }
}

void process_read(struct process *p) {
  drain(&p->out);
  drain(&p->err);
}

/* The end */

static int reap(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}

/* What it left behind of its group may hold the pipes open: it ends too, and is not waited for. The id of the group is
 * taken as long as its leader has not been reaped. */
static void has_ended(void *ctx, int events) {
  struct process *p = ctx;
  (void)events;
  process_signal(p, SIGKILL);
  process_read(p);
  close_pipe(&p->out);
  close_pipe(&p->err);
  close_watch(p->loop, &p->exit);
  int status = reap(p->pid);
  p->pid = 0;
  p->events.ended(p->ctx, status);
}

static void look(void *ctx) {
  struct process *p = ctx;
  if (process_is_alive(p))
    loop_timer_start(p->loop, &p->look, LOOK_MS);
  else
    has_ended(p, 0);
}

bool process_is_alive(const struct process *p) {
  siginfo_t ended = { 0 };
  return p->pid != 0 && (waitid(P_PID, (id_t)p->pid, &ended, WEXITED | WNOHANG | WNOWAIT) < 0 || ended.si_pid == 0);
}

void process_signal(struct process *p, int signal) {
  if (p->pid == 0) return;
  kill(-p->pid, signal);
  kill(p->pid, signal); /* it may have left its group */
}

/* Starting */

static void init_pipe(struct process_pipe *pipe, struct process *owner, int fd, bool is_error) {
  *pipe = (struct process_pipe){ .owner = owner, .is_error = is_error };
  pipe->watch = (struct loop_watch){ .ready = can_read, .ctx = pipe, .fd = fd };
  buf_init(&pipe->line, PROCESS_LINE_MAX);
}

static bool watch(struct process *p, struct loop_watch *w, char err[ERR_LEN]) {
  if (loop_watch_set(p->loop, w, LOOP_READ, err)) return true;
  close(w->fd);
  return false;
}

static bool watch_exit(struct process *p, int pidfd, char err[ERR_LEN]) {
  p->exit = (struct loop_watch){ .ready = has_ended, .ctx = p, .fd = pidfd };
  p->look = (struct loop_timer){ .fire = look, .ctx = p };
  if (pidfd >= 0) return watch(p, &p->exit, err);
  return loop_timer_start(p->loop, &p->look, LOOK_MS) || fail(err, "out of memory");
}

bool process_start(struct process *p, struct loop *loop, const struct child_command *command,
                   const struct process_events *events, void *ctx, char err[ERR_LEN]) {
  struct child child;
  memset(p, 0, sizeof *p);
  if (!child_start(&child, command, err)) return false;
  *p = (struct process){ .loop = loop, .events = *events, .ctx = ctx, .pid = child.pid };
  init_pipe(&p->out, p, child.out, false);
  init_pipe(&p->err, p, child.err, true);
  bool out = watch(p, &p->out.watch, err), error = watch(p, &p->err.watch, err), end = watch_exit(p, child.exit, err);
  if (out && error && end) return true;
  process_free(p);
  return false;
}

void process_free(struct process *p) {
  if (p->loop) {
    close_watch(p->loop, &p->out.watch);
    close_watch(p->loop, &p->err.watch);
    close_watch(p->loop, &p->exit);
    loop_timer_stop(p->loop, &p->look);
  }
  buf_free(&p->out.line);
  buf_free(&p->err.line);
  process_signal(p, SIGKILL);
  if (p->pid != 0) reap(p->pid);
  memset(p, 0, sizeof *p);
}
