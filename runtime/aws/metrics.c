#include "metrics.h"

#include <stdlib.h>
#include <string.h>

#include "json_write.h"
#include "metrics_state.h"

enum {
  KEPT_MAX = 1024 * 1024, /* bytes; beyond it, too, a collection is full */
  SET_MAX = 128 * 1024    /* bytes: 30 dimensions of full length, each byte escaped */
};

struct metrics *metrics_new(void) {
  struct metrics *m = calloc(1, sizeof *m);
  if (!m) return NULL;
  arena_init(&m->memory);
  m->last_set = &m->sets;
  m->last_entry = &m->entries;
  return m;
}

void metrics_delete(struct metrics *m) {
  if (!m) return;
  arena_free(&m->memory);
  free(m);
}

bool metrics_full(const struct metrics *m) {
  return m->count >= METRICS_FULL || m->kept >= KEPT_MAX;
}

static void *keep(struct metrics *m, size_t size) {
  m->kept += size;
  return arena_alloc(&m->memory, size);
}

static struct str keep_text(struct metrics *m, struct str text) {
  m->kept += text.len;
  return arena_copy(&m->memory, text);
}

static int compare_names(const void *a, const void *b) {
  struct str left = ((const struct field *)a)->name, right = ((const struct field *)b)->name;
  int order = memcmp(left.ptr, right.ptr, left.len < right.len ? left.len : right.len);
  return order != 0 ? order : (left.len > right.len) - (left.len < right.len);
}

static void write_set(struct fields dimensions, struct buf *names, struct buf *members) {
  struct field sorted[METRIC_DIMENSIONS_MAX];
  if (dimensions.count == 0) return;
  memcpy(sorted, dimensions.list, dimensions.count * sizeof *sorted);
  qsort(sorted, dimensions.count, sizeof *sorted, compare_names);
  for (size_t i = 0; i < dimensions.count; i++) {
    if (i > 0) buf_add_char(names, ',');
    json_write_string(names, sorted[i].name);
    buf_add_char(members, ',');
    json_write_string(members, sorted[i].name);
    buf_add_char(members, ':');
    json_write_string(members, sorted[i].value);
  }
}

static struct metrics_set *add_set(struct metrics *m, struct str names, struct str members) {
  struct metrics_set *set = keep(m, sizeof *set);
  if (!set) return NULL;
  *set = (struct metrics_set){ .names = keep_text(m, names), .members = keep_text(m, members) };
  if (!set->names.ptr || !set->members.ptr) return NULL;
  *m->last_set = set;
  m->last_set = &set->next;
  return set;
}

/* The set with these dimensions, made if it is new; NULL when memory is short. */
static struct metrics_set *set_of(struct metrics *m, struct fields dimensions) {
  struct buf names, members;
  buf_init(&names, SET_MAX);
  buf_init(&members, SET_MAX);
  write_set(dimensions, &names, &members);
  struct metrics_set *set = m->sets;
  while (set && !str_equal(set->members, buf_str(&members))) set = set->next;
  if (!set && !names.failed && !members.failed) set = add_set(m, buf_str(&names), buf_str(&members));
  if (names.failed || members.failed) set = NULL;
  buf_free(&names);
  buf_free(&members);
  return set;
}

static struct metrics_entry *add_entry(struct metrics *m, const struct metrics_set *set, const struct metric *metric,
                                       struct str unit) {
  struct metrics_entry *entry = keep(m, sizeof *entry);
  if (!entry) return NULL;
  *entry = (struct metrics_entry){ .set = set, .counted = metric->counted };
  entry->name = keep_text(m, metric->name);
  entry->unit = keep_text(m, unit);
  if (!entry->name.ptr || !entry->unit.ptr) return NULL;
  *m->last_entry = entry;
  m->last_entry = &entry->next;
  m->count++;
  return entry;
}

/* The entry that takes this metric, made if there is none with room. */
static struct metrics_entry *entry_of(struct metrics *m, const struct metrics_set *set, const struct metric *metric) {
  struct str unit = metric->unit.len > 0 ? metric->unit : STR("None");
  for (struct metrics_entry *e = m->entries; e; e = e->next)
    if (e->set == set && e->counted == metric->counted && e->count < METRICS_PER_LINE &&
        str_equal(e->name, metric->name) && str_equal(e->unit, unit))
      return e;
  return add_entry(m, set, metric, unit);
}

/* One more place for a value; NULL when memory is short. */
static double *new_value(struct metrics *m, struct metrics_entry *e) {
  if (e->count == e->capacity) {
    size_t capacity = e->capacity == 0 ? 1 : e->capacity * 4;
    double *values = keep(m, capacity * sizeof *values);
    if (!values) return NULL;
    if (e->count > 0) memcpy(values, e->values, e->count * sizeof *values);
    e->values = values;
    e->capacity = capacity;
  }
  return &e->values[e->count++];
}

bool metrics_add(struct metrics *m, const struct metric *metric, char err[ERR_LEN]) {
  if (!metric_check(metric, err)) return false;
  const struct metrics_set *set = set_of(m, metric->dimensions);
  struct metrics_entry *entry = set ? entry_of(m, set, metric) : NULL;
  if (!entry) return fail(err, "out of memory");
  if (metric->counted && entry->count > 0) {
    double sum = entry->values[0] + metric->value;
    if (!metric_in_range(sum)) return fail(err, "n makes the sum leave the range from -2^360 to 2^360");
    entry->values[0] = sum;
    return true;
  }
  double *value = new_value(m, entry);
  if (!value) return fail(err, "out of memory");
  *value = metric->value;
  return true;
}
