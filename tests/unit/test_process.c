/* process: what a child writes, how it ends, and what it inherits. The children are shells, and this program itself when
 * it is called with a word. */
#define _GNU_SOURCE /* pipe2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static struct loop *loop;
static struct process process;
static struct buf seen; /* "o:" or "e:", the line, a line feed */
static size_t longest;  /* bytes of the longest line */
static int ends, status;
static char err[ERR_LEN];

static void note_line(void *ctx, bool is_error, struct str line) {
  assert_ptr_equal(ctx, &process);
  assert_int_equal(ends, 0);
  if (line.len > longest) longest = line.len;
  buf_add(&seen, is_error ? STR("e:") : STR("o:"));
  buf_add(&seen, line);
  buf_add_char(&seen, '\n');
}

static void note_end(void *ctx, int its_status) {
  assert_ptr_equal(ctx, &process);
  ends++;
  status = its_status;
}

static const struct process_events events = { note_line, note_end };

static int count_descriptors(void) {
  int count = 0;
  for (int fd = 0; fd < 1024; fd++) count += fcntl(fd, F_GETFD) >= 0;
  return count;
}

static int descriptors; /* that were open before the test */

static int open_all(void **state) {
  (void)state;
  descriptors = count_descriptors();
  loop = loop_new(err);
  buf_init(&seen, 16 * 1024 * 1024);
  longest = 0;
  ends = status = 0;
  err[0] = '\0';
  memset(&process, 0, sizeof process);
  return loop ? 0 : -1;
}

/* Nothing is left: no watch, no descriptor, no child. */
static int close_all(void **state) {
  (void)state;
  process_free(&process);
  buf_free(&seen);
  if (loop_pending(loop) > 0) return -1;
  loop_delete(loop);
  if (waitpid(-1, NULL, WNOHANG) != -1) return -1;
  return count_descriptors() - descriptors;
}

static bool start(const struct child_command *command) {
  return process_start(&process, loop, command, &events, &process, err);
}

static char *no_variables[] = { NULL };

static void start_shell(const char *script) {
  char *argv[] = { (char *)"sh", (char *)"-c", (char *)script, NULL };
  struct child_command command = { .program = "/bin/sh", .argv = argv, .environment = no_variables, .directory = "/" };
  if (!start(&command)) fail_msg("%s", err);
}

static void run_shell(const char *script) {
  start_shell(script);
  loop_run(loop);
  assert_int_equal(ends, 1);
}

/* This program, called with a word. */
static void run_self(const char *word, const struct child_command *more) {
  char *argv[] = { (char *)"self", (char *)word, NULL };
  struct child_command command = *more;
  command.program = "/proc/self/exe";
  command.argv = argv;
  if (!command.environment) command.environment = no_variables;
  if (!command.directory) command.directory = "/";
  if (!start(&command)) fail_msg("%s", err);
  loop_run(loop);
  assert_int_equal(ends, 1);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 0);
}

static void assert_seen(const char *name, struct str want) {
  if (!str_equal(buf_str(&seen), want)) fail_msg("%s: %.*s", name, STR_ARG(buf_str(&seen)));
}

/* What it writes */

static void test_lines(void **state) {
  (void)state;
  static const struct {
    const char *name, *script;
    struct str want;
  } cases[] = {
    { "nothing", "true", STR("") },
    { "a line", "echo one", STR("o:one\n") },
    { "lines", "echo one; echo two", STR("o:one\no:two\n") },
    { "empty lines", "echo; echo", STR("o:\no:\n") },
    { "a last line without its end", "printf 'one\\ntwo'", STR("o:one\no:two\n") },
    { "a line in pieces", "printf one; sleep 0.01; printf ' and'; sleep 0.01; echo ' two'", STR("o:one and two\n") },
    { "standard error", "echo one >&2", STR("e:one\n") },
    { "both", "echo one; sleep 0.05; echo two >&2; sleep 0.05; echo three", STR("o:one\ne:two\no:three\n") },
    { "carriage returns stay", "printf 'one\\r\\ntwo\\rthree\\n'", STR("o:one\r\no:two\rthree\n") },
    { "NUL bytes stay", "printf 'a\\0b\\n\\0\\n'", STR("o:a\0b\no:\0\n") },
    { "bytes that are no text stay", "printf '\\377\\033[0m\\n'", STR("o:\xff\x1b[0m\n") },
    { "it closes its output and goes on", "echo one; exec >&-; echo two >&2", STR("o:one\ne:two\n") },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    buf_clear(&seen);
    ends = 0;
    run_shell(cases[i].script);
    assert_seen(cases[i].name, cases[i].want);
  }
}

/* $1 bytes "x" on one line, then "end". */
#define LONG_LINE "head -c %d /dev/zero | tr '\\0' x; echo; echo end"

