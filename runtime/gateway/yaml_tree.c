#include "yaml_tree.h"

#include <limits.h>
#include <yaml.h>

#include "yaml_merge.h"

#define CORE_TAG "tag:yaml.org,2002:"

struct reading {
  struct arena *memory;
  const char *file;
  struct str text;
  yaml_parser_t parser;
  struct yaml *nodes;
  char *err;
};

static bool short_of_memory(const struct reading *r) {
  return fail(r->err, "%s: not enough memory to read it", r->file);
}

/* ---- libyaml's failures as sentences ---- */

/* Bytes that are no text have an offset and no mark. */
static bool fail_at_offset(const struct reading *r) {
  size_t line = 1, offset = r->parser.problem_offset;
  for (size_t i = 0; i < offset && i < r->text.len; i++) line += r->text.ptr[i] == '\n';
  return fail(r->err, "%s:%zu: expected text in UTF-8: %s (byte %zu)", r->file, line, r->parser.problem, offset);
}

/* Whether there is a tab among the blanks that a line (from 0) begins with. */
static bool is_tab_indented(struct str text, size_t line) {
  struct str head;
  for (size_t i = 0; i < line; i++) str_cut(text, '\n', &head, &text);
  str_cut(text, '\n', &head, &text);
  size_t blanks = (size_t)(str_trim(head).len > 0 ? str_trim(head).ptr - head.ptr : 0);
  return str_find(str_slice(head, 0, blanks), STR("\t"), 0) != SIZE_MAX;
}

static bool fail_at_mark(const struct reading *r) {
  const yaml_parser_t *p = &r->parser;
  yaml_mark_t at = p->problem_mark;
  char context[200] = "";
  if (p->error == YAML_COMPOSER_ERROR && p->context)
    return fail(r->err, "%s:%zu:%zu: an anchor of this name stands in line %zu already; each needs its own", r->file,
                at.line + 1, at.column + 1, p->context_mark.line + 1);
  if (p->context && p->context_mark.line != at.line)
    snprintf(context, sizeof context, " %s that begins in line %zu", p->context, p->context_mark.line + 1);
  else if (p->context)
    snprintf(context, sizeof context, " %s", p->context);
  bool tab = is_tab_indented(r->text, at.line);
  return fail(r->err, "%s:%zu:%zu: the YAML is broken: %s%s%s", r->file, at.line + 1, at.column + 1, p->problem,
              context, tab ? "; the line is indented with a tab, and YAML takes spaces only" : "");
}

static bool fail_with_problem(const struct reading *r) {
  if (r->parser.error == YAML_MEMORY_ERROR || !r->parser.problem) return short_of_memory(r);
  return r->parser.error == YAML_READER_ERROR ? fail_at_offset(r) : fail_at_mark(r);
}

/* ---- libyaml's nodes as ours: the node with id N becomes nodes[N - 1] ---- */

static int line_of(yaml_mark_t mark) {
  return mark.line < INT_MAX ? (int)mark.line + 1 : INT_MAX;
}

static enum yaml_kind kind_of_scalar(const yaml_node_t *from, const struct yaml *to) {
  const char *tag = (const char *)from->tag + strlen(CORE_TAG);
  if (strcmp(tag, "null") == 0) return YAML_NULL;
  if (strcmp(tag, "bool") == 0) return YAML_BOOLEAN;
  if (strcmp(tag, "int") == 0 || strcmp(tag, "float") == 0) return YAML_NUMBER;
  return to->plain && strcmp(tag, "str") == 0 ? yaml_kind_of_plain(to->text) : YAML_STRING;
}

static bool convert_scalar(const struct reading *r, const yaml_node_t *from, struct yaml *to) {
  to->plain = from->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
  to->text = arena_copy(r->memory, str_of((const char *)from->data.scalar.value, from->data.scalar.length));
  to->kind = kind_of_scalar(from, to);
  return to->text.ptr || short_of_memory(r);
}

static bool convert_list(const struct reading *r, const yaml_node_t *from, struct yaml *to) {
  const yaml_node_item_t *items = from->data.sequence.items.start;
  to->kind = YAML_LIST;
  to->count = (size_t)(from->data.sequence.items.top - items);
  const struct yaml **list = arena_alloc(r->memory, (to->count + 1) * sizeof *list);
  if (!list) return short_of_memory(r);
  for (size_t i = 0; i < to->count; i++) list[i] = &r->nodes[items[i] - 1];
  to->items = list;
  return true;
}

