/* The last lines of an invocation. */
#include "invoke.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct invoke *make(bool keeps_log) {
  struct invoke *in = invoke_new();
  assert_non_null(in);
  in->keeps_log = keeps_log;
  return in;
}

static void few_lines(void **state) {
  struct invoke *in = make(true);
  (void)state;
  invoke_keep_line(in, STR("one"));
  invoke_keep_line(in, STR(""));
  invoke_keep_line(in, STR("two"));
  assert_string_equal(buf_text(&in->log), "one\n\ntwo\n");
  invoke_delete(in);
}

static void not_wanted(void **state) {
  struct invoke *in = make(false);
  (void)state;
  invoke_keep_line(in, STR("one"));
  assert_int_equal(in->log.len, 0);
  invoke_delete(in);
}

/* Whatever the lengths, the log ends with the last 4 KB of everything. */
static void many_lines(void **state) {
  (void)state;
  for (size_t len = 0; len < 3 * INVOKE_LOG_TAIL; len = len * 3 / 2 + 1) {
    struct invoke *in = make(true);
    struct buf all;
    static char line[3 * INVOKE_LOG_TAIL];
    buf_init(&all, 16 * 1024 * 1024);
    for (int i = 0; i < 50; i++) {
      memset(line, 'a' + i % 26, len);
      invoke_keep_line(in, str_of(line, len));
      buf_add(&all, str_of(line, len));
      buf_add_char(&all, '\n');
      struct str seen = buf_str(&in->log), wanted = buf_str(&all);
      assert_false(in->log.failed);
      size_t tail = wanted.len < INVOKE_LOG_TAIL ? wanted.len : INVOKE_LOG_TAIL;
      assert_true(seen.len >= tail);
      assert_memory_equal(seen.ptr + seen.len - tail, wanted.ptr + wanted.len - tail, tail);
    }
    buf_free(&all);
    invoke_delete(in);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(few_lines), cmocka_unit_test(not_wanted),
                                      cmocka_unit_test(many_lines) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
