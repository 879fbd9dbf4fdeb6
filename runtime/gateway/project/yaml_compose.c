#include "yaml_compose.h"

#include <limits.h>
#include <yaml.h>

#include "buf.h"
#include "shown.h"
#include "yaml_problem.h"

#define CORE_TAG "tag:yaml.org,2002:"

enum { CHILDREN_MAX = 64 * 1024 * 1024 }; /* bytes; more than a text of YAML_TREE_MAX can fill */

struct yaml_anchor {
  struct str name;
  const struct yaml *node;
  struct yaml_anchor *older;
};

static bool short_of_memory(const struct yaml_compose *c) {
  return fail(c->err, "%s: not enough memory to read it", c->file);
}

static bool next_event(struct yaml_compose *c, yaml_event_t *event) {
  return yaml_parser_parse(c->parser, event) || yaml_problem(c->parser, c->file, c->text, c->err);
}

static int line_of(const yaml_event_t *event) {
  return event->start_mark.line < INT_MAX ? (int)event->start_mark.line + 1 : INT_MAX;
}

static bool add_anchor(struct yaml_compose *c, const yaml_char_t *name, const struct yaml *node) {
  if (!name) return true;
  if (c->anchor_count++ == YAML_ANCHORS_MAX)
    return fail(c->err, "%s:%d: there are more than %d anchors", c->file, node->line.number, YAML_ANCHORS_MAX);
  struct yaml_anchor *anchor = arena_alloc(c->memory, sizeof *anchor);
  if (!anchor) return short_of_memory(c);
  *anchor = (struct yaml_anchor){ arena_copy(c->memory, str_from((const char *)name)), node, c->anchors };
  c->anchors = anchor;
  return anchor->name.ptr || short_of_memory(c);
}

/* The newest anchor of a name counts (YAML 1.2, section 3.2.2.2). */
static bool find_anchor(struct yaml_compose *c, const yaml_event_t *event, const struct yaml **out) {
  struct str name = str_from((const char *)event->data.alias.anchor);
  for (struct yaml_anchor *a = c->anchors; a; a = a->older) {
    if (!str_equal(a->name, name)) continue;
    *out = a->node;
    return true;
  }
  return fail(c->err, "%s:%d: alias *%s names no anchor that stands before it; expected &%s there", c->file,
              line_of(event), shown_of(name).text, shown_of(name).text);
}

/* A tag of a user's own, such as CloudFormation's !Ref and !Sub, makes a value that only its owner understands. */
static bool is_own_tag(const yaml_char_t *tag) {
  struct str text = str_from((const char *)tag);
  return text.len > 0 && !str_equal(text, STR("!")) && !str_starts(text, STR(CORE_TAG));
}

static enum yaml_kind kind_of_scalar(const yaml_char_t *tag, const struct yaml *node) {
  static const struct {
    struct str tag;
    enum yaml_kind kind;
  } tags[] = { { STR(CORE_TAG "null"), YAML_NULL },
               { STR(CORE_TAG "bool"), YAML_BOOLEAN },
               { STR(CORE_TAG "int"), YAML_NUMBER },
               { STR(CORE_TAG "float"), YAML_NUMBER } };
  if (!tag) return node->plain ? yaml_kind_of_plain(node->text) : YAML_STRING;
  for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
    if (str_equal(str_from((const char *)tag), tags[i].tag)) return tags[i].kind;
  return YAML_STRING;
}

/* A node of no kind yet, known by its anchor from now on. */
static struct yaml *make_node(struct yaml_compose *c, const yaml_event_t *event, const yaml_char_t *anchor) {
  struct yaml_made *made = arena_alloc(c->memory, sizeof *made);
  if (!made) {
    short_of_memory(c);
    return NULL;
  }
  *made = (struct yaml_made){ .node.line = { c->file, line_of(event) } };
  if (c->last)
    c->last->next = made;
  else
    c->made = made;
  c->last = made;
  return add_anchor(c, anchor, &made->node) ? &made->node : NULL;
}

/* Moves the content of a node behind its tag: "!Ref" and one item. */
static bool set_tagged(struct yaml_compose *c, struct yaml *node, const yaml_char_t *tag) {
  struct yaml *content = arena_alloc(c->memory, sizeof *content);
  const struct yaml **item = arena_alloc(c->memory, sizeof *item);
  if (!content || !item) return short_of_memory(c);
  *content = *node;
  *item = content;
  *node = (struct yaml){ .kind = YAML_TAGGED, .line = node->line, .items = item, .count = 1 };
  node->text = arena_copy(c->memory, str_from((const char *)tag));
  return node->text.ptr || short_of_memory(c);
}

