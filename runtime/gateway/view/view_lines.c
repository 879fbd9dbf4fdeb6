#include "view_lines.h"

enum { KEEP = 4096 /* bytes of memory that stay for the next invocation */ };

void view_lines_init(struct view_lines *lines) {
  *lines = (struct view_lines){ 0 };
  buf_init(&lines->kept, VIEW_LINES_MAX);
  buf_init(&lines->failure, VIEW_LINES_MAX);
}

void view_lines_free(struct view_lines *lines) {
  buf_free(&lines->kept);
  buf_free(&lines->failure);
}

void view_lines_keep(struct view_lines *lines, bool is_error, struct str line) {
  if (lines->left_out > 0 || lines->kept.len + line.len + 2 > VIEW_LINES_MAX) {
    lines->left_out += line.len + 1;
    return;
  }
  size_t start = lines->kept.len;
  buf_add_char(&lines->kept, is_error ? '2' : '1');
  buf_add(&lines->kept, line);
  buf_add_char(&lines->kept, '\n');
  if (!lines->kept.failed) return;
  lines->kept.len = start;
  lines->kept.failed = false;
  lines->left_out += line.len + 1;
}

bool view_lines_next(struct str *rest, bool *is_error, struct str *line) {
  if (rest->len == 0) return false;
  *is_error = rest->ptr[0] == '2';
  return str_cut(str_slice(*rest, 1, rest->len), '\n', line, rest);
}

void view_lines_reset(struct view_lines *lines) {
  lines->invoke = NULL;
  lines->announced = false;
  lines->left_out = 0;
  buf_trim(&lines->kept, KEEP);
  buf_trim(&lines->failure, KEEP);
}
