/* project_report.h -- where the reader of a serverless.yml says what is wrong and what its user should know. */
#ifndef MOONWIRE_PROJECT_REPORT_H
#define MOONWIRE_PROJECT_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "project.h"
#include "yaml_tree.h"

struct intrinsic_names;

enum { PROJECT_WARNINGS_MAX = 100 }; /* the last one says that there are more */

struct project_report {
  const char *file;
  struct arena *memory; /* of the texts */
  struct project_warning warnings[PROJECT_WARNINGS_MAX];
  size_t count;
  const struct intrinsic_names *names; /* what CloudFormation's functions can name (intrinsic.h) */
  char *err;                           /* ERR_LEN bytes */
};

/* Writes "file:line: ..." to err and returns false. YAML_NO_LINE is the file as a whole: "file: ...". */
bool project_fail(struct project_report *report, struct yaml_line line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool project_out_of_memory(struct project_report *report);

/* Adds a warning, unless one with this very text is there. */
void project_warn(struct project_report *report, struct yaml_line line, enum project_code code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
