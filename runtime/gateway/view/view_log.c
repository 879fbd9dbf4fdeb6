#include "view_log.h"

#include <stdlib.h>

struct view_log *view_log_of(struct view_log **list, const struct environment *e) {
  for (struct view_log *log = *list; log; log = log->next)
    if (log->environment == e) return log;
  struct view_log *log = calloc(1, sizeof *log);
  if (!log) return NULL;
  log->environment = e;
  log->pool = e->pool;
  log->function = e->pool->options.function;
  log->number = e->number;
  view_lines_init(&log->own);
  log->next = *list;
  *list = log;
  return log;
}

struct view_log *view_log_find(struct view_log *list, const struct pool *pool, int number) {
  while (list && (list->pool != pool || list->number != number)) list = list->next;
  return list;
}

void view_log_delete(struct view_log **list, struct view_log *log) {
  struct view_lines *lines;
  while (*list != log) list = &(*list)->next;
  *list = log->next;
  while ((lines = log->invocations)) {
    log->invocations = lines->next;
    view_lines_free(lines);
    free(lines);
  }
  view_lines_free(&log->own);
  free(log);
}

struct view_writer view_log_writer(const struct view_log *log) {
  return (struct view_writer){ log->function->name, log->number };
}

struct view_lines *view_log_find_lines(const struct view_log *log, const struct invoke *in) {
  struct view_lines *lines = log->invocations;
  while (lines && lines->invoke != in) lines = lines->next;
  return lines;
}

struct view_lines *view_log_lines(struct view_log *log, const struct invoke *in) {
  struct view_lines *lines = view_log_find_lines(log, in);
  if (lines) return lines;
  if (!(lines = view_log_find_lines(log, NULL))) {
    if (!(lines = malloc(sizeof *lines))) return NULL;
    view_lines_init(lines);
    lines->next = log->invocations;
    log->invocations = lines;
  }
  lines->invoke = in;
  return lines;
}
