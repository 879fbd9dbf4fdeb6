/* task_root: names of the copy are shown as names of the project. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "task_root.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static void test_texts(void **state) {
  (void)state;
  static const struct {
    struct str text, root;
    const char *want;
  } cases[] = {
    { STR("no file '/tmp/c/3/app.lua'"), STR("/tmp/c/3"), "no file '/home/chat/app.lua'" },
    { STR("/tmp/c/3"), STR("/tmp/c/3"), "/home/chat" },
    { STR("/tmp/c/3/a /tmp/c/3/b"), STR("/tmp/c/3"), "/home/chat/a /home/chat/b" },
    { STR("/tmp/c/31/a /tmp/c/3/b"), STR("/tmp/c/3"), "/tmp/c/31/a /home/chat/b" },
    { STR("/tmp/c/3_a, /tmp/c/3-b"), STR("/tmp/c/3"), "/tmp/c/3_a, /tmp/c/3-b" },
    { STR("nothing of it"), STR("/tmp/c/3"), "nothing of it" },
    { STR("/tmp/c/3"), STR(""), "/tmp/c/3" },
    { STR(""), STR("/tmp/c/3"), "" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buf out;
    buf_init(&out, 1000);
    struct str shown = task_root_show(&out, cases[i].text, cases[i].root, STR("/home/chat"));
    if (!str_equal(shown, str_from(cases[i].want))) fail_msg("%.*s", STR_ARG(shown));
    buf_free(&out);
  }
}

static void test_no_room(void **state) {
  (void)state;
  struct buf out;
  buf_init(&out, 8);
  struct str text = STR("no file '/tmp/c/3/app.lua'");
  assert_ptr_equal(task_root_show(&out, text, STR("/tmp/c/3"), STR("/home/chat")).ptr, text.ptr);
  buf_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_texts), cmocka_unit_test(test_no_room) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
