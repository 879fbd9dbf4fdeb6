#include "load_failure.h"

#include "view_report.h"

void load_failure_tell(struct view *view, const char *root, struct str directory, struct view_refusal refusal,
                       struct excerpt *excerpt) {
  struct arena memory;
  struct str frame;
  arena_init(&memory);
  struct view_report read = view_report_read(refusal.report, &memory);
  const struct json *at = view_report_first(&read);
  bool found = excerpt_find(excerpt, root, directory, read.message);
  while (!found && view_report_frame(&at, &frame)) found = excerpt_find(excerpt, root, directory, frame);
  refusal.place = str_from(excerpt->place);
  refusal.line = str_from(excerpt->line);
  view_refused(view, &refusal);
  arena_free(&memory);
}

void load_failure_message(struct str report, char message[ERR_LEN]) {
  struct arena memory;
  size_t end = 0;
  arena_init(&memory);
  struct str text = view_report_read(report, &memory).message;
  while (end < text.len && text.ptr[end] != '\n') end++;
  fail(message, "%.*s", (int)end, text.ptr);
  arena_free(&memory);
}
