#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Whoever started us with SIGHUP ignored (nohup) wants us to outlive the terminal. A signal that is blocked arrives although
 * it is ignored. */
static bool outlives_terminal(void) {
  struct sigaction action;
  return sigaction(SIGHUP, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static sigset_t wanted_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  if (!outlives_terminal()) sigaddset(&set, SIGHUP);
  return set;
}

static void ready(void *ctx, int events) {
  struct signals *signals = ctx;
  struct signalfd_siginfo info;
  (void)events;
  if (read(signals->watch.fd, &info, sizeof info) == (ssize_t)sizeof info)
    signals->caught(signals->ctx, (int)info.ssi_signo);
}

bool signals_init(struct signals *signals, struct loop *loop, void (*caught)(void *ctx, int number), void *ctx,
                  char err[ERR_LEN]) {
  sigset_t set = wanted_signals();
  *signals = (struct signals){ .loop = loop, .caught = caught, .ctx = ctx };
  sigprocmask(SIG_BLOCK, &set, NULL);
  int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (fd < 0) return fail(err, "signals: %s", strerror(errno));
  signals->watch = (struct loop_watch){ .fd = fd, .ready = ready, .ctx = signals };
  return loop_watch_set(loop, &signals->watch, LOOP_READ, err);
}

void signals_free(struct signals *signals) {
  sigset_t set = wanted_signals();
  if (!signals->caught) return;
  loop_watch_stop(signals->loop, &signals->watch);
  if (signals->watch.fd > 0) close(signals->watch.fd);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  *signals = (struct signals){ 0 };
}
