/* process: what a child writes, and how it ends. The children are shells. */
#define _GNU_SOURCE /* memrchr */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process_fixture.h"

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
    buf_clear(&kid.seen);
    kid.ends = 0;
    kid_run_shell(cases[i].script);
    kid_assert_seen(cases[i].name, cases[i].want);
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
    buf_clear(&kid.seen);
    kid.ends = 0;
    kid_run_shell(script);
    size_t marks = 3 * (size_t)(cases[i].pieces + 1); /* "o:" and a line feed for each */
    assert_int_equal(kid.seen.len, (size_t)cases[i].size + marks + strlen("end"));
    assert_true(str_ends(buf_str(&kid.seen), STR("\no:end\n")));
    assert_true(kid.longest <= PROCESS_LINE_MAX);
  }
}

static void test_read_now(void **state) {
  (void)state;
  kid_start_shell("echo one; echo two >&2; printf three; kill -STOP $$; echo");
  int stopped;
  assert_int_equal(waitpid(kid.process.pid, &stopped, WUNTRACED), kid.process.pid);
  assert_true(WIFSTOPPED(stopped));
  process_read(&kid.process); /* without the loop */
  kid_assert_seen("whole lines", STR("o:one\ne:two\n"));
  process_read(&kid.process);
  kid_assert_seen("not again", STR("o:one\ne:two\n"));
  process_signal(&kid.process, SIGCONT);
  loop_run(kid.loop);
  kid_assert_seen("the rest", STR("o:one\ne:two\no:three\n"));
}

/* A writer that never pauses cannot keep us: what lies there now is read, no more. */
static void test_read_of_a_flood(void **state) {
  (void)state;
  kid_start_shell("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done");
  while (kid.seen.len == 0) process_read(&kid.process);
  process_read(&kid.process);
  process_signal(&kid.process, SIGKILL);
  loop_run(kid.loop);
  assert_int_equal(kid.ends, 1);
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
    kid.ends = 0;
    kid_run_shell(cases[i].script);
    assert_int_equal(kid.process.pid, 0);
    assert_int_equal(WIFSIGNALED(kid.status) ? WTERMSIG(kid.status) : 0, cases[i].signal);
    assert_int_equal(WIFEXITED(kid.status) ? WEXITSTATUS(kid.status) : 0, cases[i].exit);
    assert_false(process_is_alive(&kid.process));
    process_signal(&kid.process, SIGKILL); /* nothing, and above all nobody else */
  }
}

static void test_alive(void **state) {
  (void)state;
  kid_start_shell("exec sleep 60");
  assert_true(process_is_alive(&kid.process));
  kill(kid.process.pid, SIGKILL);
  siginfo_t info;
  assert_int_equal(waitid(P_PID, (id_t)kid.process.pid, &info, WEXITED | WNOWAIT), 0);
  assert_false(process_is_alive(&kid.process)); /* known before the loop has told */
  assert_int_equal(kid.ends, 0);
  loop_run(kid.loop);
  assert_int_equal(kid.ends, 1);
}

/* A grandchild writes its id and holds the pipe open. */
#define GRANDCHILD "sleep 60 & echo $!; "

static pid_t grandchild(void) {
  int64_t pid = 0;
  struct str line = buf_str(&kid.seen);
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
  kid_start_shell(GRANDCHILD "wait");
  while (kid.seen.len == 0) process_read(&kid.process);
  assert_false(is_gone(grandchild()));
  process_signal(&kid.process, SIGTERM);
  loop_run(kid.loop);
  assert_int_equal(WTERMSIG(kid.status), SIGTERM);
  wait_until_gone(grandchild());
}

static void test_what_it_leaves_behind(void **state) {
  (void)state;
  kid_run_shell(GRANDCHILD "exit 3"); /* does not wait for the one that holds the pipe */
  assert_int_equal(WEXITSTATUS(kid.status), 3);
  wait_until_gone(grandchild());
}

static void test_freed_while_it_runs(void **state) {
  (void)state;
  kid_start_shell(GRANDCHILD "trap '' TERM; wait");
  while (kid.seen.len == 0) process_read(&kid.process);
  pid_t pid = kid.process.pid, its_child = grandchild();
  process_free(&kid.process);
  assert_int_equal(kill(pid, 0), -1); /* reaped */
  wait_until_gone(its_child);
  assert_int_equal(loop_pending(kid.loop), 0);
  assert_int_equal(kid.ends, 0);
  process_free(&kid.process);
}

static void free_in_ended(void *ctx, int its_status) {
  kid_note_end(ctx, its_status);
  process_free(ctx);
}

static void test_freed_by_its_end(void **state) {
  (void)state;
  static const struct process_events freeing = { kid_note_line, free_in_ended };
  char *argv[] = { (char *)"true", NULL };
  struct child_command command = {
    .program = "/bin/true", .argv = argv, .environment = kid_no_variables, .directory = "/"
  };
  assert_true(process_start(&kid.process, kid.loop, &command, &freeing, &kid.process, kid.err));
  loop_run(kid.loop);
  assert_int_equal(kid.ends, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kid_open, kid_close)

int main(void) {
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
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