static void test_long_lines(void **state) {
  (void)state;
  static const struct {
    int size, pieces;
  } cases[] = {
    { PROCESS_LINE_MAX - 1, 1 }, { PROCESS_LINE_MAX, 1 }, { PROCESS_LINE_MAX + 1, 2 }, { 5 * PROCESS_LINE_MAX, 5 }
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char script[200];
    snprintf(script, sizeof script, "PATH=/usr/bin:/bin; " LONG_LINE, cases[i].size);
    buf_clear(&seen);
    ends = 0;
    run_shell(script);
    size_t marks = 3 * (size_t)(cases[i].pieces + 1); /* "o:" and a line feed for each */
    assert_int_equal(seen.len, (size_t)cases[i].size + marks + strlen("end"));
    assert_true(str_ends(buf_str(&seen), STR("\no:end\n")));
    assert_true(longest <= PROCESS_LINE_MAX);
  }
}

static void test_read_now(void **state) {
  (void)state;
  start_shell("echo one; echo two >&2; printf three; kill -STOP $$; echo");
  int stopped;
  assert_int_equal(waitpid(process.pid, &stopped, WUNTRACED), process.pid);
  assert_true(WIFSTOPPED(stopped));
  process_read(&process); /* without the loop */
  assert_seen("whole lines", STR("o:one\ne:two\n"));
  process_read(&process);
  assert_seen("not again", STR("o:one\ne:two\n"));
  process_signal(&process, SIGCONT);
  loop_run(loop);
  assert_seen("the rest", STR("o:one\ne:two\no:three\n"));
}

/* A writer that never pauses cannot keep us: what lies there now is read, no more. */
static void test_read_of_a_flood(void **state) {
  (void)state;
  start_shell("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done");
  while (seen.len == 0) process_read(&process);
  process_read(&process);
  process_signal(&process, SIGKILL);
  loop_run(loop);
  assert_int_equal(ends, 1);
}

/* How it ends */

static void test_ends(void **state) {
  (void)state;
  static const struct {
    const char *script;
    int exit, signal;
  } cases[] = {
    { "exit 0", 0, 0 },
    { "exit 1", 1, 0 },
    { "exit 255", 255, 0 },
    { "kill -KILL $$", 0, SIGKILL },
    { "kill -TERM $$", 0, SIGTERM },
    { "kill -PIPE $$", 0, SIGPIPE },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    ends = 0;
    run_shell(cases[i].script);
    assert_int_equal(process.pid, 0);
    assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : 0, cases[i].signal);
    assert_int_equal(WIFEXITED(status) ? WEXITSTATUS(status) : 0, cases[i].exit);
    assert_false(process_is_alive(&process));
    process_signal(&process, SIGKILL); /* nothing, and above all nobody else */
  }
}

static void test_alive(void **state) {
  (void)state;
  start_shell("exec sleep 60");
  assert_true(process_is_alive(&process));
  kill(process.pid, SIGKILL);
  siginfo_t info;
  assert_int_equal(waitid(P_PID, (id_t)process.pid, &info, WEXITED | WNOWAIT), 0);
  assert_false(process_is_alive(&process)); /* known before the loop has told */
  assert_int_equal(ends, 0);
  loop_run(loop);
  assert_int_equal(ends, 1);
}

/* A grandchild writes its id and holds the pipe open. */
#define GRANDCHILD "sleep 60 & echo $!; "

static pid_t grandchild(void) {
  int64_t pid = 0;
  struct str line = buf_str(&seen);
  assert_true(str_to_int64(str_slice(line, 2, line.len - 1), &pid));
  return (pid_t)pid;
}

/* Somebody else reaps it; until then it is a zombie ("Z"). */
static bool is_gone(pid_t pid) {
  char name[64], text[512] = "";
  snprintf(name, sizeof name, "/proc/%d/stat", (int)pid);
  FILE *file = fopen(name, "re");
  if (!file) return true;
  size_t size = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  const char *after = memrchr(text, ')', size);
  return !after || after[2] == 'Z' || after[2] == 'X';
}

static void wait_until_gone(pid_t pid) {
  while (!is_gone(pid)) usleep(1000);
}

static void test_group_is_signalled(void **state) {
  (void)state;
  start_shell(GRANDCHILD "wait");
  while (seen.len == 0) process_read(&process);
  assert_false(is_gone(grandchild()));
  process_signal(&process, SIGTERM);
  loop_run(loop);
  assert_int_equal(WTERMSIG(status), SIGTERM);
  wait_until_gone(grandchild());
}

static void test_what_it_leaves_behind(void **state) {
  (void)state;
  run_shell(GRANDCHILD "exit 3"); /* does not wait for the one that holds the pipe */
  assert_int_equal(WEXITSTATUS(status), 3);
  wait_until_gone(grandchild());
}

static void test_freed_while_it_runs(void **state) {
  (void)state;
  start_shell(GRANDCHILD "trap '' TERM; wait");
  while (seen.len == 0) process_read(&process);
  pid_t pid = process.pid, its_child = grandchild();
  process_free(&process);
  assert_int_equal(kill(pid, 0), -1); /* reaped */
  wait_until_gone(its_child);
  assert_int_equal(loop_pending(loop), 0);
  assert_int_equal(ends, 0);
  process_free(&process);
}

static void free_in_ended(void *ctx, int its_status) {
  note_end(ctx, its_status);
  process_free(ctx);
}

