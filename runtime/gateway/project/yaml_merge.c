#include "yaml_merge.h"

#include <stdlib.h>

#include "shown.h"

struct merging {
  struct arena *memory;
  struct arena scratch;
  const char *file;
  size_t brought; /* entries, by all merges so far */
  char *err;
};

static bool short_of_memory(struct merging *m) {
  return fail(m->err, "%s: not enough memory to read it", m->file);
}

static bool is_merge(const struct yaml_entry *e) {
  return e->key->plain && str_equal(e->key->text, STR("<<"));
}

/* By key, then by position. */
static int compare_entries(const void *a, const void *b) {
  const struct yaml_entry *x = *(const struct yaml_entry *const *)a, *y = *(const struct yaml_entry *const *)b;
  struct str s = x->key->text, t = y->key->text;
  if (s.len != t.len) return s.len < t.len ? -1 : 1;
  int order = s.len > 0 ? memcmp(s.ptr, t.ptr, s.len) : 0;
  if (order != 0) return order;
  return x < y ? -1 : x > y;
}

/* The entries with scalar keys in that order, but for merge keys; NULL when memory is short. */
static const struct yaml_entry **sort_entries(struct merging *m, const struct yaml_entry *list, size_t count,
                                              size_t *sorted_count) {
  const struct yaml_entry **sorted = arena_alloc(&m->scratch, (count + 1) * sizeof *sorted);
  *sorted_count = 0;
  if (!sorted) return NULL;
  for (size_t i = 0; i < count; i++)
    if (yaml_is_scalar(list[i].key) && !is_merge(&list[i])) sorted[(*sorted_count)++] = &list[i];
  qsort(sorted, *sorted_count, sizeof *sorted, compare_entries);
  return sorted;
}

static bool same_key(const struct yaml_entry *a, const struct yaml_entry *b) {
  return str_equal(a->key->text, b->key->text);
}

static bool refuse_repeats(struct merging *m, const struct yaml *map) {
  size_t count;
  arena_reset(&m->scratch);
  const struct yaml_entry **sorted = sort_entries(m, map->entries, map->count, &count);
  if (!sorted) return short_of_memory(m);
  for (size_t i = 1; i < count; i++) {
    if (!same_key(sorted[i - 1], sorted[i])) continue;
    return fail(m->err, "%s:%d: key \"%s\" stands here a second time, first in line %d; a mapping has each key once",
                m->file, sorted[i]->key->line.number, shown_of(sorted[i]->key->text).text,
                sorted[i - 1]->key->line.number);
  }
  return true;
}

/* Leaves only the first entry of each key; returns how many are left. */
static bool drop_repeats(struct merging *m, struct yaml_entry *list, size_t *count) {
  size_t sorted_count, kept = 0;
  arena_reset(&m->scratch);
  const struct yaml_entry **sorted = sort_entries(m, list, *count, &sorted_count);
  bool *repeated = arena_alloc(&m->scratch, *count + 1);
  if (!sorted || !repeated) return short_of_memory(m);
  memset(repeated, 0, *count + 1);
  for (size_t i = 1; i < sorted_count; i++)
    if (same_key(sorted[i - 1], sorted[i])) repeated[sorted[i] - list] = true;
  for (size_t i = 0; i < *count; i++)
    if (!repeated[i]) list[kept++] = list[i];
  *count = kept;
  return true;
}

/* What a merge key names is one mapping or a list of them. */
static size_t source_count(const struct yaml *value) {
  return value->kind == YAML_LIST ? value->count : 1;
}

static const struct yaml *source_at(const struct yaml *value, size_t i) {
  return value->kind == YAML_LIST ? value->items[i] : value;
}

static bool merge_into(struct merging *m, struct yaml_made *made, int depth);

/* Resolves the sources' own merges first; *total grows by their entries. */
static bool prepare_sources(struct merging *m, const struct yaml_entry *at, int depth, size_t *total) {
  for (size_t i = 0; i < source_count(at->value); i++) {
    const struct yaml *source = source_at(at->value, i);
    if (source->kind != YAML_MAP)
      return fail(m->err, "%s:%d: << must name a mapping or a list of mappings, such as *defaults", m->file,
                  at->key->line.number);
    if (!merge_into(m, (struct yaml_made *)source, depth + 1)) return false;
    *total += source->count;
    m->brought += source->count;
    if (m->brought > YAML_MERGE_MAX)
      return fail(m->err, "%s:%d: merge keys (<<) bring in more than %d entries", m->file, at->key->line.number,
                  YAML_MERGE_MAX);
  }
  return true;
}

static size_t gather(const struct yaml *map, struct yaml_entry *list) {
  size_t used = 0;
  for (size_t i = 0; i < map->count; i++)
    if (!is_merge(&map->entries[i])) list[used++] = map->entries[i];
  for (size_t i = 0; i < map->count; i++) {
    if (!is_merge(&map->entries[i])) continue;
    const struct yaml *value = map->entries[i].value;
    for (size_t s = 0; s < source_count(value); s++) {
      const struct yaml *source = source_at(value, s);
      if (source->count > 0) memcpy(list + used, source->entries, source->count * sizeof *list);
      used += source->count;
    }
  }
  return used;
}

static bool merge_into(struct merging *m, struct yaml_made *made, int depth) {
  struct yaml *map = &made->node;
  size_t total = map->count;
  bool merges = false;
  if (made->state == YAML_MERGED) return true;
  if (made->state == YAML_MERGING || depth > YAML_MERGE_DEPTH)
    return fail(m->err, "%s:%d: the mapping here merges (<<) itself, or mappings more than %d deep", m->file,
                map->line.number, YAML_MERGE_DEPTH);
  made->state = YAML_MERGING;
  if (!refuse_repeats(m, map)) return false;
  for (size_t i = 0; i < map->count; i++) {
    if (!is_merge(&map->entries[i])) continue;
    merges = true;
    if (!prepare_sources(m, &map->entries[i], depth, &total)) return false;
  }
  made->state = YAML_MERGED;
  if (!merges) return true;
  struct yaml_entry *list = arena_alloc(m->memory, total * sizeof *list);
  if (!list) return short_of_memory(m);
  total = gather(map, list);
  if (!drop_repeats(m, list, &total)) return false;
  map->entries = list;
  map->count = total;
  return true;
}

bool yaml_merge(struct arena *memory, const char *file, struct yaml_made *nodes, char err[ERR_LEN]) {
  struct merging m = { .memory = memory, .file = file, .err = err };
  bool ok = true;
  arena_init(&m.scratch);
  for (struct yaml_made *made = nodes; ok && made; made = made->next)
    if (made->node.kind == YAML_MAP) ok = merge_into(&m, made, 0);
  arena_free(&m.scratch);
  return ok;
}
