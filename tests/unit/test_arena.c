/* Tests of base/arena: pieces are aligned, apart from each other and stay put; one chunk survives a reset. */
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arena.h"

#define COUNT(cases) (sizeof(cases) / sizeof *(cases))

static void an_empty_arena_owns_nothing(void **state) {
  struct arena a;
  (void)state;
  arena_init(&a);
  assert_null(a.chunks);
  arena_reset(&a);
  arena_free(&a);
  struct arena zeroed = { 0 };
  arena_free(&zeroed);
  assert_null(zeroed.chunks);
}

/* Writes a pattern of its own to each of many pieces, small and large in turn, and reads them all back at the end. */
static void pieces_are_aligned_and_do_not_overlap(void **state) {
  static const size_t sizes[] = { 1, 0, 7, 16, 17, 100, 4095, 4096, 4097, 16383, 16384, 16385, 70000, 3 };
  enum { ROUNDS = 20 };
  unsigned char *pieces[ROUNDS][COUNT(sizes)];
  struct arena a;
  (void)state;
  arena_init(&a);
  for (size_t round = 0; round < ROUNDS; round++)
    for (size_t i = 0; i < COUNT(sizes); i++) {
      pieces[round][i] = arena_alloc(&a, sizes[i]);
      assert_non_null(pieces[round][i]);
      assert_int_equal((uintptr_t)pieces[round][i] % alignof(max_align_t), 0);
      memset(pieces[round][i], (int)(round * COUNT(sizes) + i) & 0xFF, sizes[i]);
    }
  for (size_t round = 0; round < ROUNDS; round++)
    for (size_t i = 0; i < COUNT(sizes); i++)
      for (size_t at = 0; at < sizes[i]; at++)
        if (pieces[round][i][at] != ((round * COUNT(sizes) + i) & 0xFF))
          fail_msg("round %zu, piece of %zu bytes: byte %zu was overwritten", round, sizes[i], at);
  arena_free(&a);
}

static void copies_hold_every_byte_and_end_in_nul(void **state) {
  static const struct str cases[] = { STR(""), STR("abc"), STR("a\0b"), STR("\0"), { NULL, 0 } };
  struct arena a;
  (void)state;
  arena_init(&a);
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct str copy = arena_copy(&a, cases[i]);
    assert_non_null(copy.ptr);
    assert_true(copy.ptr != cases[i].ptr);
    assert_int_equal(copy.len, cases[i].len);
    if (copy.len > 0) assert_memory_equal(copy.ptr, cases[i].ptr, copy.len);
    assert_int_equal(copy.ptr[copy.len], '\0');
  }
  arena_free(&a);
}

static void impossible_sizes_give_null_and_harm_nothing(void **state) {
  static const size_t sizes[] = { SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 15, SIZE_MAX - 16, SIZE_MAX - 64 };
  struct arena a;
  (void)state;
  arena_init(&a);
  for (size_t i = 0; i < COUNT(sizes); i++) {
    assert_null(arena_alloc(&a, sizes[i]));
    assert_true(str_equal(arena_copy(&a, STR("still works")), STR("still works")));
  }
  arena_free(&a);
}

/* A large piece must not close the newest chunk, or every large piece would waste one. */
static void room_stays_in_use_behind_a_large_piece(void **state) {
  struct arena a;
  (void)state;
  arena_init(&a);
  char *first = arena_alloc(&a, 32);
  assert_non_null(arena_alloc(&a, 1000000));
  char *second = arena_alloc(&a, 32);
  assert_ptr_equal(second, first + 32);
  arena_free(&a);
}

static void reset_keeps_one_ordinary_chunk(void **state) {
  static const struct {
    size_t size;
    bool kept;
  } cases[] = { { 100, true }, { 16384, true }, { 16385, false }, { 500000, false } };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct arena a;
    arena_init(&a);
    char *first = arena_alloc(&a, cases[i].size);
    assert_non_null(first);
    arena_reset(&a);
    assert_int_equal(a.chunks != NULL, cases[i].kept);
    char *again = arena_alloc(&a, 16);
    assert_non_null(again);
    if (cases[i].kept) assert_ptr_equal(again, first);
    arena_free(&a);
    assert_null(a.chunks);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_empty_arena_owns_nothing),
    cmocka_unit_test(pieces_are_aligned_and_do_not_overlap),
    cmocka_unit_test(copies_hold_every_byte_and_end_in_nul),
    cmocka_unit_test(impossible_sizes_give_null_and_harm_nothing),
    cmocka_unit_test(room_stays_in_use_behind_a_large_piece),
    cmocka_unit_test(reset_keeps_one_ordinary_chunk),
  };
  return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
