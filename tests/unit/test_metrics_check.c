/* metric: what CloudWatch would not take is refused, and the sentence names the argument. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "metric.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define TEN(s) s s s s s s s s s s
#define HUNDRED(s) TEN(TEN(s))
#define NAME_255 HUNDRED("n") HUNDRED("n") TEN("n") TEN("n") TEN("n") TEN("n") TEN("n") "nnnnn"
#define NAME_250 HUNDRED("d") HUNDRED("d") TEN("d") TEN("d") TEN("d") TEN("d") TEN("d")
#define VALUE_1024 TEN(HUNDRED("v")) TEN("v") TEN("v") "vvvv"

/* "" where it is accepted, else how the sentence begins. */

static const struct {
  struct str name;
  const char *refused;
} names[] = {
  { STR("a"), "" },
  { STR("Messages sent"), "" },
  { STR("a\"b\\c/d"), "" },
  { STR("Gr\xC3\xB6\xC3\x9F"
        "e"),
    "" },
  { STR(NAME_255), "" },
  { STR(NAME_255 "n"), "name is longer than 255 bytes" },
  { STR(""), "name must not be empty" },
  { STR("  \t"), "name must not be empty" },
  { STR("a\nb"), "name must be UTF-8 without control characters" },
  { STR("a\0b"), "name must be UTF-8" },
  { STR("a\x7F"), "name must be UTF-8" },
  { STR("a\xFF"), "name must be UTF-8" },
  { STR("\xED\xA0\x80"), "name must be UTF-8" },
  { STR("_aws"), "name must not be \"_aws\"" },
  { STR("Room"), "name \"Room\" is also the name of a dimension" },
};

static void test_names(void **state) {
  (void)state;
  struct field room = { STR("Room"), STR("lobby") };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char err[ERR_LEN] = "";
    struct metric metric = { .name = names[i].name, .dimensions = { &room, 1 } };
    bool ok = metric_check(&metric, err);
    if (ok != (*names[i].refused == '\0') || !str_starts(str_from(err), str_from(names[i].refused)))
      fail_msg("name %zu: %s", i, err);
  }
}

static const struct {
  double value;
  bool taken;
} values[] = {
  { 0, true },        { -0.0, true },      { -1.5, true },       { 0x1p360, true },
  { -0x1p360, true }, { 5e-324, true },    { 0x1.1p360, false }, { -0x1.1p360, false },
  { NAN, false },     { INFINITY, false }, { -INFINITY, false },
};

static void test_values(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    for (int counted = 0; counted <= 1; counted++) {
      char err[ERR_LEN] = "";
      struct metric metric = { .name = STR("a"), .value = values[i].value, .counted = counted };
      assert_int_equal(metric_check(&metric, err), values[i].taken);
      if (!values[i].taken) assert_true(str_starts(str_from(err), str_from(counted ? "n must" : "value must")));
    }
  }
}

/* API Reference, MetricDatum, Unit: valid values. */
static const char *const units[] = {
  "Seconds",
  "Microseconds",
  "Milliseconds",
  "Bytes",
  "Kilobytes",
  "Megabytes",
  "Gigabytes",
  "Terabytes",
  "Bits",
  "Kilobits",
  "Megabits",
  "Gigabits",
  "Terabits",
  "Percent",
  "Count",
  "Bytes/Second",
  "Kilobytes/Second",
  "Megabytes/Second",
  "Gigabytes/Second",
  "Terabytes/Second",
  "Bits/Second",
  "Kilobits/Second",
  "Megabits/Second",
  "Gigabits/Second",
  "Terabits/Second",
  "Count/Second",
  "None",
  "",
};
static const struct str no_units[] = {
  STR("count"), STR("Ms"), STR("Count "), STR("Seconds/Second"), STR("Count\0"), STR("\""), STR(NAME_255),
};

