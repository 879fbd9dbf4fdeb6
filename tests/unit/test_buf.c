/* Tests of base/buf: what is added comes out whole, the ceiling holds, a failed buffer stays failed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "buf.h"

#define COUNT(cases) (sizeof(cases) / sizeof *(cases))

static void assert_content(const struct buf *b, struct str want) {
  assert_false(b->failed);
  assert_int_equal(b->len, want.len);
  if (want.len > 0) assert_memory_equal(b->ptr, want.ptr, want.len);
}

static void nothing_is_allocated_before_the_first_byte(void **state) {
  struct buf b;
  (void)state;
  buf_init(&b, 10);
  buf_add(&b, STR(""));
  assert_null(b.ptr);
  assert_int_equal(buf_str(&b).len, 0);
  assert_string_equal(buf_text(&b), "");
  buf_free(&b);
}

static void a_zeroed_buffer_can_be_freed_and_takes_nothing(void **state) {
  struct buf b = { 0 };
  (void)state;
  buf_free(&b);
  buf_add_char(&b, 'a');
  assert_true(b.failed);
  buf_free(&b);
}

static void additions_follow_each_other(void **state) {
  struct buf b;
  (void)state;
  buf_init(&b, 100);
  buf_add(&b, STR("a\0b"));
  buf_add_char(&b, '/');
  buf_add_int(&b, -42);
  buf_addf(&b, " %s %d", "text", 7);
  buf_add(&b, (struct str){ NULL, 0 });
  assert_content(&b, STR("a\0b/-42 text 7"));
  buf_free(&b);
}

static void integers_are_decimal(void **state) {
  static const struct {
    int64_t number;
    const char *want;
  } cases[] = {
    { 0, "0" },
    { 9, "9" },
    { 10, "10" },
    { -1, "-1" },
    { INT64_MAX, "9223372036854775807" },
    { INT64_MIN, "-9223372036854775808" },
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct buf b;
    buf_init(&b, 20);
    buf_add_int(&b, cases[i].number);
    assert_string_equal(buf_text(&b), cases[i].want);
    buf_free(&b);
  }
}

/* Fills buffers of different ceilings to the last byte, in pieces of different sizes, and then adds one more. */
static void ceiling_is_exact(void **state) {
  static const struct {
    size_t ceiling, piece;
  } cases[] = { { 0, 1 }, { 1, 1 }, { 63, 1 }, { 64, 1 }, { 65, 13 }, { 128, 64 }, { 1000, 999 }, { 5000, 7 } };
  static const char zeros[1000];
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct buf b;
    buf_init(&b, cases[i].ceiling);
    for (size_t left = cases[i].ceiling; left > 0;) {
      size_t piece = left < cases[i].piece ? left : cases[i].piece;
      buf_add(&b, str_of(zeros, piece));
      left -= piece;
    }
    assert_false(b.failed);
    assert_int_equal(b.len, cases[i].ceiling);
    buf_add_char(&b, 'x');
    assert_true(b.failed);
    buf_free(&b);
  }
}

static void a_failed_buffer_ignores_additions_and_reads_as_empty(void **state) {
  struct buf b;
  (void)state;
  buf_init(&b, 4);
  buf_add(&b, STR("abc"));
  buf_add(&b, STR("de"));
  buf_add(&b, STR("f"));
  buf_add_int(&b, 1);
  buf_addf(&b, "%s", "g");
  assert_true(b.failed);
  assert_null(buf_reserve(&b, 1));
  assert_int_equal(buf_str(&b).len, 0);
  assert_string_equal(buf_text(&b), "");

  buf_clear(&b);
  buf_add(&b, STR("wxyz"));
  assert_content(&b, STR("wxyz"));
  buf_free(&b);
}

static void formatting_respects_the_ceiling(void **state) {
  struct buf b;
  (void)state;
  buf_init(&b, 8);
  buf_addf(&b, "%08d", 5);
  assert_content(&b, STR("00000005"));
  buf_addf(&b, "%s", "");
  assert_false(b.failed);
  buf_addf(&b, "%c", 'x');
  assert_true(b.failed);
  buf_free(&b);
}

static void huge_sizes_do_not_overflow(void **state) {
  struct buf b;
  (void)state;
  buf_init(&b, 100);
  buf_add(&b, STR("abc"));
  assert_null(buf_reserve(&b, SIZE_MAX));
  assert_true(b.failed);
  buf_free(&b);
}

static void reserved_room_counts_when_it_grew(void **state) {
  struct buf b;
  (void)state;
  buf_init(&b, 1000);
  buf_add(&b, STR("ab"));
  char *room = buf_reserve(&b, 500);
  assert_non_null(room);
  memset(room, 'c', 500);
  assert_int_equal(b.len, 2);
  buf_grew(&b, 3);
  assert_content(&b, STR("abccc"));
  buf_grew(&b, 0);
  assert_content(&b, STR("abccc"));
  buf_free(&b);
}

static void text_ends_in_nul_even_at_the_ceiling(void **state) {
  struct buf b;
  (void)state;
  buf_init(&b, 64);
  for (int i = 0; i < 64; i++) buf_add_char(&b, 'x');
  const char *text = buf_text(&b);
  assert_false(b.failed);
  assert_int_equal(strlen(text), 64);
  assert_int_equal(b.len, 64);
  buf_free(&b);
}

static void memory_is_kept_or_given_back(void **state) {
  static const struct {
    size_t keep;
    bool kept;
  } cases[] = { { 0, false }, { 100, false }, { 100000, true } };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct buf b;
    buf_init(&b, 10000);
    assert_non_null(buf_reserve(&b, 9000));
    buf_add(&b, STR("abc"));
    buf_trim(&b, cases[i].keep);
    assert_int_equal(b.len, 0);
    assert_int_equal(b.ptr != NULL, cases[i].kept);
    assert_int_equal(b.ceiling, 10000);
    buf_add(&b, STR("again"));
    assert_content(&b, STR("again"));
    buf_free(&b);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_is_allocated_before_the_first_byte),
    cmocka_unit_test(a_zeroed_buffer_can_be_freed_and_takes_nothing),
    cmocka_unit_test(additions_follow_each_other),
    cmocka_unit_test(integers_are_decimal),
    cmocka_unit_test(ceiling_is_exact),
    cmocka_unit_test(a_failed_buffer_ignores_additions_and_reads_as_empty),
    cmocka_unit_test(formatting_respects_the_ceiling),
    cmocka_unit_test(huge_sizes_do_not_overflow),
    cmocka_unit_test(reserved_room_counts_when_it_grew),
    cmocka_unit_test(text_ends_in_nul_even_at_the_ceiling),
    cmocka_unit_test(memory_is_kept_or_given_back),
  };
  return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