static bool convert_map(const struct reading *r, const yaml_node_t *from, struct yaml *to) {
  const yaml_node_pair_t *pairs = from->data.mapping.pairs.start;
  to->kind = YAML_MAP;
  to->count = (size_t)(from->data.mapping.pairs.top - pairs);
  struct yaml_entry *list = arena_alloc(r->memory, (to->count + 1) * sizeof *list);
  if (!list) return short_of_memory(r);
  for (size_t i = 0; i < to->count; i++)
    list[i] = (struct yaml_entry){ &r->nodes[pairs[i].key - 1], &r->nodes[pairs[i].value - 1] };
  to->entries = list;
  return true;
}

/* A tag of a user's own, such as CloudFormation's !Ref and !Sub, makes a value that only its owner understands. */
static bool convert_tagged(const struct reading *r, const yaml_node_t *from, struct yaml *to) {
  to->kind = YAML_TAGGED;
  to->text = arena_copy(r->memory, str_from((const char *)from->tag));
  return to->text.ptr || short_of_memory(r);
}

static bool convert_node(const struct reading *r, const yaml_node_t *from, struct yaml *to) {
  *to = (struct yaml){ .line = line_of(from->start_mark) };
  if (!str_starts(str_from((const char *)from->tag), STR(CORE_TAG))) return convert_tagged(r, from, to);
  switch (from->type) {
  case YAML_SCALAR_NODE:
    return convert_scalar(r, from, to);
  case YAML_SEQUENCE_NODE:
    return convert_list(r, from, to);
  case YAML_MAPPING_NODE:
    return convert_map(r, from, to);
  default:
    return fail(r->err, "%s: libyaml made a node of an unknown type", r->file);
  }
}

static bool convert_document(struct reading *r, const yaml_document_t *document) {
  const yaml_node_t *nodes = document->nodes.start;
  size_t count = (size_t)(document->nodes.top - nodes);
  r->nodes = arena_alloc(r->memory, (count + 1) * sizeof *r->nodes);
  if (!r->nodes) return short_of_memory(r);
  for (size_t i = 0; i < count; i++)
    if (!convert_node(r, &nodes[i], &r->nodes[i])) return false;
  return yaml_merge(r->memory, r->file, r->nodes, count, r->err);
}

/* ---- the text ---- */

/* Reads the next document, which is empty at the end of the text. */
static bool read_document(struct reading *r, bool *found) {
  yaml_document_t document;
  if (!yaml_parser_load(&r->parser, &document)) return fail_with_problem(r);
  *found = yaml_document_get_root_node(&document) != NULL;
  bool ok = !*found || convert_document(r, &document);
  yaml_document_delete(&document);
  return ok;
}

static bool refuse_another(struct reading *r) {
  yaml_document_t document;
  if (!yaml_parser_load(&r->parser, &document)) return fail_with_problem(r);
  const yaml_node_t *root = yaml_document_get_root_node(&document);
  bool ok = !root || fail(r->err, "%s:%d: a second document (---) begins here; expected one", r->file,
                          line_of(document.start_mark));
  yaml_document_delete(&document);
  return ok;
}

bool yaml_tree_parse(struct arena *memory, const char *file, struct str text, const struct yaml **root,
                     char err[ERR_LEN]) {
  struct reading r = { .memory = memory, .file = file, .text = text, .err = err };
  bool found = false;
  *root = NULL;
  if (text.len > YAML_TREE_MAX) return fail(err, "%s: must not be larger than %d bytes", file, YAML_TREE_MAX);
  if (!yaml_parser_initialize(&r.parser)) return short_of_memory(&r);
  yaml_parser_set_input_string(&r.parser, (const unsigned char *)(text.ptr ? text.ptr : ""), text.len);
  bool ok = read_document(&r, &found) && (!found || refuse_another(&r));
  if (ok && found) *root = r.nodes;
  yaml_parser_delete(&r.parser);
  return ok;
}

bool yaml_is_scalar(const struct yaml *node) {
  return node->kind <= YAML_STRING;
}

const struct yaml_entry *yaml_entry_of(const struct yaml *map, struct str key) {
  for (size_t i = 0; map && map->kind == YAML_MAP && i < map->count; i++)
    if (yaml_is_scalar(map->entries[i].key) && str_equal(map->entries[i].key->text, key)) return &map->entries[i];
  return NULL;
}
