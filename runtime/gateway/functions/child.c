#define _GNU_SOURCE /* pipe2, F_DUPFD_CLOEXEC */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2) /* linux/close_range.h, since 5.11 */
#endif

/* What the child was about to do when it could not go on; it writes this to a pipe that a successful exec closes. */
enum step { STEP_PREPARE, STEP_DIRECTORY, STEP_EXEC };
struct trouble {
  enum step step;
  int error; /* errno */
};

/* Ends of pipes: 0 is read, 1 is written. -1 where there is none. */
struct pipes {
  int out[2], err[2], trouble[2];
};

static const struct pipes NO_PIPES = { { -1, -1 }, { -1, -1 }, { -1, -1 } };

static void close_end(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

static void close_pipes(struct pipes *pipes) {
  for (int end = 0; end < 2; end++) {
    close_end(&pipes->out[end]);
    close_end(&pipes->err[end]);
    close_end(&pipes->trouble[end]);
  }
}

static bool open_pipes(struct pipes *pipes, char err[ERR_LEN]) {
  bool ok = pipe2(pipes->out, O_CLOEXEC) == 0 && pipe2(pipes->err, O_CLOEXEC) == 0 &&
            pipe2(pipes->trouble, O_CLOEXEC) == 0 && fcntl(pipes->out[0], F_SETFL, O_NONBLOCK) == 0 &&
            fcntl(pipes->err[0], F_SETFL, O_NONBLOCK) == 0;
  return ok || fail(err, "pipe: %s", strerror(errno));
}

/* In the child: nothing but system calls from here on */

static _Noreturn void give_up(int pipe, enum step step) {
  struct trouble trouble = { step, errno };
  ssize_t ignored = write(pipe, &trouble, sizeof trouble);
  (void)ignored;
  _exit(127);
}

static void forget_signals(void) {
  sigset_t none;
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Nothing but 0 to 2 stays open: whoever started us may have left us more than we know of. */
static void close_on_exec(void) {
  struct rlimit limit;
  if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return;
  for (rlim_t fd = 3; fd < limit.rlim_cur; fd++) fcntl((int)fd, F_SETFD, FD_CLOEXEC);
}

/* A descriptor out of the way of 0 to 2, which may be closed in whoever started us. */
static int above(int fd) {
  return fd >= 0 && fd < 3 ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : fd;
}

static bool set_streams(int out, int err) {
  int null = above(open("/dev/null", O_RDONLY | O_CLOEXEC));
  out = above(out);
  err = above(err);
  return null >= 0 && out >= 0 && err >= 0 && dup2(null, 0) >= 0 && dup2(out, 1) >= 0 && dup2(err, 2) >= 0;
}

static bool set_limit(rlim_t descriptors) {
  struct rlimit limit;
  if (descriptors == 0) return true;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return false;
  limit.rlim_cur = descriptors < limit.rlim_max ? descriptors : limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static _Noreturn void run(const struct child_command *command, const char *program, const struct pipes *pipes,
                          pid_t parent) {
  int trouble = above(pipes->trouble[1]);
  forget_signals();
  if (setpgid(0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) give_up(trouble, STEP_PREPARE);
  if (getppid() != parent) _exit(127); /* it died before prctl was there to notice */
  if (!set_streams(pipes->out[1], pipes->err[1])) give_up(trouble, STEP_PREPARE);
  close_on_exec();
  if (!set_limit(command->descriptors)) give_up(trouble, STEP_PREPARE);
  if (chdir(command->directory) < 0) give_up(trouble, STEP_DIRECTORY);
  execve(program, command->argv, command->environment);
  give_up(trouble, STEP_EXEC);
}

/* In the parent */

/* vfork: the child borrows our memory until it has executed the program, and we wait for it, as we would anyhow. A fork would
 * copy our page tables first, which costs more than all the rest. No handler of ours runs in the child. */
static pid_t start(const struct child_command *command, const char *program, const struct pipes *pipes) {
  sigset_t all, before;
  pid_t parent = getpid();
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  pid_t pid = vfork();
  if (pid == 0) run(command, program, pipes, parent);
  int error = errno;
  sigprocmask(SIG_SETMASK, &before, NULL);
  errno = error;
  return pid;
}

/* Waits until the program runs, or the child has said why it does not. */
static bool runs(int pipe, const struct child_command *command, char err[ERR_LEN]) {
  struct trouble trouble;
  ssize_t size;
  do size = read(pipe, &trouble, sizeof trouble);
  while (size < 0 && errno == EINTR);
  if (size == 0) return true;
  if (size != sizeof trouble) return fail(err, "start %s: no word from the child", command->program);
  if (trouble.step == STEP_DIRECTORY) return fail(err, "work in %s: %s", command->directory, strerror(trouble.error));
  return fail(err, "start %s: %s", command->program, strerror(trouble.error));
}

static bool open_pidfd(pid_t pid, int *fd, const struct child_command *command, char err[ERR_LEN]) {
  *fd = (int)syscall(SYS_pidfd_open, pid, 0U);
  if (*fd >= 0 || errno == ENOSYS || errno == EPERM)
    return true; /* before Linux 5.3; valgrind; an old seccomp profile */
  return fail(err, "watch the process of %s: %s", command->program, strerror(errno));
}

static void kill_and_reap(pid_t pid) {
  kill(pid, SIGKILL);
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
}

/* The two ends that stay with us move from pipes to child. */
static void keep(struct child *child, pid_t pid, int exit, struct pipes *pipes) {
  *child = (struct child){ .pid = pid, .exit = exit, .out = pipes->out[0], .err = pipes->err[0] };
  pipes->out[0] = pipes->err[0] = -1;
}

bool child_start(struct child *child, const struct child_command *command, char err[ERR_LEN]) {
  struct pipes pipes = NO_PIPES;
  pid_t pid = -1;
  int exit = -1;
  bool ok = false;
  char *program = realpath(command->program, NULL); /* the child changes its directory first */
  if (!program) {
    fail(err, "start %s: %s", command->program, strerror(errno));
    goto done;
  }
  if (!open_pipes(&pipes, err)) goto done;
  signal(SIGCHLD, SIG_DFL);
  if ((pid = start(command, program, &pipes)) < 0) {
    fail(err, "start %s: %s", command->program, strerror(errno));
    goto done;
  }
  close_end(&pipes.trouble[1]);
  if (!runs(pipes.trouble[0], command, err)) goto done;
  if (!open_pidfd(pid, &exit, command, err)) goto done;
  keep(child, pid, exit, &pipes);
  ok = true;
done:
  if (!ok && pid > 0) kill_and_reap(pid);
  close_pipes(&pipes);
  free(program);
  return ok;
}
