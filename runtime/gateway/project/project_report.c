#include "project_report.h"

#include <stdarg.h>
#include <stdio.h>

bool project_fail(struct project_report *report, struct yaml_line line, const char *format, ...) {
  char message[ERR_LEN];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  const char *file = line.file ? line.file : report->file;
  if (line.number == 0) return fail(report->err, "%s: %s", file, message);
  return fail(report->err, "%s:%d: %s", file, line.number, message);
}

bool project_out_of_memory(struct project_report *report) {
  return project_fail(report, YAML_NO_LINE, "not enough memory to read it");
}

static bool is_known(const struct project_report *report, struct str text) {
  for (size_t i = 0; i < report->count; i++)
    if (str_equal(report->warnings[i].text, text)) return true;
  return false;
}

void project_warn(struct project_report *report, struct yaml_line line, enum project_code code, const char *format,
                  ...) {
  char message[ERR_LEN];
  va_list args;
  if (report->count == PROJECT_WARNINGS_MAX) return;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  if (is_known(report, str_from(message))) return;
  struct project_warning *warning = &report->warnings[report->count++];
  struct str file = str_from(line.file ? line.file : report->file);
  *warning = (struct project_warning){ code, file, line.number, arena_copy(report->memory, str_from(message)) };
  if (report->count == PROJECT_WARNINGS_MAX)
    *warning = (struct project_warning){ PROJECT_MORE_WARNINGS, str_from(report->file), 0,
                                         STR("there are more warnings, which are left out") };
}
