#include "metric.h"

#include <math.h>
#include <string.h>

#include "utf8.h"

static const char *const units[] = {
  "None",
  "Count",
  "Percent",
  "Seconds",
  "Milliseconds",
  "Microseconds",
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
  "Count/Second",
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
};

static bool is_unit(struct str unit) {
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (str_equal(unit, str_from(units[i]))) return true;
  return unit.len == 0;
}

static bool is_blank(struct str s) {
  return str_trim(s).len == 0;
}

/* The member that every line has for itself. */
static bool is_reserved(struct str name) {
  return str_equal(name, STR("_aws"));
}

static bool has_control(struct str s) {
  for (size_t i = 0; i < s.len; i++)
    if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7F) return true;
  return false;
}

static bool is_printable_ascii(struct str s) {
  for (size_t i = 0; i < s.len; i++)
    if ((unsigned char)s.ptr[i] >= 0x80) return false;
  return !has_control(s);
}

bool metric_in_range(double value) {
  return fabs(value) <= ldexp(1, 360); /* NaN is not */
}

static bool check_name(struct str name, char err[ERR_LEN]) {
  if (is_blank(name)) return fail(err, "name must not be empty");
  if (name.len > METRIC_NAME_MAX) return fail(err, "name is longer than %d bytes", METRIC_NAME_MAX);
  if (utf8_prefix(name) < name.len || has_control(name))
    return fail(err, "name must be UTF-8 without control characters");
  return is_reserved(name) ? fail(err, "name must not be \"_aws\"") : true;
}

static bool check_dimension(struct field d, char err[ERR_LEN]) {
  if (is_blank(d.name)) return fail(err, "dimensions: a name must not be empty");
  if (d.name.len > METRIC_DIMENSION_NAME_MAX)
    return fail(err, "dimensions: the name \"%.20s...\" is longer than %d bytes", d.name.ptr,
                METRIC_DIMENSION_NAME_MAX);
  if (!is_printable_ascii(d.name) || d.name.ptr[0] == ':' || is_reserved(d.name))
    return fail(err, "dimensions: a name must be printable ASCII, not begin with ':' and not be \"_aws\"");
  if (is_blank(d.value)) return fail(err, "dimensions: the value of \"%.*s\" must not be empty", STR_ARG(d.name));
  if (d.value.len > METRIC_DIMENSION_MAX)
    return fail(err, "dimensions: the value of \"%.*s\" is longer than %d bytes", STR_ARG(d.name),
                METRIC_DIMENSION_MAX);
  if (!is_printable_ascii(d.value))
    return fail(err, "dimensions: the value of \"%.*s\" must be printable ASCII", STR_ARG(d.name));
  return true;
}

static bool check_dimensions(const struct metric *metric, char err[ERR_LEN]) {
  struct fields dimensions = metric->dimensions;
  if (dimensions.count > METRIC_DIMENSIONS_MAX)
    return fail(err, "dimensions must be at most %d", METRIC_DIMENSIONS_MAX);
  for (size_t i = 0; i < dimensions.count; i++) {
    if (!check_dimension(dimensions.list[i], err)) return false;
    if (str_equal(dimensions.list[i].name, metric->name))
      return fail(err, "name \"%.*s\" is also the name of a dimension", STR_ARG(metric->name));
  }
  return true;
}

bool metric_check(const struct metric *metric, char err[ERR_LEN]) {
  if (!check_name(metric->name, err)) return false;
  if (!metric_in_range(metric->value))
    return fail(err, "%s must be a finite number from -2^360 to 2^360", metric->counted ? "n" : "value");
  if (!is_unit(metric->unit))
    return fail(err, "unit \"%.*s\" is none of CloudWatch's (Count, Milliseconds, Bytes, Percent, Count/Second ...)",
                (int)(metric->unit.len < 40 ? metric->unit.len : 40), metric->unit.ptr);
  return check_dimensions(metric, err);
}

bool metric_check_namespace(struct str name, char err[ERR_LEN]) {
  static const char others[] = " .-_/#:";
  if (is_blank(name)) return fail(err, "it must not be empty");
  if (name.len > METRIC_NAME_MAX) return fail(err, "it is longer than %d bytes", METRIC_NAME_MAX);
  if (str_starts(name, STR("AWS/"))) return fail(err, "names that begin with AWS/ belong to AWS");
  if (name.ptr[0] == ':') return fail(err, "it must not begin with ':'");
  for (size_t i = 0; i < name.len; i++) {
    char c = name.ptr[i];
    bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!alphanumeric && (c == '\0' || !strchr(others, c)))
      return fail(err, "it may have letters, digits, blanks and . - _ / # : only");
  }
  return true;
}
