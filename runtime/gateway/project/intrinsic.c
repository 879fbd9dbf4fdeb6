#include "intrinsic.h"

#include "intrinsic_name.h"
#include "shown.h"

struct evaluation {
  struct project_report *report;
  struct buf *out;
  char *why;
  int depth;
};

static enum intrinsic_known add_value(struct evaluation *e, const struct yaml *node);

static enum intrinsic_known not_known(struct evaluation *e, const char *subject, const char *why) {
  fail(e->why, "%s %s", subject, why);
  return INTRINSIC_NOT_KNOWN;
}

/* "Ref" or the name behind "Fn::", and what stands behind that; false when the node is no function. */
static bool read_function(const struct yaml *node, struct str *name, const struct yaml **argument) {
  if (node->kind == YAML_TAGGED) {
    *name = str_slice(node->text, str_starts(node->text, STR("!")) ? 1 : 0, node->text.len);
    *argument = node->items[0];
    return true;
  }
  if (node->kind != YAML_MAP || node->count != 1 || !yaml_is_scalar(node->entries[0].key)) return false;
  *name = node->entries[0].key->text;
  *argument = node->entries[0].value;
  if (str_equal(*name, STR("Ref"))) return true;
  if (!str_starts(*name, STR("Fn::"))) return false;
  *name = str_slice(*name, 4, name->len);
  return true;
}

bool intrinsic_is(const struct yaml *node) {
  struct str name;
  const struct yaml *argument;
  return read_function(node, &name, &argument);
}

/* A name in a text of Fn::Sub: "Table", "Table.Arn", or one of the names that come with it. */
static enum intrinsic_known add_name(struct evaluation *e, const struct yaml *at, const struct yaml *own,
                                     struct str name) {
  const struct yaml_entry *entry = yaml_entry_of(own, name);
  struct str resource, attribute;
  if (entry) return add_value(e, entry->value);
  if (str_cut(name, '.', &resource, &attribute))
    return intrinsic_attribute(e->report, resource, attribute, e->out, e->why);
  return intrinsic_ref(e->report, at->line, name, e->out, e->why);
}

static enum intrinsic_known add_sub_text(struct evaluation *e, const struct yaml *node, const struct yaml *own) {
  struct str text = node->text;
  enum intrinsic_known known = INTRINSIC_KNOWN;
  size_t done = 0, at = 0;
  while (known == INTRINSIC_KNOWN && (at = str_find(text, STR("${"), at)) != SIZE_MAX) {
    size_t end = str_find(text, STR("}"), at);
    if (end == SIZE_MAX) break;
    struct str name = str_slice(text, at + 2, end);
    buf_add(e->out, str_slice(text, done, at));
    if (str_starts(name, STR("!"))) /* ${!Literal} is ${Literal} */
      buf_addf(e->out, "${%.*s}", STR_ARG(str_slice(name, 1, name.len)));
    else
      known = add_name(e, node, own, str_trim(name));
    done = at = end + 1;
  }
  buf_add(e->out, str_slice(text, done, text.len));
  return known;
}

static enum intrinsic_known add_sub(struct evaluation *e, const struct yaml *argument) {
  bool list = argument->kind == YAML_LIST && argument->count == 2 && argument->items[0]->kind == YAML_STRING &&
              argument->items[1]->kind == YAML_MAP;
  if (list) return add_sub_text(e, argument->items[0], argument->items[1]);
  if (argument->kind == YAML_STRING) return add_sub_text(e, argument, NULL);
  return not_known(e, "Fn::Sub", "takes a text, or a list of a text and a mapping");
}

static enum intrinsic_known add_join(struct evaluation *e, const struct yaml *argument) {
  enum intrinsic_known known = INTRINSIC_KNOWN;
  bool right = argument->kind == YAML_LIST && argument->count == 2 && yaml_is_scalar(argument->items[0]) &&
               argument->items[1]->kind == YAML_LIST;
  if (!right) return not_known(e, "Fn::Join", "takes a list of a separator and a list");
  const struct yaml *parts = argument->items[1];
  for (size_t i = 0; known == INTRINSIC_KNOWN && !e->out->failed && i < parts->count; i++) {
    if (i > 0) buf_add(e->out, argument->items[0]->text);
    known = add_value(e, parts->items[i]);
  }
  return known;
}

static enum intrinsic_known add_attribute(struct evaluation *e, const struct yaml *argument) {
  struct str resource, attribute;
  bool list = argument->kind == YAML_LIST && argument->count == 2 && yaml_is_scalar(argument->items[0]) &&
              yaml_is_scalar(argument->items[1]);
  if (list) return intrinsic_attribute(e->report, argument->items[0]->text, argument->items[1]->text, e->out, e->why);
  if (argument->kind == YAML_STRING && str_cut(argument->text, '.', &resource, &attribute))
    return intrinsic_attribute(e->report, resource, attribute, e->out, e->why);
  return not_known(e, "Fn::GetAtt", "takes a resource and an attribute");
}

static enum intrinsic_known add_function(struct evaluation *e, const struct yaml *node, struct str name,
                                         const struct yaml *argument) {
  if (argument->kind == YAML_UNKNOWN) return add_value(e, argument);
  if (str_equal(name, STR("Ref")) && argument->kind == YAML_STRING)
    return intrinsic_ref(e->report, node->line, argument->text, e->out, e->why);
  if (str_equal(name, STR("Sub"))) return add_sub(e, argument);
  if (str_equal(name, STR("Join"))) return add_join(e, argument);
  if (str_equal(name, STR("GetAtt"))) return add_attribute(e, argument);
  return not_known(e, shown_of(name).text, "is known on AWS only");
}

static enum intrinsic_known add_value(struct evaluation *e, const struct yaml *node) {
  struct str name;
  const struct yaml *argument;
  if (!variables_work(e->report->names->variables, node->text.len + 1)) return INTRINSIC_REFUSED;
  if (yaml_is_scalar(node)) {
    buf_add(e->out, node->text);
    return INTRINSIC_KNOWN;
  }
  if (node->kind == YAML_UNKNOWN) {
    fail(e->why, "%s is not known here: %.*s", shown_of(node->text).text, STR_ARG(node->why));
    return INTRINSIC_NOT_KNOWN;
  }
  if (!read_function(node, &name, &argument)) return not_known(e, "a list or a mapping", "cannot be a part of a text");
  if (e->depth == INTRINSIC_DEPTH) return not_known(e, "its functions", "stand too deep in one another");
  e->depth++;
  enum intrinsic_known known = add_function(e, node, name, argument);
  e->depth--;
  return known;
}

bool intrinsic_value(struct project_report *report, const struct yaml *node, struct str *out, char why[ERR_LEN]) {
  struct buf text;
  struct evaluation e = { .report = report, .out = &text, .why = why };
  *out = str_of(NULL, 0);
  buf_init(&text, INTRINSIC_TEXT_MAX);
  enum intrinsic_known known = add_value(&e, node);
  bool ok = known != INTRINSIC_REFUSED;
  if (known == INTRINSIC_KNOWN && text.failed)
    fail(why, "it is longer than %d bytes", INTRINSIC_TEXT_MAX);
  else if (known == INTRINSIC_KNOWN)
    *out = arena_copy(report->memory, buf_str(&text));
  if (ok && known == INTRINSIC_KNOWN && !text.failed && !out->ptr) ok = project_out_of_memory(report);
  buf_free(&text);
  return ok;
}
