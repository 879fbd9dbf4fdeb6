/* xray_cause: one line of ASCII JSON with the documented members, never longer than a header may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json.h"
#include "xray_cause.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

static struct arena memory;

static struct buf written(struct str type, struct str message, const struct frame *frames, size_t count) {
  struct buf b;
  buf_init(&b, 1024 * 1024);
  buf_add(&b, STR("before")); /* it adds: what was there stays, and does not count */
  xray_cause_write(&b, type, message, frames, count);
  assert_false(b.failed);
  assert_memory_equal(b.ptr, "before", 6);
  assert_true(b.len - 6 <= XRAY_CAUSE_MAX);
  for (size_t i = 0; i < b.len; i++) assert_true(b.ptr[i] >= ' ' && b.ptr[i] <= '~');
  return b;
}

static const struct json *first_of(const struct json *array) {
  struct json_item item;
  json_read(array, &item);
  assert_int_equal(item.type, JSON_ARRAY);
  return item.first;
}

/* The tree of what was written, which must have exactly the documented members. */
static const struct json *read_cause(const struct buf *b) {
  const struct json *root;
  char err[ERR_LEN];
  arena_reset(&memory);
  if (!json_parse(&memory, str_slice(buf_str(b), 6, b->len), &root, err)) fail_msg("%s: %s", err, b->ptr);
  assert_int_equal(json_count(root), 3);
  assert_true(json_member_text(root, STR("working_directory")).len > 0);
  const struct json *exception = first_of(json_member(root, STR("exceptions")));
  assert_int_equal(json_count(json_member(root, STR("exceptions"))), 1);
  assert_int_equal(json_count(exception), 3);
  struct json_item item;
  for (const struct json *frame = first_of(json_member(exception, STR("stack"))); frame; frame = item.next) {
    assert_int_equal(json_count(frame), 3);
    json_read(frame, &item);
  }
  return root;
}

static const struct json *exception_of(const struct json *root) {
  return first_of(json_member(root, STR("exceptions")));
}

static size_t frames_of(const struct json *root) {
  return json_count(json_member(exception_of(root), STR("stack")));
}

static void test_exactly(void **state) {
  (void)state;
  static const struct frame frames[] = {
    { "handlers/chat.lua", 12, "in function 'join'" },
    { "lib/room.lua", 3, "in function <lib/room.lua:1>" },
    { "handlers/chat.lua", -1, "in main chunk" },
  };
  char directory[4096], want[8192];
  assert_non_null(getcwd(directory, sizeof directory));
  snprintf(want, sizeof want,
           "before{\"working_directory\":\"%s\",\"exceptions\":[{\"type\":\"Error\",\"message\":\"no such room\","
           "\"stack\":[{\"path\":\"handlers/chat.lua\",\"line\":12,\"label\":\"in function 'join'\"},"
           "{\"path\":\"lib/room.lua\",\"line\":3,\"label\":\"in function <lib/room.lua:1>\"},"
           "{\"path\":\"handlers/chat.lua\",\"line\":0,\"label\":\"in main chunk\"}]}],"
           "\"paths\":[\"handlers/chat.lua\",\"lib/room.lua\"]}",
           directory);
  struct buf b = written(STR("Error"), STR("no such room"), frames, 3);
  assert_string_equal(buf_text(&b), want);
  buf_free(&b);
  b = written(STR(""), STR(""), NULL, 0);
  assert_int_equal(frames_of(read_cause(&b)), 0);
  buf_free(&b);
}

/* What a message may hold; `want` is it after a JSON reader. */
static const struct {
  struct str message, want;
} messages[] = {
  { STR("plain"), STR("plain") },
  { STR("two\r\nlines\tand \"quotes\" \\ / "), STR("two\r\nlines\tand \"quotes\" \\ / ") },
  { STR("X\r\n\r\nGET / HTTP/1.1\r\n"), STR("X\r\n\r\nGET / HTTP/1.1\r\n") },
  { STR("\0\x01\x1F\x7F"), STR("\0\x01\x1F\x7F") },
  { STR("Gr\xC3\xBC\xC3\x9F"
        "e \xE2\x82\xAC \xF0\x9F\x8C\x99"),
    STR("Gr\xC3\xBC\xC3\x9F"
        "e \xE2\x82\xAC \xF0\x9F\x8C\x99") },
  { STR("\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"),
    STR("\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF") },
  { STR("\xFF|\xC3|\xE2\x82|\xF4\x90\x80\x80|"), STR("\xEF\xBF\xBD|\xEF\xBF\xBD|\xEF\xBF\xBD|\xEF\xBF\xBD\xEF\xBF\xBD"
                                                     "\xEF\xBF\xBD\xEF\xBF\xBD|") },
  { STR("\xED\xA0\xBD"), STR("\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") }, /* half a surrogate pair is no character */
};

