/* process_fixture.h -- a child process, what it wrote, and how it ended. */
#ifndef MOONWIRE_PROCESS_FIXTURE_H
#define MOONWIRE_PROCESS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "process.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

extern struct kid {
  struct loop *loop;
  struct process process;
  struct buf seen; /* "o:" or "e:", the line, a line feed */
  size_t longest;  /* bytes of the longest line */
  int ends, status;
  char err[ERR_LEN];
} kid;

/* What notes it down there; the context is &kid.process. */
extern const struct process_events kid_events;
void kid_note_line(void *ctx, bool is_error, struct str line);
void kid_note_end(void *ctx, int its_status);

extern char *kid_no_variables[];

/* Setup and teardown. The latter fails when anything is left: a watch, a descriptor, a process. */
int kid_open(void **state);
int kid_close(void **state);

bool kid_start(const struct child_command *command);

/* Starts `sh -c script`, without a variable; kid_run_shell also waits for its end. */
void kid_start_shell(const char *script);
void kid_run_shell(const char *script);

void kid_assert_seen(const char *name, struct str want);

#endif
