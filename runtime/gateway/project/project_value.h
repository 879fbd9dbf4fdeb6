/* project_value.h -- single values of a serverless.yml: texts, names, whole numbers; what was found instead. */
#ifndef MOONWIRE_PROJECT_VALUE_H
#define MOONWIRE_PROJECT_VALUE_H

#include <stdbool.h>

#include "project_report.h"
#include "shown.h"
#include "yaml_tree.h"

/* What a message puts in front of a key: "functions.echo.", or nothing at the top level. */
struct project_place {
  char path[256];
};
struct project_place project_place_at(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What a node is, for "found ...": "nothing", "a list", "the number 5", "!Ref". */
struct shown project_found(const struct yaml *node);

/* Whether it is text with a variable of Serverless in it (${...}) that is not known here. */
bool project_has_variable(const struct yaml *node);

/* ... and why: "${env:TABLE} is not known here: the environment has no TABLE". */
struct project_reason {
  char text[ERR_LEN - 100];
};
struct project_reason project_reason(const struct yaml *node);

/* A string that is not empty, known and without NUL. Otherwise an error: "PATHkey must be EXPECTED, found ...". */
bool project_text(struct project_report *report, struct project_place place, const struct yaml_entry *entry,
                  const char *expected, struct str *out);

/* Letters, digits, - and _, at most 128. */
bool project_is_name(struct str text);

/* A setting that has a default, in *out: kept when the mapping has no such key, or, with a warning, when its value is not
 * known; an error when it is something else than expected (scalars of any kind are texts here). */
bool project_setting_name(struct project_report *report, struct project_place place, const struct yaml *map,
                          struct str key, struct str *out);

/* The same for a whole number from `least` to `most`. */
bool project_setting_number(struct project_report *report, struct project_place place, const struct yaml *map,
                            struct str key, int least, int most, int *out);

#endif