static bool compose_scalar(struct yaml_compose *c, const yaml_event_t *event, const struct yaml **out) {
  const yaml_char_t *tag = event->data.scalar.tag;
  struct yaml *node = make_node(c, event, event->data.scalar.anchor);
  *out = node;
  if (!node) return false;
  node->plain = !tag && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
  node->text = arena_copy(c->memory, str_of((const char *)event->data.scalar.value, event->data.scalar.length));
  node->kind = is_own_tag(tag) ? YAML_STRING : kind_of_scalar(tag, node);
  return (node->text.ptr || short_of_memory(c)) && (!is_own_tag(tag) || set_tagged(c, node, tag));
}

static bool compose_node(struct yaml_compose *c, yaml_event_t *event, int depth, const struct yaml **out);

/* Takes the pointers to all nodes up to the end of a list or mapping, which is read too. */
static bool compose_children(struct yaml_compose *c, int depth, struct buf *children) {
  for (;;) {
    yaml_event_t event;
    const struct yaml *child;
    if (!next_event(c, &event)) return false;
    bool end = event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT;
    bool ok = end || compose_node(c, &event, depth, &child);
    yaml_event_delete(&event);
    if (end || !ok) return ok;
    buf_add(children, str_of((const char *)&child, sizeof child));
  }
}

/* The pointers of the children are the items of a list, or key and value in turns. */
static bool set_children(struct yaml_compose *c, struct yaml *node, enum yaml_kind kind, struct buf *children) {
  struct str bytes = arena_copy(c->memory, buf_str(children));
  size_t count = children->len / sizeof(const struct yaml *);
  if (!bytes.ptr || children->failed) return short_of_memory(c);
  node->kind = kind;
  if (kind == YAML_LIST) {
    node->items = (const struct yaml *const *)(const void *)bytes.ptr;
    node->count = count;
  } else {
    node->entries = (const struct yaml_entry *)(const void *)bytes.ptr; /* two pointers each */
    node->count = count / 2;
  }
  return true;
}

static bool compose_collection(struct yaml_compose *c, const yaml_event_t *event, int depth, const struct yaml **out) {
  bool list = event->type == YAML_SEQUENCE_START_EVENT;
  const yaml_char_t *tag = list ? event->data.sequence_start.tag : event->data.mapping_start.tag;
  struct yaml *node = make_node(c, event, list ? event->data.sequence_start.anchor : event->data.mapping_start.anchor);
  struct buf children;
  *out = node;
  if (!node) return false;
  if (depth == YAML_DEPTH)
    return fail(c->err, "%s:%d: lists and mappings stand more than %d deep in one another", c->file, node->line.number,
                YAML_DEPTH);
  buf_init(&children, CHILDREN_MAX);
  bool ok = compose_children(c, depth + 1, &children);
  ok = ok && set_children(c, node, list ? YAML_LIST : YAML_MAP, &children);
  if (ok && is_own_tag(tag)) ok = set_tagged(c, node, tag);
  buf_free(&children);
  return ok;
}

static bool compose_node(struct yaml_compose *c, yaml_event_t *event, int depth, const struct yaml **out) {
  switch (event->type) {
  case YAML_SCALAR_EVENT:
    return compose_scalar(c, event, out);
  case YAML_ALIAS_EVENT:
    return find_anchor(c, event, out);
  case YAML_SEQUENCE_START_EVENT:
  case YAML_MAPPING_START_EVENT:
    return compose_collection(c, event, depth, out);
  default:
    return fail(c->err, "%s:%d: the YAML is broken: expected a value", c->file, line_of(event));
  }
}

bool yaml_compose_document(struct yaml_compose *c, const struct yaml **root) {
  yaml_event_t event;
  bool ok = true, done = false;
  *root = NULL;
  while (ok && !done) {
    if (!next_event(c, &event)) return false;
    done = event.type == YAML_STREAM_END_EVENT || event.type == YAML_NO_EVENT || event.type == YAML_DOCUMENT_END_EVENT;
    if (!done && event.type != YAML_STREAM_START_EVENT && event.type != YAML_DOCUMENT_START_EVENT)
      ok = compose_node(c, &event, 0, root);
    yaml_event_delete(&event);
  }
  return ok;
}
