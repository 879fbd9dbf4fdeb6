#include "view_report.h"

struct view_report view_report_read(struct str payload, struct arena *memory) {
  struct view_report report = { STR(""), payload, NULL };
  const struct json *root;
  struct json_item item;
  char err[ERR_LEN];
  if (!json_parse(memory, payload, &root, err)) return report;
  json_read(root, &item);
  if (item.type != JSON_OBJECT) return report;
  report.type = json_member_text(root, STR("errorType"));
  if (report.type.len > 0 || json_member(root, STR("errorMessage")))
    report.message = json_member_text(root, STR("errorMessage"));
  report.stack = json_member(root, STR("stackTrace"));
  return report;
}

const struct json *view_report_first(const struct view_report *report) {
  struct json_item item;
  if (!report->stack) return NULL;
  json_read(report->stack, &item);
  return item.type == JSON_ARRAY ? item.first : NULL;
}

bool view_report_frame(const struct json **at, struct str *line) {
  struct json_item item;
  if (!*at) return false;
  json_read(*at, &item);
  *line = item.type == JSON_STRING ? item.text : STR("...");
  *at = item.next;
  return true;
}