static void test_messages(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
    struct buf b = written(messages[i].message, messages[i].message, NULL, 0);
    const struct json *exception = exception_of(read_cause(&b));
    struct str type = json_member_text(exception, STR("type")), got = json_member_text(exception, STR("message"));
    if (!str_equal(got, messages[i].want) || !str_equal(type, messages[i].want))
      fail_msg("message %zu: %s", i, buf_text(&b));
    buf_free(&b);
  }
}

/* Fills text with `unit`, over and over, as far as it fits. */
static void fill(char *text, size_t size, const char *unit) {
  size_t len = strlen(unit), at = 0;
  for (; at + len < size; at += len) memcpy(text + at, unit, len);
  text[at] = '\0';
}

static const char *const units[] = {
  "x", "\"", "\x01", "\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x8C\x99", "\xFF", "\x7F"
};

/* Everything as long as it can be: the message is cut first, then frames are left out, the outermost ones. */
static void test_sizes(void **state) {
  (void)state;
  enum { HUGE_SIZE = 10 * 1024 * 1024 };
  static struct frame frames[FRAMES_MAX];
  char *huge = malloc(HUGE_SIZE);
  assert_non_null(huge);
  for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
    fill(huge, HUGE_SIZE, units[u]);
    for (size_t i = 0; i < FRAMES_MAX; i++) {
      fill(frames[i].path, sizeof frames[i].path, units[u]);
      fill(frames[i].label, sizeof frames[i].label, units[u]);
      frames[i].path[0] = (char)('A' + i % 58); /* each its own, so that each stands among the paths too */
      frames[i].line = 2147483647;
    }
    struct buf b = written(str_from(huge), str_from(huge), frames, FRAMES_MAX);
    const struct json *root = read_cause(&b), *exception = exception_of(root);
    assert_true(json_member_text(exception, STR("message")).len >= 8 * 1024 / 12);
    assert_true(json_member_text(exception, STR("type")).len >= 1024 / 12);
    assert_true(frames_of(root) >= 10);
    assert_true(json_count(json_member(root, STR("paths"))) <= frames_of(root));
    assert_int_equal(json_member_text(first_of(json_member(exception, STR("stack"))), STR("path")).ptr[0], 'A');
    buf_free(&b);
  }
  free(huge);
}

/* Fifty frames of an ordinary service are all there. */
static void test_ordinary_frames(void **state) {
  (void)state;
  static struct frame frames[FRAMES_MAX];
  for (size_t i = 0; i < FRAMES_MAX; i++) {
    snprintf(frames[i].path, sizeof frames[i].path, "handlers/some/folder/of_the_service/module_%zu.lua", i);
    snprintf(frames[i].label, sizeof frames[i].label, "in function 'a_function_with_a_name_%zu'", i);
    frames[i].line = (int)i + 1000;
  }
  struct buf b = written(STR("Error"), STR("m"), frames, FRAMES_MAX);
  const struct json *root = read_cause(&b);
  assert_int_equal(frames_of(root), FRAMES_MAX);
  assert_int_equal(json_count(json_member(root, STR("paths"))), FRAMES_MAX);
  buf_free(&b);
}

/* Deep below a folder of 4 KB, and in a folder that is gone. */
static void test_working_directory(void **state) {
  (void)state;
  char root[] = "xray_cause.XXXXXX", name[201], home[4096];
  assert_non_null(getcwd(home, sizeof home));
  assert_non_null(mkdtemp(root));
  assert_int_equal(chdir(root), 0);
  fill(name, sizeof name, "\xC3\xBC");
  for (int depth = 0; depth < 25; depth++) {
    assert_int_equal(mkdir(name, 0700), 0);
    assert_int_equal(chdir(name), 0);
    struct buf b = written(STR("Error"), STR("m"), NULL, 0);
    if (depth < 15) read_cause(&b);
    buf_free(&b);
  }
  for (int depth = 0; depth < 25; depth++) {
    assert_int_equal(chdir(".."), 0);
    assert_int_equal(rmdir(name), 0);
  }
  assert_int_equal(chdir(home), 0);
  assert_int_equal(rmdir(root), 0);
}

static int free_memory(void **state) {
  (void)state;
  arena_free(&memory);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_exactly),         cmocka_unit_test(test_messages),          cmocka_unit_test(test_sizes),
    cmocka_unit_test(test_ordinary_frames), cmocka_unit_test(test_working_directory),
  };
  return cmocka_run_group_tests(tests, NULL, free_memory);
}
