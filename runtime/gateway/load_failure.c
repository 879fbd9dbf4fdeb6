#include "load_failure.h"

#include "view_report.h"

enum { SOURCE_MAX = 64 * 1024 };

void load_failure_tell(struct view *view, const char *root, struct str directory, struct view_refusal refusal,
                       struct excerpt *excerpt) {
  struct arena memory;
  struct buf source;
  struct str frame;
  arena_init(&memory);
  buf_init(&source, SOURCE_MAX);
  struct view_report read = view_report_read(refusal.report, &memory);
  const struct json *at = view_report_first(&read);
  struct excerpt_place in = {
    .root = root, .directory = directory, .is_snapshot = !str_equal(str_from(root), directory), .has_settings = true
  };
  bool found = excerpt_find(excerpt, &in, read.message, &source);
  while (!found && view_report_frame(&at, &frame)) found = excerpt_find(excerpt, &in, frame, &source);
  refusal.place = str_from(excerpt->place);
  refusal.line = str_from(excerpt->line);
  refusal.source = buf_str(&source);
  view_refused(view, &refusal);
  buf_free(&source);
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