static void test_units(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    char err[ERR_LEN] = "";
    struct metric metric = { .name = STR("a"), .unit = str_from(units[i]) };
    if (!metric_check(&metric, err)) fail_msg("%s: %s", units[i], err);
  }
  for (size_t i = 0; i < sizeof no_units / sizeof *no_units; i++) {
    char err[ERR_LEN] = "";
    struct metric metric = { .name = STR("a"), .unit = no_units[i] };
    assert_false(metric_check(&metric, err));
    assert_true(str_starts(str_from(err), STR("unit \"")));
  }
}

static const struct {
  struct field dimension;
  const char *refused;
} dimensions[] = {
  { { STR("Room"), STR("lobby") }, "" },
  { { STR("with \"quotes\""), STR("a\\b c:") }, "" },
  { { STR(NAME_250), STR(VALUE_1024) }, "" },
  { { STR(NAME_250 "d"), STR("x") }, "dimensions: the name \"dddddddddddddddddddd...\" is longer than 250 bytes" },
  { { STR("a"), STR(VALUE_1024 "v") }, "dimensions: the value of \"a\" is longer than 1024 bytes" },
  { { STR(""), STR("x") }, "dimensions: a name must not be empty" },
  { { STR(" "), STR("x") }, "dimensions: a name must not be empty" },
  { { STR(":a"), STR("x") }, "dimensions: a name must be printable ASCII" },
  { { STR("_aws"), STR("x") }, "dimensions: a name must" },
  { { STR("\xC3\xB6"), STR("x") }, "dimensions: a name must" },
  { { STR("a\n"), STR("x") }, "dimensions: a name must" },
  { { STR("a"), STR("") }, "dimensions: the value of \"a\" must not be empty" },
  { { STR("a"), STR(" \t") }, "dimensions: the value of \"a\" must not be empty" },
  { { STR("a"), STR("\xC3\xB6") }, "dimensions: the value of \"a\" must be printable ASCII" },
  { { STR("a"), STR("b\0c") }, "dimensions: the value of \"a\" must be printable ASCII" },
};

static void test_dimensions(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof dimensions / sizeof *dimensions; i++) {
    char err[ERR_LEN] = "";
    struct metric metric = { .name = STR("m"), .dimensions = { &dimensions[i].dimension, 1 } };
    bool ok = metric_check(&metric, err);
    if (ok != (*dimensions[i].refused == '\0') || !str_starts(str_from(err), str_from(dimensions[i].refused)))
      fail_msg("dimension %zu: %s", i, err);
  }
}

static void test_many_dimensions(void **state) {
  (void)state;
  struct field list[METRIC_DIMENSIONS_MAX + 1];
  char letters[METRIC_DIMENSIONS_MAX + 1], err[ERR_LEN] = "";
  for (size_t i = 0; i <= METRIC_DIMENSIONS_MAX; i++) {
    letters[i] = (char)('A' + i);
    list[i] = (struct field){ str_of(&letters[i], 1), STR("x") };
  }
  struct metric metric = { .name = STR("m"), .dimensions = { list, METRIC_DIMENSIONS_MAX } };
  assert_true(metric_check(&metric, err));
  metric.dimensions.count++;
  assert_false(metric_check(&metric, err));
  assert_string_equal(err, "dimensions must be at most 30");
}

static const struct {
  struct str name;
  bool taken;
} namespaces[] = {
  { STR("Chat"), true },        { STR("My-App/chat_v1.2#x: y"), true },
  { STR("1"), true },           { STR(NAME_255), true },
  { STR(NAME_255 "n"), false }, { STR(""), false },
  { STR("  "), false },         { STR("AWS/Lambda"), false },
  { STR(":a"), false },         { STR("a\"b"), false },
  { STR("a\nb"), false },       { STR("a\0b"), false },
  { STR("\xC3\xB6"), false },
};

static void test_namespaces(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++) {
    char err[ERR_LEN] = "";
    if (metric_check_namespace(namespaces[i].name, err) != namespaces[i].taken) fail_msg("namespace %zu: %s", i, err);
    assert_int_equal(*err == '\0', namespaces[i].taken);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_names),      cmocka_unit_test(test_values),          cmocka_unit_test(test_units),
    cmocka_unit_test(test_dimensions), cmocka_unit_test(test_many_dimensions), cmocka_unit_test(test_namespaces),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
