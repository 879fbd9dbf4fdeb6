#define _GNU_SOURCE /* qsort_r */
#include "model_fields.h"

#include <stdlib.h>

#include "json_write.h"
#include "model_json.h"

/* A field, linked to the next one of the same name. */
struct entry {
  const struct field *field;
  struct entry *next;
  bool is_first; /* of its name */
};

static int compare_names(struct str a, struct str b, bool nocase) {
  size_t common = a.len < b.len ? a.len : b.len;
  for (size_t i = 0; i < common; i++) {
    unsigned char x = (unsigned char)a.ptr[i], y = (unsigned char)b.ptr[i];
    if (nocase && x >= 'A' && x <= 'Z') x = (unsigned char)(x + 'a' - 'A');
    if (nocase && y >= 'A' && y <= 'Z') y = (unsigned char)(y + 'a' - 'A');
    if (x != y) return x < y ? -1 : 1;
  }
  return (a.len > b.len) - (a.len < b.len);
}

/* By name, then in the order in which they came. */
static int compare(const void *a, const void *b, void *nocase) {
  const struct entry *left = *(struct entry *const *)a, *right = *(struct entry *const *)b;
  int order = compare_names(left->field->name, right->field->name, *(bool *)nocase);
  return order != 0 ? order : (left->field > right->field) - (left->field < right->field);
}

/* Links the entries of one name. Sorted, because a client chooses how many there are. NULL when memory is short. */
static struct entry *link_entries(struct arena *scratch, struct fields fields, bool nocase) {
  struct entry *entries = arena_alloc(scratch, (fields.count + 1) * sizeof *entries);
  struct entry **sorted = arena_alloc(scratch, (fields.count + 1) * sizeof(struct entry *));
  if (!entries || !sorted) return NULL;
  for (size_t i = 0; i < fields.count; i++) {
    entries[i] = (struct entry){ .field = &fields.list[i], .is_first = true };
    sorted[i] = &entries[i];
  }
  qsort_r(sorted, fields.count, sizeof *sorted, compare, &nocase);
  for (size_t i = 1; i < fields.count; i++) {
    if (compare_names(sorted[i - 1]->field->name, sorted[i]->field->name, nocase) != 0) continue;
    sorted[i - 1]->next = sorted[i];
    sorted[i]->is_first = false;
  }
  return entries;
}

static void write_last(struct buf *out, const struct entry *first) {
  const struct entry *last = first;
  while (last->next) last = last->next;
  model_json_text(out, first->field->name, last->field->value);
}

static void write_all(struct buf *out, const struct entry *first) {
  model_json_name(out, first->field->name);
  buf_add_char(out, '[');
  for (const struct entry *e = first; e; e = e->next) {
    if (e != first) buf_add_char(out, ',');
    json_write_string_utf8(out, e->field->value);
  }
  buf_add_char(out, ']');
}

static void write_object(struct buf *out, struct str name, const struct entry *entries, size_t count,
                         void (*write)(struct buf *out, const struct entry *first)) {
  model_json_name(out, name);
  buf_add_char(out, '{');
  for (size_t i = 0; i < count; i++)
    if (entries[i].is_first) write(out, &entries[i]);
  buf_add_char(out, '}');
}

void model_fields_write(struct buf *out, struct arena *scratch, struct str single, struct str multi,
                        struct fields fields, bool nocase) {
  const struct entry *entries = link_entries(scratch, fields, nocase);
  if (!entries) {
    out->failed = true;
    return;
  }
  write_object(out, single, entries, fields.count, write_last);
  write_object(out, multi, entries, fields.count, write_all);
}
