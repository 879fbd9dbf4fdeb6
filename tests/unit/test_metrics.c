/* metrics: what was collected, as lines of the embedded metric format, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "metrics.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

enum { ADDED_MAX = 6, DIMENSIONS = 3, PROPERTIES = 3 };

/* Dimensions by name: a letter for the test's table. */
static const struct field sets[][DIMENSIONS] = {
  ['f'] = { { STR("FunctionName"), STR("chat") } },
  ['r'] = { { STR("Room"), STR("lobby") }, { STR("FunctionName"), STR("chat") } },
  ['o'] = { { STR("FunctionName"), STR("chat") }, { STR("Room"), STR("lobby") } }, /* the same in another order */
  ['q'] = { { STR("a\"b"), STR("c\\d,\"X\":") } },
  ['i'] = { { STR("routeKey"), STR("$default") } },
  ['n'] = { { STR(""), STR("") } },
};

/* _aws with this list of dimensions and metrics. */
#define AWS(dimensions, metrics)                                                                                       \
  "{\"_aws\":{\"Timestamp\":1795268746514,\"CloudWatchMetrics\":[{\"Namespace\":\"Chat/a "                             \
  "b\",\"Dimensions\":[[" dimensions "]],\"Metrics\":[" metrics "]}]}"
#define DEFINE(name, unit) "{\"Name\":\"" name "\",\"Unit\":\"" unit "\"}"
#define FUNCTION ",\"FunctionName\":\"chat\""

static const struct {
  const char *name;
  struct {
    struct str name;
    double value;
    const char *unit; /* NULL: counted */
    char set;
  } added[ADDED_MAX];
  struct field properties[PROPERTIES];
  const char *want;
} cases[] = {
  { "nothing", { { .name = { 0 } } }, { { STR(""), STR("") } }, "" },
  { "one that is counted",
    { { STR("Joined"), 1, NULL, 'f' } },
    { { STR(""), STR("") } },
    AWS("\"FunctionName\"", DEFINE("Joined", "Count")) FUNCTION ",\"Joined\":1}\n" },
  { "counted ones are added up",
    { { STR("Joined"), 1, NULL, 'f' },
      { STR("Left"), 2, NULL, 'f' },
      { STR("Joined"), 0.5, NULL, 'f' },
      { STR("Joined"), -3, NULL, 'f' } },
    { { STR(""), STR("") } },
    AWS("\"FunctionName\"", DEFINE("Joined", "Count") "," DEFINE("Left", "Count")) FUNCTION
    ",\"Joined\":-1.5,\"Left\":2}\n" },
  { "values are all kept",
    { { STR("Latency"), 12.5, "Milliseconds", 'f' },
      { STR("Latency"), 12.5, "Milliseconds", 'f' },
      { STR("Latency"), 0, "Milliseconds", 'f' } },
    { { STR(""), STR("") } },
    AWS("\"FunctionName\"", DEFINE("Latency", "Milliseconds")) FUNCTION ",\"Latency\":[12.5,12.5,0]}\n" },
  { "no unit",
    { { STR("X"), 1e21, "", 'f' }, { STR("X"), 1, "None", 'f' } },
    { { STR(""), STR("") } },
    AWS("\"FunctionName\"", DEFINE("X", "None")) FUNCTION ",\"X\":[1e+21,1]}\n" },
  { "one name has one unit in a line",
    { { STR("X"), 1, "Count", 'f' }, { STR("X"), 2, "Bytes", 'f' }, { STR("X"), 3, "Count", 'f' } },
    { { STR(""), STR("") } },
    AWS("\"FunctionName\"", DEFINE("X", "Count")) FUNCTION
    ",\"X\":[1,3]}\n" AWS("\"FunctionName\"", DEFINE("X", "Bytes")) FUNCTION ",\"X\":2}\n" },
  { "counted and not counted",
    { { STR("X"), 1, NULL, 'f' }, { STR("X"), 2, "Count", 'f' }, { STR("X"), 3, NULL, 'f' } },
    { { STR(""), STR("") } },
    AWS("\"FunctionName\"", DEFINE("X", "Count")) FUNCTION ",\"X\":4}\n" AWS("\"FunctionName\"", DEFINE("X", "Count"))
        FUNCTION ",\"X\":2}\n" },
  { "without dimensions",
    { { STR("X"), 1, NULL, 'n' } },
    { { STR(""), STR("") } },
    AWS("", DEFINE("X", "Count")) ",\"X\":1}\n" },
  { "a line for each set of dimensions, whatever their order",
    { { STR("X"), 1, NULL, 'r' },
      { STR("X"), 2, NULL, 'f' },
      { STR("X"), 3, NULL, 'o' },
      { STR("Y"), 4, "Bytes", 'o' } },
    { { STR(""), STR("") } },
    AWS("\"FunctionName\",\"Room\"", DEFINE("X", "Count") "," DEFINE("Y", "Bytes")) FUNCTION
    ",\"Room\":\"lobby\",\"X\":4,\"Y\":4}\n" AWS("\"FunctionName\"", DEFINE("X", "Count")) FUNCTION ",\"X\":2}\n" },
  { "names and values that need escapes, one that looks like a member",
    { { STR("\"X\""), 1, NULL, 'q' }, { STR("X"), 2, NULL, 'q' }, { STR("d,\\"), 3, NULL, 'q' } },
    { { STR(""), STR("") } },
    AWS("\"a\\\"b\"",
        DEFINE("\\\"X\\\"", "Count") "," DEFINE("X", "Count") "," DEFINE(
            "d,\\\\", "Count")) ",\"a\\\"b\":\"c\\\\d,\\\"X\\\":\",\"\\\"X\\\"\":1,\"X\":2,\"d,\\\\\":3}\n" },
  { "properties stand behind",
    { { STR("X"), 1, NULL, 'f' } },
    { { STR("requestId"), STR("r\"1") }, { STR("tenantId"), STR("") }, { STR("routeKey"), STR("\xFF") } },
    AWS("\"FunctionName\"", DEFINE("X", "Count")) FUNCTION
    ",\"X\":1,\"requestId\":\"r\\\"1\",\"routeKey\":\"\xEF\xBF\xBD\"}\n" },
  { "a metric or a dimension of that name wins",
    { { STR("requestId"), 7, NULL, 'i' } },
    { { STR("requestId"), STR("r1") }, { STR("connectionId"), STR("c=") }, { STR("routeKey"), STR("ask") } },
    AWS("\"routeKey\"",
        DEFINE("requestId", "Count")) ",\"routeKey\":\"$default\",\"requestId\":7,\"connectionId\":\"c=\"}\n" },
  { "properties are in every line",
    { { STR("X"), 1, NULL, 'f' }, { STR("X"), 1, NULL, 'n' } },
    { { STR("requestId"), STR("r1") } },
    AWS("\"FunctionName\"", DEFINE("X", "Count")) FUNCTION
    ",\"X\":1,\"requestId\":\"r1\"}\n" AWS("", DEFINE("X", "Count")) ",\"X\":1,\"requestId\":\"r1\"}\n" },
};

