#include "variable_value.h"

#include "variable_source.h"

/* Asks its sources in turn. */
static const struct yaml *ask(struct variables *v, const struct yaml *at, const struct variable_source *source) {
  const struct yaml *value;
  struct str lacking = STR("");
  bool is_elsewhere = false;
  for (; source; source = source->next) {
    if (source->is_literal)
      value = variables_scalar(v, at->line, source->literal, source->type, true);
    else if (!variable_source_ask(v, at, source, &value))
      return NULL;
    else {
      lacking = v->lacking;
      is_elsewhere = is_elsewhere || lacking.len == 0;
      if (!value) continue;
    }
    if (!value || !(value = variables_value(v, value))) return NULL;
    if (value->kind != YAML_NULL || source->is_literal) return value;
    fail(v->why, "there is null");
  }
  return variables_unknown(v, at, str_from(v->why), is_elsewhere ? STR("") : lacking);
}

static bool add_piece(struct variables *v, const struct yaml *at, const struct variable_piece *piece, struct buf *text,
                      const struct yaml **unknown) {
  const struct yaml *value = piece->of ? ask(v, at, piece->of) : NULL;
  if (piece->of && !value) return false;
  if (!value || yaml_is_scalar(value)) {
    buf_add(text, value ? value->text : piece->text);
    return true;
  }
  *unknown = value->kind == YAML_UNKNOWN
                 ? value
                 : variables_unknown(v, at, STR("a list or a mapping cannot be a part of a text"), STR(""));
  return *unknown;
}

bool variable_text(struct variables *v, const struct yaml *at, const struct variable_piece *pieces, struct str *out,
                   const struct yaml **unknown) {
  struct buf text;
  bool ok = true;
  buf_init(&text, VARIABLES_TEXT_MAX);
  *unknown = NULL;
  for (; ok && !*unknown && pieces; pieces = pieces->next) ok = add_piece(v, at, pieces, &text, unknown);
  if (ok && text.failed)
    ok = project_fail(v->report, at->line, "a text with variables is longer than %d bytes", VARIABLES_TEXT_MAX);
  if (ok) *out = arena_copy(v->report->memory, buf_str(&text));
  if (ok && !out->ptr) ok = project_out_of_memory(v->report);
  ok = ok && variables_work(v, text.len);
  buf_free(&text);
  return ok;
}

const struct yaml *variable_value(struct variables *v, const struct yaml *at, const struct variable_piece *pieces) {
  const struct yaml *value;
  struct str text;
  if (pieces->of && !pieces->next) {
    value = ask(v, at, pieces->of);
    return value && value->kind == YAML_UNKNOWN ? variables_unknown(v, at, value->why, value->lacking) : value;
  }
  if (!variable_text(v, at, pieces, &text, &value)) return NULL;
  if (value) return variables_unknown(v, at, value->why, value->lacking);
  return variables_scalar(v, at->line, YAML_STRING, text, false);
}
