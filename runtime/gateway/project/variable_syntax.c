#include "variable_syntax.h"

#include "json.h"
#include "shown.h"

struct reader {
  struct arena *memory;
  struct str text;
  size_t at;
  size_t variable; /* where the variable begins that is read; for messages */
  int depth;
  char *err;
};

/* A list of pieces that grows at its end. */
struct pieces {
  const struct variable_piece *first;
  struct variable_piece *last;
};

static bool read_variable(struct reader *r, size_t start, struct pieces *out);

static bool short_of_memory(struct reader *r) {
  return fail(r->err, "not enough memory to read it");
}

static bool fail_expected(struct reader *r, const char *expected) {
  struct str rest = str_slice(r->text, r->at, r->text.len);
  struct str begin = str_slice(r->text, r->variable, r->text.len);
  if (rest.len == 0) return fail(r->err, "the variable %s has no end; expected %s", shown_of(begin).text, expected);
  return fail(r->err, "the variable %s: expected %s where \"%s\" begins", shown_of(begin).text, expected,
              shown_of(rest).text);
}

static char peek(const struct reader *r) {
  return r->at < r->text.len ? r->text.ptr[r->at] : '\0';
}

static bool take(struct reader *r, char c) {
  if (r->at == r->text.len || peek(r) != c) return false;
  r->at++;
  return true;
}

static void skip_blanks(struct reader *r) {
  while (r->at < r->text.len && memchr(" \t\n", peek(r), 3)) r->at++;
}

static bool is_word(char c) {
  char letter = (char)(c | 0x20);
  return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '.';
}

static struct str take_word(struct reader *r) {
  size_t start = r->at;
  while (r->at < r->text.len && is_word(peek(r))) r->at++;
  return str_slice(r->text, start, r->at);
}

static bool add(struct reader *r, struct pieces *list, struct str text, const struct variable_source *of) {
  if (!of && text.len == 0) return true;
  struct variable_piece *piece = arena_alloc(r->memory, sizeof *piece);
  if (!piece) return short_of_memory(r);
  *piece = (struct variable_piece){ text, of, NULL };
  if (list->last)
    list->last->next = piece;
  else
    list->first = piece;
  list->last = piece;
  return true;
}

/* Quotes: '...' as it stands, "..." as JSON has it. */
static bool take_quoted(struct reader *r, struct str *out) {
  char quote = peek(r);
  size_t start = r->at++;
  while (r->at < r->text.len && peek(r) != quote) r->at += quote == '"' && peek(r) == '\\' ? 2 : 1;
  if (r->at >= r->text.len) r->at = r->text.len;
  if (!take(r, quote)) return fail_expected(r, quote == '"' ? "\" at the end of the text" : "' at the end of the text");
  *out = str_slice(r->text, start + 1, r->at - 1);
  if (quote == '\'') return true;
  const struct json *node;
  struct json_item item;
  char why[ERR_LEN];
  if (!json_parse(r->memory, str_slice(r->text, start, r->at), &node, why)) {
    r->at = start;
    return fail_expected(r, "a text as in JSON");
  }
  json_read(node, &item);
  *out = item.text;
  return true;
}

/* Drops blanks at the end of a text without quotes. */
static void trim_end(struct pieces *list) {
  if (!list->last || list->last->of) return;
  size_t len = list->last->text.len;
  while (len > 0 && memchr(" \t\n", list->last->text.ptr[len - 1], 3)) len--;
  list->last->text.len = len;
}

/* A parameter or an address, up to one of the characters in `ends`. */
static bool read_text(struct reader *r, const char *ends, const char *never, const char *expected,
                      const struct variable_piece **out) {
  struct pieces list = { NULL, NULL };
  skip_blanks(r);
  if (peek(r) == '"' || peek(r) == '\'') {
    struct str text;
    if (!take_quoted(r, &text) || !add(r, &list, text, NULL)) return false;
    skip_blanks(r);
    *out = list.first;
    return (peek(r) != '\0' && strchr(ends, peek(r))) || fail_expected(r, expected);
  }
  size_t start = r->at;
  for (; r->at < r->text.len && !strchr(ends, peek(r)) && !strchr(never, peek(r)); r->at++) {
    if (!str_starts(str_slice(r->text, r->at, r->text.len), STR("${"))) continue;
    if (!add(r, &list, str_slice(r->text, start, r->at), NULL) || !read_variable(r, r->at, &list)) return false;
    start = r->at--;
  }
  if (!add(r, &list, str_slice(r->text, start, r->at), NULL)) return false;
  trim_end(&list);
  *out = list.first;
  return (peek(r) != '\0' && strchr(ends, peek(r))) || fail_expected(r, expected);
}

