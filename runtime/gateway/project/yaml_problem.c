#include "yaml_problem.h"

#include <yaml.h>

/* Bytes that are no text have an offset and no mark. */
static bool fail_at_offset(const yaml_parser_t *p, const char *file, struct str text, char err[ERR_LEN]) {
  size_t line = 1, offset = p->problem_offset;
  for (size_t i = 0; i < offset && i < text.len; i++) line += text.ptr[i] == '\n';
  return fail(err, "%s:%zu: expected text in UTF-8: %s (byte %zu)", file, line, p->problem, offset);
}

/* Whether there is a tab among the blanks that a line (from 0) begins with. */
static bool is_tab_indented(struct str text, size_t line) {
  struct str head;
  for (size_t i = 0; i < line; i++) str_cut(text, '\n', &head, &text);
  str_cut(text, '\n', &head, &text);
  size_t blanks = (size_t)(str_trim(head).len > 0 ? str_trim(head).ptr - head.ptr : 0);
  return str_find(str_slice(head, 0, blanks), STR("\t"), 0) != SIZE_MAX;
}

static bool fail_at_mark(const yaml_parser_t *p, const char *file, struct str text, char err[ERR_LEN]) {
  yaml_mark_t at = p->problem_mark;
  char context[200] = "";
  if (p->context && p->context_mark.line != at.line)
    snprintf(context, sizeof context, " %s that begins in line %zu", p->context, p->context_mark.line + 1);
  else if (p->context)
    snprintf(context, sizeof context, " %s", p->context);
  bool tab = is_tab_indented(text, at.line);
  return fail(err, "%s:%zu:%zu: the YAML is broken: %s%s%s", file, at.line + 1, at.column + 1, p->problem, context,
              tab ? "; the line is indented with a tab, and YAML takes spaces only" : "");
}

bool yaml_problem(const struct yaml_parser_s *parser, const char *file, struct str text, char err[ERR_LEN]) {
  if (parser->error == YAML_MEMORY_ERROR || !parser->problem)
    return fail(err, "%s: not enough memory to read it", file);
  if (parser->error == YAML_READER_ERROR) return fail_at_offset(parser, file, text, err);
  return fail_at_mark(parser, file, text, err);
}
