/* The last records: numbers without holes, and bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "console_ring.h"

#include <cmocka.h>

static struct str text_of(const struct console_ring *ring, uint64_t number) {
  const struct console_record *record = console_ring_get(ring, number);
  return record ? str_of(record->text, record->len) : STR("(gone)");
}

static void assert_text(const struct console_ring *ring, uint64_t number, const char *want) {
  struct str text = text_of(ring, number);
  assert_int_equal(text.len, strlen(want));
  assert_memory_equal(text.ptr ? text.ptr : "", want, text.len);
}

static void numbers_begin_at_one(void **state) {
  (void)state;
  struct console_ring ring = { 0 };
  assert_int_equal(console_ring_oldest(&ring), 1);
  assert_null(console_ring_get(&ring, 0));
  assert_null(console_ring_get(&ring, 1));
  assert_int_equal(console_ring_add(&ring, STR("a"), 7), 1);
  assert_int_equal(console_ring_add(&ring, STR("b"), 0), 2);
  assert_text(&ring, 1, "a");
  assert_text(&ring, 2, "b");
  assert_int_equal(console_ring_get(&ring, 1)->tag, 7);
  assert_null(console_ring_get(&ring, 3));
  console_ring_free(&ring);
  assert_int_equal(console_ring_add(&ring, STR("c"), 0), 3);
  console_ring_free(&ring);
}

static void so_many_are_kept(void **state) {
  (void)state;
  struct console_ring ring = { 0 };
  for (int i = 0; i < 50000; i++) console_ring_add(&ring, STR("12345678"), 0);
  assert_int_equal(ring.count, CONSOLE_RING_RECORDS);
  assert_int_equal(ring.bytes, 8 * CONSOLE_RING_RECORDS);
  assert_int_equal(console_ring_oldest(&ring), 50000 - CONSOLE_RING_RECORDS + 1);
  assert_text(&ring, 50000 - CONSOLE_RING_RECORDS, "(gone)");
  assert_text(&ring, 50000 - CONSOLE_RING_RECORDS + 1, "12345678");
  console_ring_free(&ring);
  assert_int_equal(ring.bytes, 0);
}

static void so_many_bytes_are_kept(void **state) {
  (void)state;
  struct console_ring ring = { 0 };
  size_t size = CONSOLE_RING_BYTES / 4;
  char *text = calloc(1, CONSOLE_RING_BYTES + 1);
  assert_non_null(text);
  for (int i = 0; i < 9; i++) console_ring_add(&ring, str_of(text, size), 0);
  assert_int_equal(ring.count, 4);
  assert_int_equal(ring.bytes, CONSOLE_RING_BYTES);
  console_ring_add(&ring, STR("x"), 0);
  assert_int_equal(ring.count, 4);
  assert_int_equal(ring.bytes, CONSOLE_RING_BYTES - size + 1);
  console_ring_add(&ring, str_of(text, CONSOLE_RING_BYTES + 1), 0); /* larger than all that may be kept: alone */
  assert_int_equal(ring.count, 1);
  free(text);
  console_ring_free(&ring);
}

static void a_text_may_come_later(void **state) {
  (void)state;
  struct console_ring ring = { 0 };
  uint64_t first = console_ring_add(&ring, STR(""), 0), second = console_ring_add(&ring, STR(""), 0);
  console_ring_add(&ring, STR("c"), 0);
  assert_true(console_ring_get(&ring, first)->late);
  console_ring_write(&ring, first, STR("late"));
  assert_text(&ring, first, "late");
  console_ring_write(&ring, first, STR("again"));
  assert_text(&ring, first, "late");
  console_ring_write(&ring, second, STR(""));
  assert_false(console_ring_get(&ring, second)->late);
  assert_null(console_ring_get(&ring, second)->text);
  console_ring_write(&ring, second, STR("too late"));
  assert_null(console_ring_get(&ring, second)->text);
  console_ring_write(&ring, 77, STR("nobody's"));
  assert_int_equal(ring.bytes, 5);
  console_ring_free(&ring);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(numbers_begin_at_one),
    cmocka_unit_test(so_many_are_kept),
    cmocka_unit_test(so_many_bytes_are_kept),
    cmocka_unit_test(a_text_may_come_later),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
