#include "view_log.h"

#include <stdlib.h>

enum { KEEP = 4096 /* bytes of memory that stay for the next invocation */ };

struct view_log *view_log_of(struct view_log **list, const struct environment *e) {
  for (struct view_log *log = *list; log; log = log->next)
    if (log->environment == e) return log;
  struct view_log *log = calloc(1, sizeof *log);
  if (!log) return NULL;
  log->environment = e;
  log->pool = e->pool;
  log->function = e->pool->options.function;
  log->number = e->number;
  buf_init(&log->lines, VIEW_LOG_MAX);
  buf_init(&log->failure, VIEW_LOG_MAX);
  log->next = *list;
  *list = log;
  return log;
}

struct view_log *view_log_find(struct view_log *list, const struct pool *pool, int number) {
  while (list && (list->pool != pool || list->number != number)) list = list->next;
  return list;
}

void view_log_delete(struct view_log **list, struct view_log *log) {
  while (*list != log) list = &(*list)->next;
  *list = log->next;
  buf_free(&log->lines);
  buf_free(&log->failure);
  free(log);
}

struct view_writer view_log_writer(const struct view_log *log) {
  return (struct view_writer){ log->function->name, log->number };
}

void view_log_keep(struct view_log *log, bool is_error, struct str line) {
  if (log->left_out > 0 || log->lines.len + line.len + 2 > VIEW_LOG_MAX) {
    log->left_out += line.len + 1;
    return;
  }
  size_t start = log->lines.len;
  buf_add_char(&log->lines, is_error ? '2' : '1');
  buf_add(&log->lines, line);
  buf_add_char(&log->lines, '\n');
  if (!log->lines.failed) return;
  log->lines.len = start;
  log->lines.failed = false;
  log->left_out += line.len + 1;
}

bool view_log_next(struct str *lines, bool *is_error, struct str *line) {
  if (lines->len == 0) return false;
  *is_error = lines->ptr[0] == '2';
  return str_cut(str_slice(*lines, 1, lines->len), '\n', line, lines);
}

void view_log_reset(struct view_log *log) {
  log->invoke = NULL;
  log->announced = false;
  log->left_out = 0;
  buf_trim(&log->lines, KEEP);
}
