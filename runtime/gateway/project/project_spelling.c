#include "project_spelling.h"

#include "spelling.h"

const struct yaml *project_misspelt(const struct yaml *map, const char *name) {
  for (size_t i = 0; map->kind == YAML_MAP && i < map->count; i++) {
    const struct yaml *key = map->entries[i].key;
    if (yaml_is_scalar(key) && spelling_nearest(key->text, &name, 1)) return key;
  }
  return NULL;
}
