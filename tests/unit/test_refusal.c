/* refusal: what the log says when the Runtime API does not want something. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "refusal.h"
#include "utf8.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define GONE "the invocation is gone: it timed out or was answered already"
#define TOO_LARGE                                                                                                      \
  " bytes, and Lambda takes 6291556 (6 MB) at most; on a WebSocket, send the data in pieces with ws.send; elsewhere, " \
  "or if it is large, put it into S3 and send a link (x)"

static void test_explained(void **state) {
  (void)state;
  static const struct {
    int status;
    const char *what;
    size_t size;
    const char *want;
  } cases[] = {
    { 400, "result", 2, "Runtime API answered 400: " GONE " (x)" },
    { 410, "error report", 2, "Runtime API answered 410: " GONE " (x)" },
    { 403, "result", 2,
      "Runtime API answered 403: no reply is expected any more: the invocation was answered already (x)" },
    { 404, "result", 2, "Runtime API answered 404: the reply is not wanted (x)" },
    { 413, "result", 6291556, "Runtime API answered 413: the result of 6291556 bytes is larger than it takes (x)" },
    { 413, "error report", 900, "Runtime API answered 413: the error report of 900 bytes is larger than it takes (x)" },
    { 413, "result", 6291557, "Runtime API answered 413: the result has 6291557" TOO_LARGE },
    { 403, "result", 7000000, "Runtime API answered 403: the result has 7000000" TOO_LARGE },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char err[ERR_LEN] = "";
    refusal_explain(err, cases[i].status, STR("x"), cases[i].what, cases[i].size);
    assert_string_equal(err, cases[i].want);
  }
}

/* One line, of bounded length, whatever came. */
static void test_quoted(void **state) {
  (void)state;
  static const struct {
    struct str said;
    const char *want;
  } cases[] = {
    { STR(""), "" },
    { { NULL, 0 }, "" },
    { STR("{\"errorMessage\":\"Gr\xC3\xBC\xC3\x9F"
          "e\"}"),
      "{\"errorMessage\":\"Gr\xC3\xBC\xC3\x9F"
      "e\"}" },
    { STR("a\0b\r\nc\td\x1B[0me\x7F"
          "f"),
      "a b  c d [0me f" },
    { STR("a\xC2\x9B"
          "b\xC2\xA0"
          "c"),
      "a b\xC2\xA0"
      "c" },
    { STR("\xC2"), "\xC2" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char err[ERR_LEN] = "";
    refusal_quote(err, 503, cases[i].said);
    assert_int_equal(strncmp(err, "Runtime API answered 503: ", 26), 0);
    assert_string_equal(err + 26, cases[i].want);
  }
}

/* A long answer is cut between two characters, and leaves room for the sentence about the size. */
static void test_cut(void **state) {
  (void)state;
  static const char *const units[] = { "x", "\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x8C\x99" };
  for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
    char said[4096], err[ERR_LEN];
    size_t unit = strlen(units[u]), len = 0;
    for (; len + unit < sizeof said; len += unit) memcpy(said + len, units[u], unit);
    refusal_explain(err, 413, str_of(said, len), "error report", SIZE_MAX);
    assert_true(strlen(err) < ERR_LEN - 1 && err[strlen(err) - 1] == ')');
    assert_int_equal(utf8_prefix(str_from(err)), strlen(err));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_explained),
    cmocka_unit_test(test_quoted),
    cmocka_unit_test(test_cut),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
