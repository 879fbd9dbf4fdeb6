/* metrics: many of them stay within the limits of a line, and nothing is lost. The lines are read back as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "json.h"
#include "metrics.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

enum { OUT = 64 * 1024 * 1024 };

struct seen {
  size_t lines, metrics, values, longest;
};

static const struct json *member(const struct json *node, const char *name) {
  const struct json *found = json_member(node, str_from(name));
  if (!found) fail_msg("no member %s", name);
  return found;
}

static const struct json *first(const struct json *node) {
  struct json_item item;
  json_read(node, &item);
  return item.first;
}

/* The values of one metric: a number, or 2 to 100 of them. */
static size_t count_values(const struct json *value) {
  struct json_item item;
  json_read(value, &item);
  if (item.type == JSON_NUMBER) return 1;
  assert_int_equal(item.type, JSON_ARRAY);
  size_t count = json_count(value);
  assert_in_range(count, 2, 100);
  return count;
}

static void see_line(struct seen *seen, struct str line) {
  struct arena memory = { 0 };
  const struct json *root;
  char err[ERR_LEN];
  if (!json_parse(&memory, line, &root, err)) fail_msg("%s", err);
  const struct json *directive = first(member(member(root, "_aws"), "CloudWatchMetrics"));
  const struct json *metrics = member(directive, "Metrics");
  struct json_item item;
  size_t dimensions = json_count(first(member(directive, "Dimensions")));
  for (const struct json *definition = first(metrics); definition; definition = item.next) {
    json_read(definition, &item);
    seen->values += count_values(json_member(root, json_member_text(definition, STR("Name"))));
  }
  assert_in_range(json_count(metrics), 1, 100);
  assert_in_range(line.len, 1, METRICS_LINE);
  assert_int_equal(json_count(root), 1 + dimensions + json_count(metrics)); /* no name twice */
  seen->metrics += json_count(metrics);
  seen->lines++;
  if (line.len > seen->longest) seen->longest = line.len;
  arena_free(&memory);
}

static struct seen see(const struct metrics *m) {
  struct seen seen = { 0 };
  struct metrics_about about = { .now_ms = 1, .name_space = STR("N") };
  struct str rest, line;
  struct buf out;
  buf_init(&out, OUT);
  metrics_write(m, &about, &out);
  assert_false(out.failed);
  for (rest = buf_str(&out); str_cut(rest, '\n', &line, &rest);) see_line(&seen, line);
  assert_int_equal(rest.len, 0);
  buf_free(&out);
  return seen;
}

/* `count` names of `size` bytes, each with `values` values of many digits. */
static const struct {
  const char *name;
  size_t count, size, values;
  struct seen want;
} cases[] = {
  { "100 metrics", 100, 3, 1, { .lines = 1, .metrics = 100, .values = 100 } },
  { "101 metrics", 101, 3, 1, { .lines = 2, .metrics = 101, .values = 101 } },
  { "250 metrics", 250, 3, 2, { .lines = 3, .metrics = 250, .values = 500 } },
  { "100 values", 1, 3, 100, { .lines = 1, .metrics = 1, .values = 100 } },
  { "101 values", 1, 3, 101, { .lines = 2, .metrics = 2, .values = 101 } },
  { "350 values of two metrics", 2, 3, 350, { .lines = 4, .metrics = 8, .values = 700 } },
  { "long ones", 100, 255, 100, { .lines = 2, .metrics = 100, .values = 10000 } },
};

static void add_many(struct metrics *m, size_t count, size_t size, size_t values, struct fields dimensions) {
  char name[METRIC_NAME_MAX + 1], err[ERR_LEN];
  for (size_t v = 0; v < values; v++) {
    for (size_t i = 0; i < count; i++) {
      memset(name, '"', size);
      for (size_t at = 0, n = i; at < 3; at++, n /= 10) name[at] = (char)('0' + n % 10);
      struct metric metric = { .name = str_of(name, size),
                               .value = -1.2345678901234567e-100,
                               .dimensions = dimensions };
      if (!metrics_add(m, &metric, err)) fail_msg("%s", err);
    }
  }
}

static void test_limits(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct metrics *m = metrics_new();
    add_many(m, cases[i].count, cases[i].size, cases[i].values, (struct fields){ 0 });
    struct seen seen = see(m), want = cases[i].want;
    if (seen.lines != want.lines || seen.metrics != want.metrics || seen.values != want.values)
      fail_msg("%s: %zu lines, %zu metrics, %zu values", cases[i].name, seen.lines, seen.metrics, seen.values);
    metrics_delete(m);
  }
}

/* The largest set of dimensions there can be leaves room for metrics. */
static void test_large_dimensions(void **state) {
  (void)state;
  static char names[METRIC_DIMENSIONS_MAX][METRIC_DIMENSION_NAME_MAX], value[METRIC_DIMENSION_MAX];
  struct field list[METRIC_DIMENSIONS_MAX];
  memset(value, '\\', sizeof value);
  for (size_t i = 0; i < METRIC_DIMENSIONS_MAX; i++) {
    memset(names[i], '"', sizeof names[i]);
    names[i][0] = (char)('A' + i);
    list[i] = (struct field){ str_of(names[i], sizeof names[i]), str_of(value, sizeof value) };
  }
  struct metrics *m = metrics_new();
  add_many(m, 60, 255, 100, (struct fields){ list, METRIC_DIMENSIONS_MAX });
  struct seen seen = see(m);
  assert_int_equal(seen.metrics, 60);
  assert_int_equal(seen.values, 6000);
  assert_in_range(seen.lines, 2, 4);
  assert_in_range(seen.longest, METRICS_LINE / 2, METRICS_LINE);
  metrics_delete(m);
}

static void test_full(void **state) {
  (void)state;
  struct metrics *m = metrics_new();
  add_many(m, METRICS_FULL - 1, 3, 1, (struct fields){ 0 });
  assert_false(metrics_full(m));
  add_many(m, METRICS_FULL, 3, 1, (struct fields){ 0 });
  assert_true(metrics_full(m));
  metrics_delete(m);
  m = metrics_new();
  size_t values = 0;
  for (; !metrics_full(m) && values < 1000000; values += 100) add_many(m, 1, 3, 100, (struct fields){ 0 });
  assert_in_range(values, 10000, 999999); /* many values of one name are too many, too */
  metrics_delete(m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_limits),
    cmocka_unit_test(test_large_dimensions),
    cmocka_unit_test(test_full),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
