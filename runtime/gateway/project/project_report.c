#include "project_report.h"

#include <stdarg.h>
#include <stdio.h>

bool project_fail(struct project_report *report, int line, const char *format, ...) {
  char message[ERR_LEN];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  if (line == 0) return fail(report->err, "%s: %s", report->file, message);
  return fail(report->err, "%s:%d: %s", report->file, line, message);
}

bool project_out_of_memory(struct project_report *report) {
  return project_fail(report, 0, "not enough memory to read it");
}

static bool is_known(const struct project_report *report, struct str text) {
  for (size_t i = 0; i < report->count; i++)
    if (str_equal(report->warnings[i].text, text)) return true;
  return false;
}

void project_warn(struct project_report *report, int line, const char *format, ...) {
  char message[ERR_LEN];
  va_list args;
  if (report->count == PROJECT_WARNINGS_MAX) return;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  if (is_known(report, str_from(message))) return;
  struct project_warning *warning = &report->warnings[report->count++];
  *warning = (struct project_warning){ line, arena_copy(report->memory, str_from(message)) };
  if (report->count == PROJECT_WARNINGS_MAX)
    *warning = (struct project_warning){ 0, STR("there are more warnings, which are left out") };
}
