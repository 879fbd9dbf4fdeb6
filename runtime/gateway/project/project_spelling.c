#include "project_spelling.h"

#include "spelling.h"

const char *project_spelling(struct str key, const char *const *names, size_t count) {
  return spelling_nearest(key, names, count);
}

const struct yaml *project_misspelt(const struct yaml *map, const char *name) {
  for (size_t i = 0; map->kind == YAML_MAP && i < map->count; i++) {
    const struct yaml *key = map->entries[i].key;
    if (yaml_is_scalar(key) && project_spelling(key->text, &name, 1)) return key;
  }
  return NULL;
}
