#include "http_api_fields.h"

#include <stdlib.h>

#include "json_write.h"
#include "model_json.h"

/* By name, then in the order in which they came. */
static int compare(const void *a, const void *b) {
  const struct field *left = *(const struct field *const *)a, *right = *(const struct field *const *)b;
  size_t common = left->name.len < right->name.len ? left->name.len : right->name.len;
  int order = common > 0 ? memcmp(left->name.ptr, right->name.ptr, common) : 0;
  if (order == 0) order = (left->name.len > right->name.len) - (left->name.len < right->name.len);
  return order != 0 ? order : (left > right) - (left < right);
}

/* The values of one name; returns how many there are. */
static size_t join(struct buf *value, const struct field *const *sorted, size_t count) {
  size_t i = 0;
  buf_clear(value);
  for (; i < count && str_equal(sorted[i]->name, sorted[0]->name); i++) {
    if (i > 0) buf_add_char(value, ',');
    buf_add(value, sorted[i]->value);
  }
  return i;
}

void http_api_fields_write(struct buf *out, struct arena *scratch, struct str member, struct fields fields) {
  const struct field **sorted = arena_alloc(scratch, (fields.count + 1) * sizeof *sorted);
  struct buf value;
  if (!sorted) {
    out->failed = true;
    return;
  }
  for (size_t i = 0; i < fields.count; i++) sorted[i] = &fields.list[i];
  qsort(sorted, fields.count, sizeof *sorted, compare);
  buf_init(&value, out->ceiling);
  model_json_name(out, member);
  buf_add_char(out, '{');
  for (size_t i = 0; i < fields.count;) {
    struct str name = sorted[i]->name;
    i += join(&value, sorted + i, fields.count - i);
    model_json_text(out, name, buf_str(&value));
    out->failed = out->failed || value.failed;
  }
  buf_add_char(out, '}');
  buf_free(&value);
}
