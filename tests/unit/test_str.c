/* Tests of base/str: comparing, cutting and reading bytes that carry their length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "str.h"

#define COUNT(cases) (sizeof(cases) / sizeof *(cases))
#define NOTHING ((struct str){ NULL, 0 })

static void assert_str(struct str got, struct str want) {
  assert_int_equal(got.len, want.len);
  if (want.len > 0) assert_memory_equal(got.ptr, want.ptr, want.len);
}

static void from_takes_text_or_null(void **state) {
  (void)state;
  assert_str(str_from("abc"), STR("abc"));
  assert_str(str_from(""), STR(""));
  assert_null(str_from(NULL).ptr);
  assert_int_equal(str_from(NULL).len, 0);
}

static void equality_is_byte_for_byte(void **state) {
  static const struct {
    struct str a, b;
    bool same, same_nocase;
  } cases[] = {
    { STR(""), STR(""), true, true },
    { { NULL, 0 }, STR(""), true, true },
    { STR("Content-Type"), STR("content-type"), false, true },
    { STR("abc"), STR("abc"), true, true },
    { STR("abc"), STR("abd"), false, false },
    { STR("abc"), STR("ab"), false, false },
    { STR("a\0b"), STR("a\0b"), true, true },
    { STR("a\0b"), STR("a\0c"), false, false },
    { STR("a\0B"), STR("A\0b"), false, true },
    { STR("@["), STR("`{"), false, false },     /* neighbours of the letters */
    { STR("\xC4"), STR("\xE4"), false, false }, /* no letter of ASCII */
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    assert_int_equal(str_equal(cases[i].a, cases[i].b), cases[i].same);
    assert_int_equal(str_equal(cases[i].b, cases[i].a), cases[i].same);
    assert_int_equal(str_equal_nocase(cases[i].a, cases[i].b), cases[i].same_nocase);
    assert_int_equal(str_equal_nocase(cases[i].b, cases[i].a), cases[i].same_nocase);
  }
}

static void ends_are_compared(void **state) {
  static const struct {
    struct str s, part;
    bool starts, ends;
  } cases[] = {
    { STR("handlers/echo.lua"), STR("handlers/"), true, false },
    { STR("handlers/echo.lua"), STR(".lua"), false, true },
    { STR("aba"), STR("a"), true, true },
    { STR("aba"), STR("aba"), true, true },
    { STR("aba"), STR("xaba"), false, false },
    { STR("aba"), STR(""), true, true },
    { STR(""), STR(""), true, true },
    { STR(""), STR("a"), false, false },
    { { NULL, 0 }, STR(""), true, true },
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    assert_int_equal(str_starts(cases[i].s, cases[i].part), cases[i].starts);
    assert_int_equal(str_ends(cases[i].s, cases[i].part), cases[i].ends);
  }
}

static void slices_are_clamped(void **state) {
  static const struct {
    size_t from, to;
    const char *want;
  } cases[] = {
    { 0, 5, "abcde" }, { 1, 3, "bc" },           { 2, 2, "" }, { 3, 99, "de" }, { 99, 99, "" },
    { 4, 1, "" },      { 0, SIZE_MAX, "abcde" },
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++)
    assert_str(str_slice(STR("abcde"), cases[i].from, cases[i].to), str_from(cases[i].want));
  assert_int_equal(str_slice(NOTHING, 0, 3).len, 0);
}

static void trim_takes_blanks_at_both_ends(void **state) {
  static const struct {
    const char *input, *want;
  } cases[] = {
    { "", "" }, { " ", "" }, { " \t ", "" }, { "a", "a" }, { " a b\t", "a b" }, { "\na\r", "\na\r" },
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) assert_str(str_trim(str_from(cases[i].input)), str_from(cases[i].want));
  assert_str(str_trim(NOTHING), NOTHING);
}

static void cut_stops_at_the_first_separator(void **state) {
  static const struct {
    const char *input;
    bool found;
    const char *head, *rest;
  } cases[] = {
    { "a=b=c", true, "a", "b=c" }, { "=b", true, "", "b" },   { "a=", true, "a", "" },
    { "=", true, "", "" },         { "ab", false, "ab", "" }, { "", false, "", "" },
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct str head, rest;
    assert_int_equal(str_cut(str_from(cases[i].input), '=', &head, &rest), cases[i].found);
    assert_str(head, str_from(cases[i].head));
    assert_str(rest, str_from(cases[i].rest));
  }
}

