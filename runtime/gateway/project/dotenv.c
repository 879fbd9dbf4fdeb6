#define _GNU_SOURCE /* memrchr */
#include "dotenv.h"

#include "variable_source.h"

struct list {
  struct field *fields;
  size_t count;
};

static bool is_name_char(char c) {
  char letter = (char)(c | 0x20);
  return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

static bool is_name(struct str name) {
  for (size_t i = 0; i < name.len; i++)
    if (!is_name_char(name.ptr[i])) return false;
  return name.len > 0;
}

/* What a name stands for: the environment first, then what stands above it in the file. */
static struct str value_of(const struct variables *v, const struct list *list, struct str name) {
  char text[256];
  struct str value = { NULL, 0 };
  if (v->surroundings->variable && str_copy(name, text, sizeof text)) value = v->surroundings->variable(text);
  for (size_t i = list->count; value.len == 0 && i > 0; i--)
    if (str_equal(list->fields[i - 1].name, name)) value = list->fields[i - 1].value;
  return value;
}

/* The name behind a "$"; empty when there is none. *at moves behind it. */
static struct str take_reference(struct str text, size_t *at) {
  bool braces = *at + 1 < text.len && text.ptr[*at + 1] == '{';
  size_t start = *at + (braces ? 2 : 1), end = start;
  while (end < text.len && is_name_char(text.ptr[end]) && (braces || (text.ptr[end] != '.' && text.ptr[end] != '-')))
    end++;
  bool whole = end > start && (!braces || (end < text.len && text.ptr[end] == '}'));
  if (whole) *at = end + braces;
  return whole ? str_slice(text, start, end) : str_of(NULL, 0);
}

static void expand(const struct variables *v, const struct list *list, struct str text, bool escapes, struct buf *out) {
  for (size_t at = 0; at < text.len;) {
    char c = text.ptr[at], next = at + 1 < text.len ? text.ptr[at + 1] : '\0';
    struct str name = c == '$' ? take_reference(text, &at) : str_of(NULL, 0);
    if (name.len > 0) {
      buf_add(out, value_of(v, list, name));
    } else if (c == '\\' && (next == '$' || (escapes && next == 'n'))) {
      buf_add_char(out, next == 'n' ? '\n' : '$');
      at += 2;
    } else {
      buf_add_char(out, c);
      at++;
    }
  }
}

/* What stands between the quotes that a value begins with; false when it has none, or they do not end. */
static bool take_quotes(struct str *value) {
  if (value->len < 2 || !memchr("'\"`", value->ptr[0], 3)) return false;
  const char *end = memrchr(value->ptr + 1, value->ptr[0], value->len - 1);
  if (!end) return false;
  *value = str_of(value->ptr + 1, (size_t)(end - value->ptr) - 1);
  return true;
}

static bool add_line(struct variables *v, struct list *list, struct str line, struct buf *text) {
  struct str name, value, rest;
  line = str_trim(line);
  if (str_starts(line, STR("export "))) line = str_slice(line, 7, line.len);
  if (!str_cut(line, '=', &name, &value) || !is_name(str_trim(name))) return true;
  value = str_trim(value);
  char quote = value.len > 0 ? value.ptr[0] : '\0';
  bool quoted = take_quotes(&value);
  if (!quoted) str_cut(value, '#', &value, &rest);
  if (!quoted) value = str_trim(value);
  buf_clear(text);
  if (quoted && quote == '\'')
    buf_add(text, value);
  else
    expand(v, list, value, quoted && quote == '"', text);
  if (text->failed || !variables_work(v, text->len + list->count))
    return project_fail(v->report, YAML_NO_LINE, "a value of .env is longer than %d bytes", VARIABLES_TEXT_MAX);
  struct str copy = arena_copy(v->report->memory, buf_str(text));
  list->fields[list->count++] = (struct field){ str_trim(name), copy };
  return copy.ptr || project_out_of_memory(v->report);
}

static bool read_lines(struct variables *v, struct str file) {
  size_t lines = 1;
  for (size_t i = 0; i < file.len; i++) lines += file.ptr[i] == '\n';
  struct list list = { arena_alloc(v->report->memory, lines * sizeof *list.fields), 0 };
  if (!list.fields) return project_out_of_memory(v->report);
  struct str line;
  struct buf text;
  bool ok = true;
  buf_init(&text, VARIABLES_TEXT_MAX);
  while (ok && file.len > 0) {
    str_cut(file, '\n', &line, &file);
    if (str_ends(line, STR("\r"))) line.len--;
    ok = add_line(v, &list, line, &text);
  }
  buf_free(&text);
  v->dotenv = (struct fields){ list.fields, list.count };
  return ok;
}

/* Whether `useDotenv: true` stands in the service. */
static bool is_wanted(struct variables *v, bool *wanted) {
  const struct yaml *node;
  if (!variables_walk(v, v->root, STR("useDotenv"), &node)) return false;
  if (node && !(node = variables_value(v, node))) return false;
  *wanted = node && node->kind == YAML_BOOLEAN && str_equal_nocase(node->text, STR("true"));
  return true;
}

bool dotenv_load(struct variables *v) {
  bool wanted;
  struct str stage, text, name;
  struct buf path;
  if (!is_wanted(v, &wanted)) return false;
  if (!wanted) return true;
  if (!variable_stage(v, &stage)) return false;
  buf_init(&path, VARIABLES_TEXT_MAX);
  buf_addf(&path, ".env.%.*s", STR_ARG(stage));
  bool ok = variable_files_text(v, buf_str(&path), &text, &name) &&
            (text.ptr || variable_files_text(v, STR(".env"), &text, &name)) && read_lines(v, text);
  buf_free(&path);
  v->known = (struct node_table){ .memory = v->report->memory }; /* the stage may depend on what was read now */
  return ok;
}
