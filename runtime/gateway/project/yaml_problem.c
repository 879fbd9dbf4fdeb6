#include "yaml_problem.h"

#include <yaml.h>

/* Bytes that are no text have an offset and no mark. */
static bool fail_at_offset(const yaml_parser_t *p, const char *file, struct str text, char err[ERR_LEN]) {
  size_t line = 1, offset = p->problem_offset;
  for (size_t i = 0; i < offset && i < text.len; i++) line += text.ptr[i] == '\n';
  return fail(err, "%s:%zu: expected text in UTF-8: %s (byte %zu)", file, line, p->problem, offset);
}

/* Lines count from 0. */
static struct str line_of(struct str text, size_t number) {
  struct str line;
  for (size_t i = 0; i < number; i++) str_cut(text, '\n', &line, &text);
  str_cut(text, '\n', &line, &text);
  return line;
}

/* Whether there is a tab among the blanks that a line begins with. */
static bool is_tab_indented(struct str line) {
  size_t blanks = (size_t)(str_trim(line).len > 0 ? str_trim(line).ptr - line.ptr : 0);
  return str_find(str_slice(line, 0, blanks), STR("\t"), 0) != SIZE_MAX;
}

/* Whether a brace or a bracket stands in the middle of a word at this column, which counts characters: `GET /users/{id}` in a
 * list or mapping that braces and brackets themselves delimit. */
static bool is_brace_in_word(struct str line, size_t column) {
  size_t at = 0;
  for (size_t seen = 0; at < line.len; at++) {
    bool begins = ((unsigned char)line.ptr[at] & 0xC0) != 0x80; /* a character of UTF-8 */
    if (begins && seen++ == column) break;
  }
  return at > 0 && at < line.len && strchr("{[", line.ptr[at]) && !strchr(" \t,:{}[]\"'", line.ptr[at - 1]);
}

/* What to do about it, when that is known. */
static const char *advice(struct str line, size_t column) {
  if (is_tab_indented(line)) return "; the line is indented with a tab, and YAML takes spaces only";
  if (is_brace_in_word(line, column)) return "; inside of { } and [ ] a text that has braces or brackets needs quotes";
  return "";
}

static bool fail_at_mark(const yaml_parser_t *p, const char *file, struct str text, char err[ERR_LEN]) {
  yaml_mark_t at = p->problem_mark;
  char context[200] = "";
  if (p->context && p->context_mark.line != at.line)
    snprintf(context, sizeof context, " %s that begins in line %zu", p->context, p->context_mark.line + 1);
  else if (p->context)
    snprintf(context, sizeof context, " %s", p->context);
  return fail(err, "%s:%zu:%zu: the YAML is broken: %s%s%s", file, at.line + 1, at.column + 1, p->problem, context,
              advice(line_of(text, at.line), at.column));
}

bool yaml_problem(const struct yaml_parser_s *parser, const char *file, struct str text, char err[ERR_LEN]) {
  if (parser->error == YAML_MEMORY_ERROR || !parser->problem)
    return fail(err, "%s: not enough memory to read it", file);
  if (parser->error == YAML_READER_ERROR) return fail_at_offset(parser, file, text, err);
  return fail_at_mark(parser, file, text, err);
}
