#include "process_fixture.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

struct kid kid;

void kid_note_line(void *ctx, bool is_error, struct str line) {
  assert_ptr_equal(ctx, &kid.process);
  assert_int_equal(kid.ends, 0);
  if (line.len > kid.longest) kid.longest = line.len;
  buf_add(&kid.seen, is_error ? STR("e:") : STR("o:"));
  buf_add(&kid.seen, line);
  buf_add_char(&kid.seen, '\n');
}

void kid_note_end(void *ctx, int its_status) {
  assert_ptr_equal(ctx, &kid.process);
  kid.ends++;
  kid.status = its_status;
}

const struct process_events kid_events = { kid_note_line, kid_note_end };

static int count_descriptors(void) {
  int count = 0;
  for (int fd = 0; fd < 1024; fd++) count += fcntl(fd, F_GETFD) >= 0;
  return count;
}

static int descriptors; /* that were open before the test */

int kid_open(void **state) {
  (void)state;
  descriptors = count_descriptors();
  kid.loop = loop_new(kid.err);
  buf_init(&kid.seen, 16 * 1024 * 1024);
  kid.longest = 0;
  kid.ends = kid.status = 0;
  kid.err[0] = '\0';
  memset(&kid.process, 0, sizeof kid.process);
  return kid.loop ? 0 : -1;
}

/* Nothing is left: no watch, no descriptor, no child. */
int kid_close(void **state) {
  (void)state;
  process_free(&kid.process);
  buf_free(&kid.seen);
  if (loop_pending(kid.loop) > 0) return -1;
  loop_delete(kid.loop);
  if (waitpid(-1, NULL, WNOHANG) != -1) return -1;
  return count_descriptors() - descriptors;
}

bool kid_start(const struct child_command *command) {
  return process_start(&kid.process, kid.loop, command, &kid_events, &kid.process, kid.err);
}

char *kid_no_variables[] = { NULL };

void kid_start_shell(const char *script) {
  char *argv[] = { (char *)"sh", (char *)"-c", (char *)script, NULL };
  struct child_command command = {
    .program = "/bin/sh", .argv = argv, .environment = kid_no_variables, .directory = "/"
  };
  if (!kid_start(&command)) fail_msg("%s", kid.err);
}

void kid_run_shell(const char *script) {
  kid_start_shell(script);
  loop_run(kid.loop);
  assert_int_equal(kid.ends, 1);
}

void kid_assert_seen(const char *name, struct str want) {
  if (!str_equal(buf_str(&kid.seen), want)) fail_msg("%s: %.*s", name, STR_ARG(buf_str(&kid.seen)));
}
