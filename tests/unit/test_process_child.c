/* child: what a process inherits, and why it cannot start. The children are this program itself, called with a word. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"
#include "process_fixture.h"

/* This program, called with a word. */
static void run_self(const char *word, const struct child_command *more) {
  char *argv[] = { (char *)"self", (char *)word, NULL };
  struct child_command command = *more;
  command.program = "/proc/self/exe";
  command.argv = argv;
  if (!command.environment) command.environment = kid_no_variables;
  if (!command.directory) command.directory = "/";
  if (!kid_start(&command)) fail_msg("%s", kid.err);
  loop_run(kid.loop);
  assert_int_equal(kid.ends, 1);
  assert_true(WIFEXITED(kid.status));
  assert_int_equal(WEXITSTATUS(kid.status), 0);
}

/* What it inherits */

/* valgrind keeps descriptors and their limit to itself: what the kernel does about them cannot be seen under it. */
static void skip_under_valgrind(void) {
  if (str_find(config_get("LD_PRELOAD"), STR("vgpreload"), 0) != SIZE_MAX) skip();
}

static void test_environment(void **state) {
  (void)state;
  char *variables[] = { (char *)"ONE=1", (char *)"EMPTY=", (char *)"LINES=a\nb", (char *)"_HANDLER=x.y", NULL };
  struct child_command command = { .environment = variables };
  setenv("MOONWIRE_SECRET", "ours", 1);
  run_self("environment", &command);
  kid_assert_seen("environment", STR("o:EMPTY=\no:LINES=a\no:b\no:ONE=1\no:_HANDLER=x.y\n"));
}

static void test_descriptors(void **state) {
  (void)state;
  int kept[2], high = fcntl(0, F_DUPFD, 500); /* not close-on-exec, on purpose */
  assert_int_equal(pipe(kept), 0);
  run_self("descriptors", &(struct child_command){ 0 });
  kid_assert_seen("descriptors", STR("o:0\no:1\no:2\n"));
  close(kept[0]);
  close(kept[1]);
  close(high);
}

