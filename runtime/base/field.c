#include "field.h"

struct str field_header(struct fields headers, struct str name) {
  for (size_t i = headers.count; i-- > 0;) {
    const struct field *f = &headers.list[i];
    if (str_equal_nocase(f->name, name)) return f->value.ptr ? f->value : STR("");
  }
  return str_of(NULL, 0);
}

size_t field_count(struct fields headers, struct str name) {
  size_t count = 0;
  for (size_t i = 0; i < headers.count; i++) count += str_equal_nocase(headers.list[i].name, name);
  return count;
}

static bool list_has(struct str list, struct str token) {
  struct str element;
  bool more = true;
  while (more) {
    more = str_cut(list, ',', &element, &list);
    if (str_equal_nocase(str_trim(element), token)) return true;
  }
  return false;
}

bool field_has_token(struct fields headers, struct str name, struct str token) {
  if (token.len == 0) return false;
  for (size_t i = 0; i < headers.count; i++)
    if (str_equal_nocase(headers.list[i].name, name) && list_has(headers.list[i].value, token)) return true;
  return false;
}

size_t field_bytes(struct fields fields) {
  size_t bytes = 0;
  for (size_t i = 0; i < fields.count; i++) bytes += fields.list[i].name.len + fields.list[i].value.len + 4;
  return bytes;
}
