#include "named.h"

#include <limits.h>
#include <stdio.h>

static bool add(struct named *named, struct str directory, struct str path) {
  char absolute[PATH_MAX];
  bool is_absolute = str_starts(path, STR("/"));
  int len = snprintf(absolute, sizeof absolute, "%.*s%s%.*s", is_absolute ? 0 : (int)directory.len, directory.ptr,
                     is_absolute ? "" : "/", STR_ARG(path));
  if (len < 0 || (size_t)len >= sizeof absolute) return true; /* it was not read either */
  struct named_file *file = &named->files[named->count];
  *file = (struct named_file){ .path = arena_copy(&named->memory, path),
                               .absolute = arena_copy(&named->memory, str_from(absolute)).ptr };
  if (!file->path.ptr || !file->absolute) return false;
  tree_stamp_read(file->absolute, &file->stamp);
  named->count++;
  return true;
}

bool named_init(struct named *named, struct str directory, const struct str *paths, size_t count) {
  *named = (struct named){ 0 };
  arena_init(&named->memory);
  named->files = arena_alloc(&named->memory, (count + 1) * sizeof *named->files);
  bool ok = named->files != NULL;
  for (size_t i = 0; ok && i < count; i++) ok = add(named, directory, paths[i]);
  if (!ok) named_free(named);
  return ok;
}

void named_free(struct named *named) {
  arena_free(&named->memory);
  *named = (struct named){ 0 };
}

bool named_has(const struct named *named, struct str name) {
  for (size_t i = 0; i < named->count; i++) {
    struct str path = named->files[i].path;
    if (path.len == name.len ? str_equal(path, name) : str_ends(path, name) && path.ptr[path.len - name.len - 1] == '/')
      return true;
  }
  return false;
}

struct str named_changed(struct named *named) {
  struct str first = str_of(NULL, 0);
  for (size_t i = 0; i < named->count; i++) {
    struct named_file *file = &named->files[i];
    struct tree_stamp stamp = { 0 };
    tree_stamp_read(file->absolute, &stamp);
    if (tree_stamp_equal(&stamp, &file->stamp)) continue;
    file->stamp = stamp;
    if (!first.ptr) first = file->path;
  }
  return first;
}
