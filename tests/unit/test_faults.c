/* faults: which post fails, which end is silent, how long a hop takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "faults.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

/* Counts of one connection and of all, and what becomes of the posts to it: 4 is 429, 1 is 410, - is passed on. */
static void posts_fail_in_their_order(void **state) {
  static const struct {
    struct fault_posts own, any;
    const char *want, *left; /* of each of them */
  } cases[] = {
    { { 0, 0 }, { 0, 0 }, "---", "000" },   { { 0, 0 }, { 0, 2 }, "11--", "1000" },
    { { 0, 0 }, { 2, 0 }, "44--", "1000" }, { { 1, 1 }, { 0, 0 }, "41-", "000" },
    { { 0, 1 }, { 1, 0 }, "14-", "000" },   { { 1, 0 }, { 2, 1 }, "4441-", "21000" },
    { { 0, 1 }, { 0, 1 }, "11-", "100" },
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct faults faults = { .posts = cases[i].any };
    struct fault_posts own = cases[i].own;
    for (size_t k = 0; cases[i].want[k]; k++) {
      int left = -1;
      char got = "-41"[faults_take_post(&faults, &own, &left)];
      if (got != cases[i].want[k] || left != cases[i].left[k] - '0')
        fail_msg("case %zu, post %zu: %c, %d left", i, k, got, left);
    }
  }
}

/* Those of another connection do not use up this one's. */
static void connections_have_their_own(void **state) {
  struct faults faults = { .posts = { 0, 0 } };
  struct fault_posts own = { 0, 1 }, other = { 0, 0 };
  int left;
  (void)state;
  assert_int_equal(faults_take_post(&faults, &other, &left), FAULT_NONE);
  assert_int_equal(faults_take_post(&faults, &own, &left), FAULT_GONE);
  assert_int_equal(faults_take_post(&faults, &own, &left), FAULT_NONE);
}

static void ends_are_counted(void **state) {
  struct faults faults = { .silent_ends = 2 };
  int left = -1;
  (void)state;
  assert_true(faults_take_end(&faults, &left));
  assert_int_equal(left, 1);
  assert_true(faults_take_end(&faults, &left));
  assert_int_equal(left, 0);
  assert_false(faults_take_end(&faults, &left));
  assert_int_equal(left, 0);
}

static void delays_have_two_parts(void **state) {
  static const struct {
    struct fault_delay delay;
    uint64_t random;
    int64_t want;
  } cases[] = {
    { { 0, 0 }, 0, 0 },
    { { 0, 0 }, UINT64_MAX, 0 },
    { { 200, 0 }, 7, 200 },
    { { 200, 50 }, 0, 200 },
    { { 200, 50 }, 50, 250 },
    { { 200, 50 }, 51, 200 },
    { { 0, 1 }, UINT64_MAX, 1 },
    { { FAULT_DELAY_MAX_MS, FAULT_DELAY_MAX_MS }, FAULT_DELAY_MAX_MS, 2 * (int64_t)FAULT_DELAY_MAX_MS },
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct faults faults = { .delays = { [FAULT_CALL] = cases[i].delay } };
    int64_t got = faults_delay(&faults, FAULT_CALL, cases[i].random);
    if (got != cases[i].want) fail_msg("case %zu: %lld ms", i, (long long)got);
    assert_true(faults_delay(&faults, FAULT_INVOCATION, cases[i].random) == 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(posts_fail_in_their_order),
    cmocka_unit_test(connections_have_their_own),
    cmocka_unit_test(ends_are_counted),
    cmocka_unit_test(delays_have_two_parts),
  };
  return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