/* Whoever started us may have closed what a program takes for granted. */
static void test_closed_streams(void **state) {
  (void)state;
  skip_under_valgrind();
  int before[3];
  for (int fd = 0; fd < 3; fd++) before[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
  for (int fd = 0; fd < 3; fd++) close(fd);
  char *argv[] = { (char *)"sh", (char *)"-c", (char *)"cat; echo one; echo two >&2", NULL };
  char *variables[] = { (char *)"PATH=/usr/bin:/bin", NULL };
  struct child_command command = { .program = "/bin/sh", .argv = argv, .environment = variables, .directory = "/" };
  bool started = kid_start(&command);
  if (started) loop_run(kid.loop);
  for (int fd = 0; fd < 3; fd++) {
    dup2(before[fd], fd);
    close(before[fd]);
  }
  if (!started) fail_msg("%s", kid.err);
  assert_int_equal(kid.ends, 1);
  assert_non_null(strstr(buf_text(&kid.seen), "o:one\n"));
  assert_non_null(strstr(buf_text(&kid.seen), "e:two\n"));
}

static void test_signals(void **state) {
  (void)state;
  sigset_t mask, before;
  sigemptyset(&mask);
  sigaddset(&mask, SIGINT);
  sigaddset(&mask, SIGTERM);
  sigprocmask(SIG_BLOCK, &mask, &before);
  signal(SIGHUP, SIG_IGN);
  signal(SIGCHLD, SIG_IGN);
  run_self("signals", &(struct child_command){ 0 }); /* SIGPIPE is ignored here by loop_new */
  signal(SIGHUP, SIG_DFL);
  kid_assert_seen("signals", STR(""));
  sigset_t after;
  sigprocmask(SIG_SETMASK, &before, &after);
  assert_true(sigismember(&after, SIGINT));
  assert_false(sigismember(&after, SIGUSR1)); /* ours is as it was */
}

static void test_place(void **state) {
  (void)state;
  skip_under_valgrind();
  run_self("place", &(struct child_command){ .directory = "/usr", .descriptors = 77 });
  kid_assert_seen("place", STR("o:/usr\no:leads its group\no:dies with us\no:reads nothing\no:77 descriptors\n"));
}

/* A relative path is relative to our directory, not to the one that it works in. */
static void test_relative_program(void **state) {
  (void)state;
  char before[4096], *argv[] = { (char *)"true", NULL };
  assert_non_null(getcwd(before, sizeof before));
  assert_int_equal(chdir("/bin"), 0);
  struct child_command command = {
    .program = "./true", .argv = argv, .environment = kid_no_variables, .directory = "/"
  };
  bool started = kid_start(&command);
  assert_int_equal(chdir(before), 0);
  assert_true(started);
  loop_run(kid.loop);
  assert_int_equal(WEXITSTATUS(kid.status), 0);
}

/* What cannot be started */

static void test_failures(void **state) {
  (void)state;
  static const struct {
    const char *program, *directory, *want;
  } cases[] = {
    { "/nowhere/bootstrap", "/", "start /nowhere/bootstrap: No such file or directory" },
    { "/etc/passwd", "/", "start /etc/passwd: Permission denied" },
    { "/bin", "/", "start /bin: Permission denied" },
    { "/bin/true", "/nowhere", "work in /nowhere: No such file or directory" },
    { "/bin/true", "/etc/passwd", "work in /etc/passwd: Not a directory" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *argv[] = { (char *)"program", NULL };
    struct child_command command = {
      .program = cases[i].program, .argv = argv, .environment = kid_no_variables, .directory = cases[i].directory
    };
    assert_false(kid_start(&command));
    assert_string_equal(kid.err, cases[i].want);
    assert_int_equal(loop_pending(kid.loop), 0);
    assert_int_equal(kid.process.pid, 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* reaped */
  }
  assert_int_equal(kid.ends, 0);
}

/* The child */

extern char **environ;

static int compare_texts(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted: their order has no meaning, and an emulator turns it around. */
static int tell_environment(void) {
  size_t count = 0;
  while (environ[count]) count++;
  qsort(environ, count, sizeof *environ, compare_texts);
  for (size_t i = 0; i < count; i++) puts(environ[i]);
  return 0;
}

static int tell_signals(void) {
  sigset_t mask;
  sigprocmask(SIG_BLOCK, NULL, &mask);
  for (int number = 1; number < NSIG; number++) {
    struct sigaction action;
    if (sigismember(&mask, number) == 1) printf("%d is blocked\n", number);
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN) printf("%d is ignored\n", number);
  }
  return 0;
}

static int tell_place(void) {
  char text[4096];
  int deadly = 0;
  struct rlimit limit;
  if (!getcwd(text, sizeof text) || prctl(PR_GET_PDEATHSIG, &deadly) < 0 || getrlimit(RLIMIT_NOFILE, &limit) < 0)
    return 1;
  puts(text);
  puts(getpgrp() == getpid() ? "leads its group" : "is in a group");
  puts(deadly == SIGKILL ? "dies with us" : "stays");
  puts(read(0, text, 1) == 0 ? "reads nothing" : "reads");
  printf("%d descriptors\n", (int)limit.rlim_cur);
  return 0;
}

static int tell(const char *word) {
  if (strcmp(word, "environment") == 0) return tell_environment();
  if (strcmp(word, "descriptors") == 0)
    for (int fd = 0; fd < 1024; fd++)
      if (fcntl(fd, F_GETFD) >= 0) printf("%d\n", fd);
  if (strcmp(word, "signals") == 0) return tell_signals();
  if (strcmp(word, "place") == 0) return tell_place();
  return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kid_open, kid_close)

int main(int argc, char **argv) {
  if (argc > 1) return tell(argv[1]);
  const struct CMUnitTest tests[] = {
    TEST(test_environment), TEST(test_descriptors),      TEST(test_closed_streams), TEST(test_signals),
    TEST(test_place),       TEST(test_relative_program), TEST(test_failures),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
