/* runtime_host_init: what AWS_LAMBDA_RUNTIME_API may hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "runtime_api.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static const struct {
  struct str text;
  const char *name, *path; /* name is NULL: refused */
  const char *err;
} cases[] = {
  { STR("127.0.0.1:9001"), "127.0.0.1:9001", "", "" },
  { STR("[::1]:9001"), "[::1]:9001", "", "" },
  { STR("127.0.0.1:9001/"), "127.0.0.1:9001", "", "" },
  { STR("127.0.0.1:9001//"), "127.0.0.1:9001", "", "" },
  { STR("127.0.0.1:3002/_runtime/echo/01ab"), "127.0.0.1:3002", "/_runtime/echo/01ab", "" },
  { STR("127.0.0.1:3002/_runtime/echo/01ab/"), "127.0.0.1:3002", "/_runtime/echo/01ab", "" },
  { STR("[::1]:3002/a%20b"), "[::1]:3002", "/a%20b", "" },
  { STR("127.0.0.1:3002/a:80"), "127.0.0.1:3002", "/a:80", "" },
  { STR(""), NULL, "", "is not set" },
  { STR("/a"), NULL, "", "is not an address of the form host:port" },
  { STR("127.0.0.1/a:80"), NULL, "", "is not an address of the form host:port" },
  { STR("http://127.0.0.1:9001"), NULL, "", "leave out http://" },
  { STR("127.0.0.1:9001 /a"), NULL, "", "is not an address of the form host:port" },
  { STR("127.0.0.1:9001/a b"), NULL, "", "no blanks" },
  { STR("127.0.0.1:9001/a\tb"), NULL, "", "no blanks" },
  { STR("127.0.0.1:9001/a\r\nHost: b"), NULL, "", "no blanks" },
  { STR("127.0.0.1:9001/a\0b"), NULL, "", "no blanks" },
  { STR("127.0.0.1:9001/a\x7f"), NULL, "", "no blanks" },
  { STR("127.0.0.1:9001/\xc3\xa4"), NULL, "", "no blanks" },
  { STR("127.0.0.1:9001/a?b"), NULL, "", "? or #" },
  { STR("127.0.0.1:9001/a#b"), NULL, "", "? or #" },
};

static void test_values(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct runtime_host host;
    char err[ERR_LEN] = "";
    bool ok = runtime_host_init(&host, NULL, cases[i].text, err);
    if (ok != (cases[i].name != NULL)) fail_msg("\"%s\": %s", cases[i].text.ptr, ok ? "was accepted" : err);
    if (!strstr(err, cases[i].err)) fail_msg("\"%s\": %s", cases[i].text.ptr, err);
    if (!ok) {
      assert_ptr_equal(strstr(err, "AWS_LAMBDA_RUNTIME_API"), err);
      continue;
    }
    if (!str_equal(host.name, str_from(cases[i].name)) || !str_equal(host.path, str_from(cases[i].path)))
      fail_msg("\"%s\": %.*s and %.*s", cases[i].text.ptr, STR_ARG(host.name), STR_ARG(host.path));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