static void cut_may_write_to_its_own_input(void **state) {
  struct str rest = STR("a.b.c"), head;
  (void)state;
  assert_true(str_cut(rest, '.', &head, &rest));
  assert_str(head, STR("a"));
  assert_str(rest, STR("b.c"));
}

static void find_gives_the_first_place_from_an_index(void **state) {
  static const struct {
    struct str s, wanted;
    size_t from, want;
  } cases[] = {
    { STR("abcabc"), STR("bc"), 0, 1 },       { STR("abcabc"), STR("bc"), 1, 1 },
    { STR("abcabc"), STR("bc"), 2, 4 },       { STR("abcabc"), STR("bc"), 5, SIZE_MAX },
    { STR("abcabc"), STR("x"), 0, SIZE_MAX }, { STR("abc"), STR("c"), 99, SIZE_MAX },
    { STR("abc"), STR(""), 0, SIZE_MAX },     { STR("abc"), STR("abcd"), 0, SIZE_MAX },
    { STR("a\0\r\n"), STR("\r\n"), 0, 2 },    { { NULL, 0 }, STR("a"), 0, SIZE_MAX },
    { STR("abc"), STR("c"), 3, SIZE_MAX },
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++)
    assert_true(str_find(cases[i].s, cases[i].wanted, cases[i].from) == cases[i].want);
}

static void find_last_gives_the_last_place(void **state) {
  (void)state;
  assert_true(str_find_last(STR("abcabc"), STR("bc")) == 4);
  assert_true(str_find_last(STR("aaa"), STR("aa")) == 1);
  assert_true(str_find_last(STR("abc"), STR("x")) == SIZE_MAX);
  assert_true(str_find_last(STR("abc"), STR("")) == SIZE_MAX);
  assert_true(str_find_last(STR(""), STR("a")) == SIZE_MAX);
}

static void numbers_are_decimal_and_whole(void **state) {
  static const struct {
    struct str input;
    bool ok;
    int64_t want;
  } cases[] = {
    { STR("0"), true, 0 },
    { STR("007"), true, 7 },
    { STR("1758000000123"), true, 1758000000123 },
    { STR("9223372036854775807"), true, INT64_MAX },
    { STR("9223372036854775808"), false, 0 },
    { STR("92233720368547758070"), false, 0 },
    { STR("99999999999999999999999"), false, 0 },
    { STR(""), false, 0 },
    { { NULL, 0 }, false, 0 },
    { STR("-1"), false, 0 },
    { STR("+1"), false, 0 },
    { STR(" 1"), false, 0 },
    { STR("1 "), false, 0 },
    { STR("0x10"), false, 0 },
    { STR("1\0"), false, 0 },
    { STR("12a"), false, 0 },
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    int64_t number = -77;
    assert_int_equal(str_to_int64(cases[i].input, &number), cases[i].ok);
    assert_true(number == (cases[i].ok ? cases[i].want : -77));
  }
}

static void copies_end_in_nul_and_tell_what_is_lost(void **state) {
  static const struct {
    struct str input;
    bool whole;
    const char *want;
  } cases[] = {
    { STR(""), true, "" },       { STR("abc"), true, "abc" }, { STR("abcd"), false, "abc" },
    { STR("a\0c"), false, "a" }, { { NULL, 0 }, true, "" },
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    char to[5] = "****";
    assert_int_equal(str_copy(cases[i].input, to, 4), cases[i].whole);
    assert_string_equal(to, cases[i].want);
    assert_int_equal(to[4], '\0');
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(from_takes_text_or_null),
    cmocka_unit_test(equality_is_byte_for_byte),
    cmocka_unit_test(ends_are_compared),
    cmocka_unit_test(slices_are_clamped),
    cmocka_unit_test(trim_takes_blanks_at_both_ends),
    cmocka_unit_test(cut_stops_at_the_first_separator),
    cmocka_unit_test(cut_may_write_to_its_own_input),
    cmocka_unit_test(find_gives_the_first_place_from_an_index),
    cmocka_unit_test(find_last_gives_the_last_place),
    cmocka_unit_test(numbers_are_decimal_and_whole),
    cmocka_unit_test(copies_end_in_nul_and_tell_what_is_lost),
  };
  return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
