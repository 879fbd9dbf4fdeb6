/* How the view writes: whole entries, never waiting for a reader who does not read. */
#define _GNU_SOURCE /* pipe2 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "view_out.h"

#include <cmocka.h> /* last: its fail() is a macro */

struct fixture {
  struct loop *loop;
  struct view_out out;
  FILE *file;
  int reader;
};

static void begin(struct fixture *f) {
  int ends[2];
  char err[ERR_LEN];
  f->loop = loop_new(err);
  assert_int_equal(pipe2(ends, O_CLOEXEC), 0); /* blocking, as a terminal is */
  f->reader = ends[0];
  f->file = fdopen(ends[1], "w");
  assert_true(f->loop && f->file);
  view_out_init(&f->out, f->loop, f->file, false);
}

static void end(struct fixture *f) {
  view_out_free(&f->out);
  assert_int_equal(loop_pending(f->loop), 0);
  loop_delete(f->loop);
  fclose(f->file);
}

static void add(struct fixture *f, const char *text) {
  struct buf *b = view_out_begin(&f->out);
  if (!b) return;
  buf_add(b, str_from(text));
  view_out_end(&f->out);
}

/* Everything that is in the pipe. */
static struct str read_all(struct fixture *f, struct arena *memory) {
  struct buf all;
  ssize_t got;
  buf_init(&all, 64 * 1024 * 1024);
  char *room = buf_reserve(&all, 1 << 20);
  while ((got = read(f->reader, room, 1 << 20)) > 0) {
    buf_grew(&all, (size_t)got);
    room = buf_reserve(&all, 1 << 20);
  }
  struct str copy = arena_copy(memory, buf_str(&all));
  buf_free(&all);
  return copy;
}

static void entries_are_written_together(void **state) {
  (void)state;
  struct fixture f;
  struct arena memory = { 0 };
  begin(&f);
  add(&f, "one\n");
  add(&f, "two\n");
  view_out_flush(&f.out);
  assert_int_equal(f.out.text.len, 0);
  add(&f, "three\n");
  end(&f); /* writes the rest */
  assert_true(str_equal(read_all(&f, &memory), STR("one\ntwo\nthree\n")));
  close(f.reader);
  arena_free(&memory);
}

static void a_reader_that_sleeps_stops_nobody(void **state) {
  (void)state;
  enum { ENTRIES = 200, SIZE = 100 * 1000 }; /* 20 MB */
  struct fixture f;
  struct arena memory = { 0 };
  char *entry = malloc(SIZE + 1);
  assert_non_null(entry);
  memset(entry, 'x', SIZE);
  entry[SIZE - 1] = '\n';
  entry[SIZE] = '\0';
  begin(&f);
  for (int i = 0; i < ENTRIES; i++) {
    add(&f, entry);
    view_out_flush(&f.out);
  }
  assert_true(f.out.text.len <= VIEW_OUT_MAX && f.out.left_out > 0);
  end(&f); /* gives up after a while */
  struct str all = read_all(&f, &memory);
  assert_true(all.len > 0 && all.len < VIEW_OUT_MAX);
  close(f.reader);
  free(entry);
  arena_free(&memory);
}

static void the_reader_is_told_of_gaps(void **state) {
  (void)state;
  struct fixture f;
  struct arena memory = { 0 };
  char *entry = malloc(VIEW_OUT_MAX + 1);
  assert_non_null(entry);
  memset(entry, 'x', VIEW_OUT_MAX);
  entry[VIEW_OUT_MAX] = '\0';
  begin(&f);
  add(&f, "one\n");
  add(&f, entry); /* does not fit */
  add(&f, entry);
  add(&f, "two\n");
  end(&f);
  struct str all = read_all(&f, &memory);
  assert_true(str_equal(all, STR("one\n... (2 entries left out: output was not read)\ntwo\n")));
  close(f.reader);
  free(entry);
  arena_free(&memory);
}

struct slow {
  struct fixture *f;
  struct loop_timer timer;
  size_t got, want;
};

static void read_some(void *ctx) {
  struct slow *s = ctx;
  char room[16 * 1024];
  ssize_t got = read(s->f->reader, room, sizeof room);
  if (got > 0) s->got += (size_t)got;
  if (s->got < s->want) loop_timer_start(s->f->loop, &s->timer, 1);
}

static void a_slow_reader_gets_everything(void **state) {
  (void)state;
  enum { ENTRIES = 5000 };
  struct fixture f;
  begin(&f);
  for (int i = 0; i < ENTRIES; i++) add(&f, "a line of some forty characters, or so\n");
  struct slow slow = { .f = &f, .want = f.out.text.len };
  slow.timer = (struct loop_timer){ .fire = read_some, .ctx = &slow };
  assert_int_equal(fcntl(f.reader, F_SETFL, O_NONBLOCK), 0);
  view_out_flush(&f.out);
  assert_true(f.out.sent > 0 || f.out.text.len < slow.want);
  loop_timer_start(f.loop, &slow.timer, 0);
  loop_run(f.loop); /* until nothing is left to do */
  assert_int_equal(slow.got, slow.want);
  assert_int_equal(f.out.text.len, 0);
  end(&f);
  close(f.reader);
}

static void a_reader_that_is_gone_ends_the_output(void **state) {
  (void)state;
  struct fixture f;
  begin(&f);
  close(f.reader);
  add(&f, "one\n");
  view_out_flush(&f.out);
  assert_true(f.out.broken);
  assert_null(view_out_begin(&f.out));
  view_out_flush(&f.out);
  end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(entries_are_written_together),
    cmocka_unit_test(a_reader_that_sleeps_stops_nobody),
    cmocka_unit_test(the_reader_is_told_of_gaps),
    cmocka_unit_test(a_slow_reader_gets_everything),
    cmocka_unit_test(a_reader_that_is_gone_ends_the_output),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