static void test_freed_by_its_end(void **state) {
  (void)state;
  static const struct process_events freeing = { note_line, free_in_ended };
  char *argv[] = { (char *)"true", NULL };
  struct child_command command = {
    .program = "/bin/true", .argv = argv, .environment = no_variables, .directory = "/"
  };
  assert_true(process_start(&process, loop, &command, &freeing, &process, err));
  loop_run(loop);
  assert_int_equal(ends, 1);
}

/* What it inherits */

static void test_environment(void **state) {
  (void)state;
  char *variables[] = { (char *)"ONE=1", (char *)"EMPTY=", (char *)"LINES=a\nb", (char *)"_HANDLER=x.y", NULL };
  struct child_command command = { .environment = variables };
  setenv("MOONWIRE_SECRET", "ours", 1);
  run_self("environment", &command);
  assert_seen("environment", STR("o:ONE=1\no:EMPTY=\no:LINES=a\no:b\no:_HANDLER=x.y\n"));
}

static void test_descriptors(void **state) {
  (void)state;
  int kept[2], high = fcntl(0, F_DUPFD, 500); /* not close-on-exec, on purpose */
  assert_int_equal(pipe(kept), 0);
  run_self("descriptors", &(struct child_command){ 0 });
  assert_seen("descriptors", STR("o:0\no:1\no:2\n"));
  close(kept[0]);
  close(kept[1]);
  close(high);
}

/* Whoever started us may have closed what a program takes for granted. */
static void test_closed_streams(void **state) {
  (void)state;
  int before[3];
  for (int fd = 0; fd < 3; fd++) before[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
  for (int fd = 0; fd < 3; fd++) close(fd);
  char *argv[] = { (char *)"sh", (char *)"-c", (char *)"cat; echo one; echo two >&2", NULL };
  char *variables[] = { (char *)"PATH=/usr/bin:/bin", NULL };
  struct child_command command = { .program = "/bin/sh", .argv = argv, .environment = variables, .directory = "/" };
  bool started = start(&command);
  if (started) loop_run(loop);
  for (int fd = 0; fd < 3; fd++) {
    dup2(before[fd], fd);
    close(before[fd]);
  }
  if (!started) fail_msg("%s", err);
  assert_int_equal(ends, 1);
  assert_non_null(strstr(buf_text(&seen), "o:one\n"));
  assert_non_null(strstr(buf_text(&seen), "e:two\n"));
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
  assert_seen("signals", STR(""));
  sigset_t after;
  sigprocmask(SIG_SETMASK, &before, &after);
  assert_true(sigismember(&after, SIGINT));
  assert_false(sigismember(&after, SIGUSR1)); /* ours is as it was */
}

static void test_place(void **state) {
  (void)state;
  run_self("place", &(struct child_command){ .directory = "/usr", .descriptors = 77 });
  assert_seen("place", STR("o:/usr\no:leads its group\no:dies with us\no:reads nothing\no:77 descriptors\n"));
}

/* A relative path is relative to our directory, not to the one that it works in. */
static void test_relative_program(void **state) {
  (void)state;
  char before[4096], *argv[] = { (char *)"true", NULL };
  assert_non_null(getcwd(before, sizeof before));
  assert_int_equal(chdir("/bin"), 0);
  struct child_command command = { .program = "./true", .argv = argv, .environment = no_variables, .directory = "/" };
  bool started = start(&command);
  assert_int_equal(chdir(before), 0);
  assert_true(started);
  loop_run(loop);
  assert_int_equal(WEXITSTATUS(status), 0);
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
      .program = cases[i].program, .argv = argv, .environment = no_variables, .directory = cases[i].directory
    };
    assert_false(start(&command));
    assert_string_equal(err, cases[i].want);
    assert_int_equal(loop_pending(loop), 0);
    assert_int_equal(process.pid, 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* reaped */
  }
  assert_int_equal(ends, 0);
}

/* The child */

extern char **environ;

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
  if (strcmp(word, "environment") == 0)
    for (char **variable = environ; *variable; variable++) puts(*variable);
  if (strcmp(word, "descriptors") == 0)
    for (int fd = 0; fd < 1024; fd++)
      if (fcntl(fd, F_GETFD) >= 0) printf("%d\n", fd);
  if (strcmp(word, "signals") == 0) return tell_signals();
  if (strcmp(word, "place") == 0) return tell_place();
  return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)

int main(int argc, char **argv) {
  if (argc > 1) return tell(argv[1]);
  const struct CMUnitTest tests[] = {
    TEST(test_lines),
    TEST(test_long_lines),
    TEST(test_read_now),
    TEST(test_read_of_a_flood),
    TEST(test_ends),
    TEST(test_alive),
    TEST(test_group_is_signalled),
    TEST(test_what_it_leaves_behind),
    TEST(test_freed_while_it_runs),
    TEST(test_freed_by_its_end),
    TEST(test_environment),
    TEST(test_descriptors),
    TEST(test_closed_streams),
    TEST(test_signals),
    TEST(test_place),
    TEST(test_relative_program),
    TEST(test_failures),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
