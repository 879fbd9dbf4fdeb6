#include "yaml_tree.h"

#include <yaml.h>

#include "yaml_compose.h"
#include "yaml_merge.h"

static bool parse(struct yaml_compose *c, const struct yaml **root) {
  const struct yaml *another;
  if (!yaml_compose_document(c, root)) return false;
  if (*root && !yaml_compose_document(c, &another)) return false;
  if (*root && another)
    return fail(c->err, "%s:%d: a second document begins here; expected one", c->file, another->line.number);
  return yaml_merge(c->memory, c->file, c->made, c->err);
}

bool yaml_tree_parse(struct arena *memory, const char *file, struct str text, const struct yaml **root,
                     char err[ERR_LEN]) {
  yaml_parser_t parser;
  struct yaml_compose c = { .memory = memory, .file = file, .text = text, .parser = &parser, .err = err };
  *root = NULL;
  if (text.len > YAML_TREE_MAX) return fail(err, "%s: must not be larger than %d bytes", file, YAML_TREE_MAX);
  if (!yaml_parser_initialize(&parser)) return fail(err, "%s: not enough memory to read it", file);
  yaml_parser_set_input_string(&parser, (const unsigned char *)(text.ptr ? text.ptr : ""), text.len);
  bool ok = parse(&c, root);
  yaml_parser_delete(&parser);
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