static struct fields dimensions_of(char set) {
  struct fields dimensions = { sets[(size_t)set], 0 };
  while (dimensions.count < DIMENSIONS && dimensions.list[dimensions.count].name.len > 0) dimensions.count++;
  return dimensions;
}

static void test_lines(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct metrics *m = metrics_new();
    char err[ERR_LEN] = "";
    for (size_t a = 0; a < ADDED_MAX && cases[i].added[a].name.len > 0; a++) {
      struct metric metric = { .name = cases[i].added[a].name, .value = cases[i].added[a].value };
      metric.counted = !cases[i].added[a].unit;
      metric.unit = metric.counted ? STR("Count") : str_from(cases[i].added[a].unit);
      metric.dimensions = dimensions_of(cases[i].added[a].set);
      if (!metrics_add(m, &metric, err)) fail_msg("%s: %s", cases[i].name, err);
    }
    struct metrics_about about = { .now_ms = 1795268746514, .name_space = STR("Chat/a b") };
    about.properties = (struct fields){ cases[i].properties, PROPERTIES };
    struct buf out;
    buf_init(&out, 64 * 1024);
    metrics_write(m, &about, &out);
    if (!str_equal(buf_str(&out), str_from(cases[i].want)))
      fail_msg("%s:\n%swanted\n%s", cases[i].name, buf_text(&out), cases[i].want);
    buf_free(&out);
    metrics_delete(m);
  }
}

/* What is refused leaves no trace. */
static void test_refused(void **state) {
  (void)state;
  struct metrics *m = metrics_new();
  struct metrics_about about = { .name_space = STR("N") };
  struct metric metric = { .name = STR("X"), .value = 0x1p360, .counted = true };
  struct buf out;
  char err[ERR_LEN] = "";
  buf_init(&out, 64 * 1024);
  assert_true(metrics_add(m, &metric, err));
  assert_false(metrics_add(m, &metric, err));
  assert_string_equal(err, "n makes the sum leave the range from -2^360 to 2^360");
  metric.name = STR("");
  assert_false(metrics_add(m, &metric, err));
  metrics_write(m, &about, &out);
  assert_string_equal(buf_text(&out),
                      "{\"_aws\":{\"Timestamp\":0,\"CloudWatchMetrics\":[{\"Namespace\":\"N\",\"Dimensions\":[[]],"
                      "\"Metrics\":[{\"Name\":\"X\",\"Unit\":\"None\"}]}]},\"X\":2.3485425827738332e+108}\n");
  buf_free(&out);
  metrics_delete(m);
}

static void test_nothing(void **state) {
  (void)state;
  metrics_delete(NULL);
  struct metrics *m = metrics_new();
  assert_false(metrics_full(m));
  metrics_delete(m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_lines),
    cmocka_unit_test(test_refused),
    cmocka_unit_test(test_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