static bool read_parameters(struct reader *r, struct variable_source *source) {
  if (!take(r, '(')) return true;
  for (;;) {
    skip_blanks(r);
    if (take(r, ')')) break;
    if (source->parameter_count == VARIABLE_PARAMETERS) return fail_expected(r, ") after four parameters");
    if (!read_text(r, ",)", "}", ", or )", &source->parameters[source->parameter_count++])) return false;
    take(r, ',');
  }
  skip_blanks(r);
  return (peek(r) != '\0' && strchr(":,}", peek(r))) || fail_expected(r, ": or }");
}

static bool is_type(struct str word) {
  return word.len > 0 && word.ptr[0] >= 'a' && word.ptr[0] <= 'z' && !memchr(word.ptr, '.', word.len);
}

/* What follows a type. */
static bool read_call(struct reader *r, struct variable_source *source) {
  return read_parameters(r, source) &&
         (!take(r, ':') || read_text(r, ",}", ":", "the end of the address (, or })", &source->address));
}

/* A source behind a comma. */
static bool read_next_source(struct reader *r, struct variable_source *source) {
  static const char expected[] = "a source such as env:NAME, or a text in quotes,";
  skip_blanks(r);
  source->is_literal = true;
  source->literal = YAML_STRING;
  if (peek(r) == '"' || peek(r) == '\'') {
    if (!take_quoted(r, &source->type)) return false;
    skip_blanks(r);
    return peek(r) == '}' || fail_expected(r, "}");
  }
  size_t start = r->at;
  source->type = take_word(r);
  skip_blanks(r);
  if (is_type(source->type) && peek(r) != '\0' && strchr("(:", peek(r))) {
    source->is_literal = false;
    return read_call(r, source);
  }
  source->literal = yaml_kind_of_plain(source->type);
  if (source->type.len > 0 && source->literal != YAML_STRING && peek(r) == '}') return true;
  r->at = start;
  return fail_expected(r, expected);
}

static bool read_sources(struct reader *r, struct variable_source *source) {
  if (!read_call(r, source)) return false;
  for (;;) {
    skip_blanks(r);
    if (take(r, '}')) return true;
    if (!take(r, ',')) return fail_expected(r, ", or }");
    struct variable_source *next = arena_alloc(r->memory, sizeof *next);
    if (!next) return short_of_memory(r);
    *next = (struct variable_source){ 0 };
    source->next = next;
    source = next;
    if (!read_next_source(r, source)) return false;
  }
}

/* Whether a variable begins here; the reader then stands behind its type. ${AWS::Region} is none. */
static bool begins_variable(struct reader *r, size_t start, struct str *type) {
  r->at = start + 2;
  *type = take_word(r);
  if (type->len == 0 || type->ptr[0] < 'a' || type->ptr[0] > 'z') return false;
  return peek(r) == '(' || (peek(r) == ':' && !str_starts(str_slice(r->text, r->at, r->text.len), STR("::")));
}

/* The variable whose "${" stands at `start`. */
static bool read_variable(struct reader *r, size_t start, struct pieces *out) {
  struct variable_source *source = arena_alloc(r->memory, sizeof *source);
  size_t around = r->variable;
  if (!source) return short_of_memory(r);
  *source = (struct variable_source){ 0 };
  if (!begins_variable(r, start, &source->type)) {
    r->at = start;
    return fail_expected(r, "a variable such as ${self:custom.name}");
  }
  if (r->depth == VARIABLE_NESTING)
    return fail(r->err, "variables stand more than %d deep in one another", VARIABLE_NESTING);
  r->depth++;
  r->variable = start;
  if (!read_sources(r, source)) return false;
  r->variable = around;
  r->depth--;
  return add(r, out, str_slice(r->text, start, r->at), source);
}

/* Backslashes in front of a "${": one of two is left; an odd one takes its meaning from it, which *plain says. */
static size_t backslashes(struct str text, size_t at, bool *plain) {
  size_t count = 0;
  while (at > count && text.ptr[at - count - 1] == '\\') count++;
  *plain = count % 2 == 1;
  return count;
}

bool variable_parse(struct arena *memory, struct str text, const struct variable_piece **first, char err[ERR_LEN]) {
  struct reader r = { .memory = memory, .text = text, .err = err };
  struct pieces list = { NULL, NULL };
  bool changed = false;
  size_t done = 0, at = 0;
  *first = NULL;
  while ((at = str_find(text, STR("${"), at)) != SIZE_MAX) {
    struct str type;
    bool plain;
    size_t escapes = backslashes(text, at, &plain);
    r.variable = at;
    if (escapes > 0) {
      if (!add(&r, &list, str_slice(text, done, at - escapes + escapes / 2), NULL)) return false;
      done = at;
      changed = true;
    }
    if (plain || !begins_variable(&r, at, &type)) {
      at += 2;
      continue;
    }
    if (!add(&r, &list, str_slice(text, done, at), NULL) || !read_variable(&r, at, &list)) return false;
    changed = true;
    done = at = r.at;
  }
  if (!add(&r, &list, str_slice(text, done, text.len), NULL)) return false;
  if (changed) *first = list.first;
  return true;
}
