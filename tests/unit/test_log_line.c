/* log_line: what a record may not hold, and how it is cut. Bytes in, bytes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "arena.h"
#include "json.h"
#include "log_line.h"
#include "utf8.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

enum { TIME = 24 /* bytes of a timestamp */ };

/* Messages as text records show them, between "\t-\tINFO\t" and the line feed. */
static void test_shown(void **state) {
  (void)state;
  static const struct {
    struct str message, one_line, lines;
  } cases[] = {
    { STR("plain ~ text"), STR("plain ~ text"), STR("plain ~ text") },
    { STR("a\tb"), STR("a\tb"), STR("a\tb") },
    { STR("a\nb\r\nc"), STR("a\rb\r\rc"), STR("a\nb\r\nc") },
    { STR("\33[31mred\33[0m"), STR("\\u001b[31mred\\u001b[0m"), STR("\\u001b[31mred\\u001b[0m") },
    { STR("\0\1\a\b\v\f\x1F\x7F"), STR("\\u0000\\u0001\\u0007\\u0008\\u000b\\u000c\\u001f\\u007f"),
      STR("\\u0000\\u0001\\u0007\\u0008\\u000b\\u000c\\u001f\\u007f") },
    { STR("\xC2\x80\xC2\x9B"
          "31m\xC2\x9F\xC2\xA0"),
      STR("\\u0080\\u009b31m\\u009f\xC2\xA0"), STR("\\u0080\\u009b31m\\u009f\xC2\xA0") },
    { STR("\xC3\xBC\xE2\x82\xAC\xF0\x9F\x99\x82"), STR("\xC3\xBC\xE2\x82\xAC\xF0\x9F\x99\x82"),
      STR("\xC3\xBC\xE2\x82\xAC\xF0\x9F\x99\x82") },
    { STR("\xFF-\xE2\x82-\xED\xA0\x80-\xC3"),
      STR("\xEF\xBF\xBD-\xEF\xBF\xBD-\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD-\xEF\xBF\xBD"),
      STR("\xEF\xBF\xBD-\xEF\xBF\xBD-\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD-\xEF\xBF\xBD") },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    for (int one_line = 0; one_line < 2; one_line++) {
      struct log_line line = { .settings.one_line = one_line, .level = LOG_INFO, .message = cases[i].message };
      struct str want = one_line ? cases[i].one_line : cases[i].lines, before = STR("\t-\tINFO\t");
      struct buf out;
      buf_init(&out, LOG_LINE);
      log_line_write(&out, &line);
      struct str got = str_slice(buf_str(&out), TIME, out.len - 1);
      if (!str_starts(got, before) || !str_equal(str_slice(got, before.len, got.len), want))
        fail_msg("case %zu: %.*s", i, STR_ARG(got));
      buf_free(&out);
    }
  }
}

/* A request id cannot break out of its column, nor a field out of its record. */
static void test_columns(void **state) {
  (void)state;
  struct log_context context = { .request_id = STR("a\tb\nc\33"), .route_key = STR("\"\n\xFF") };
  struct log_line line = { .settings.one_line = true, .context = &context, .fields = STR("\"a\":\"\xC2\x9B\x7F\"") };
  struct buf out;
  buf_init(&out, LOG_LINE);
  log_line_write(&out, &line);
  struct str got = str_slice(buf_str(&out), TIME, out.len);
  struct str want =
      STR("\ta\\u0009b\\u000ac\\u001b\tTRACE\t {\"routeKey\":\"\\\"\\n\xEF\xBF\xBD\",\"a\":\"\\u009b\\u007f\"}\n");
  if (!str_equal(got, want)) fail_msg("%.*s", STR_ARG(got));
  buf_free(&out);
}

static void check_is_json(struct str record) {
  struct arena memory = { 0 };
  const struct json *root;
  char err[ERR_LEN];
  if (!json_parse(&memory, record, &root, err)) fail_msg("%s: %.*s", err, STR_ARG(str_slice(record, 0, 200)));
  assert_int_equal(json_count(root) >= 4, true);
  arena_free(&memory);
}

/* Whatever is too long, and whatever it is made of: a whole line of valid UTF-8 below the ceiling that says so. */
static void test_cut(void **state) {
  (void)state;
  static char big[LOG_LINE * 2], fields[LOG_LINE * 2];
  static const struct str fills[] = { STR("a"),  STR("\1"),           STR("\xFF"),
                                      STR("\n"), STR("\xE2\x82\xAC"), STR("\xF0\x9F\x99\x82") };
  static const size_t ceilings[] = { LOG_SIGNAL_LINE, LOG_LINE };
  memset(fields, 'f', sizeof fields);
  memcpy(fields, "\"a\":\"", 5);
  fields[sizeof fields - 1] = '"';
  for (size_t i = 0; i < sizeof fills / sizeof *fills * 4 * 2; i++) {
    struct str fill = fills[i / 8];
    bool json = i & 1, in_fields = i & 2;
    for (size_t at = 0; at < sizeof big; at++) big[at] = fill.ptr[at % fill.len];
    struct str all = str_of(big, sizeof big);
    struct log_context context = { all, all, all, all, all };
    struct log_line line = { .settings = { .json = json, .one_line = true }, .context = &context, .message = all };
    if (in_fields) line.message = STR("short");
    if (in_fields) line.fields = str_of(fields, sizeof fields);
    struct buf out;
    buf_init(&out, ceilings[i >> 2 & 1]);
    log_line_write(&out, &line);
    struct str got = buf_str(&out);
    if (got.len == 0 || got.len > out.ceiling) fail_msg("case %zu: %zu bytes", i, got.len);
    assert_int_equal(utf8_prefix(got), got.len);
    assert_true(str_find(got, STR("\"truncated\":true}\n"), 0) == got.len - 18);
    assert_true(memchr(got.ptr, '\n', got.len) == got.ptr + got.len - 1);
    if (fill.len > 1) assert_int_equal(str_find(got, STR("\xEF\xBF\xBD"), 0), SIZE_MAX); /* no character was split */
    if (json) check_is_json(got);
    buf_free(&out);
  }
}

static void test_utf8_cut(void **state) {
  (void)state;
  static const struct {
    struct str text;
    size_t most, want;
  } cases[] = {
    { STR(""), 0, 0 },
    { STR("abc"), 2, 2 },
    { STR("abc"), 3, 3 },
    { STR("\xC3\xBC"), 1, 0 },
    { STR("a\xE2\x82\xAC"), 3, 1 },
    { STR("a\xE2\x82\xAC"), 4, 4 },
    { STR("a\xF0\x9F\x99\x82z"), 4, 1 },
    { STR("a\xF0\x9F\x99\x82z"), 5, 5 },
    { STR("\x80\x80\x80\x80\x80\x80"), 5, 5 }, /* no UTF-8 */
    { STR("\xE2\x82z"), 1, 1 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_int_equal(utf8_cut(cases[i].text, cases[i].most).len, cases[i].want);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_shown),
    cmocka_unit_test(test_columns),
    cmocka_unit_test(test_cut),
    cmocka_unit_test(test_utf8_cut),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
