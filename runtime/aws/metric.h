/* metric.h -- one value for CloudWatch, as it was given, and whether CloudWatch would take it.
 * CloudWatch drops what breaks its rules without a word to the sender, so they are checked here. Pure.
 * Sources: CloudWatch User Guide, "Specification: Embedded metric format" (30 dimensions in a set; values of dimensions are
 * strings of up to 1024 characters); API Reference, PutMetricData, MetricDatum and Dimension (names of metrics, namespaces
 * and dimensions, units, the range of values); AWS's client library for the format (names of dimensions: 250).
 */
#ifndef MOONWIRE_METRIC_H
#define MOONWIRE_METRIC_H

#include <stdbool.h>

#include "err.h"
#include "field.h"
#include "str.h"

enum {
  METRIC_NAME_MAX = 255,           /* bytes; of namespaces too */
  METRIC_DIMENSIONS_MAX = 30,      /* in one set */
  METRIC_DIMENSION_NAME_MAX = 250, /* bytes */
  METRIC_DIMENSION_MAX = 1024      /* bytes of a dimension's value */
};

/* Borrowed for the call. */
struct metric {
  struct str name;
  double value;
  struct str unit;          /* "Milliseconds" ...; empty means "None" */
  bool counted;             /* values of one name are added up; else each of them is kept */
  struct fields dimensions; /* each name once, in any order */
};

/* False, with a sentence that begins with the argument ("name", "n" or "value", "unit", "dimensions"), when CloudWatch
 * would not take the metric:
 *   name        1 to 255 bytes of UTF-8, not blank, no control characters; not "_aws", and no name of its dimensions
 *   value       finite, from -2^360 to 2^360
 *   unit        one of CloudWatch's 27, letter case included
 *   dimensions  at most 30; name (1 to 250) and value (1 to 1024) printable ASCII, not blank; a name does not begin with
 *               ':' and is not "_aws" */
bool metric_check(const struct metric *metric, char err[ERR_LEN]);

/* Whether a value is one that CloudWatch takes. */
bool metric_in_range(double value);

/* False, with a sentence, when CloudWatch would not take the namespace: 1 to 255 letters, digits, blanks and . - _ / # :,
 * not blank; the first is not ':', and "AWS/" in front is AWS's own. */
bool metric_check_namespace(struct str name, char err[ERR_LEN]);

#endif
