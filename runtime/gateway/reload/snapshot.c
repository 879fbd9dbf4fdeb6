#include "snapshot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool is_part(const struct tree_entry *entry) {
  return entry->kind == TREE_FOLDER && entry->has_code;
}

/* What is at the top: the next one there. */
static size_t next_at_top(const struct tree *tree, size_t i) {
  return tree->entries[i].kind == TREE_FOLDER ? tree->entries[i].end : i + 1;
}

/* The part of the folder at this index of the snapshot's tree: its parts stand in the order of their folders. */
static struct snapshot_part *part_at(const struct snapshot *snapshot, size_t index) {
  size_t number = 0;
  for (size_t i = 0; i < index; i = next_at_top(&snapshot->tree, i)) number += is_part(&snapshot->tree.entries[i]);
  return number < snapshot->part_count ? snapshot->parts[number] : NULL;
}

/* The part of before for the folder at `index`, and whether all of its code is still the same. */
static struct snapshot_part *part_before(const struct snapshot *before, const struct tree *tree, size_t index,
                                         bool *is_same) {
  const struct tree_entry *folder = &tree->entries[index];
  const struct tree_entry *old = before ? tree_find(&before->tree, folder->path) : NULL;
  if (!old || !is_part(old)) return NULL;
  size_t old_index = (size_t)(old - before->tree.entries);
  *is_same = tree_compare_range(&before->tree, old_index, old->end, tree, index, folder->end).code == 0;
  return part_at(before, old_index);
}

static struct snapshot_place place_of(const struct snapshot *snapshot, const struct tree_entry *folder,
                                      const struct snapshot_part *part) {
  return (struct snapshot_place){ .from = snapshot->directory, .to = part->path, .skip = folder->path.len + 1 };
}

/* Shares the part of before, or makes a new one. NULL, with a sentence. */
static struct snapshot_part *make_part(struct snapshot *snapshot, const struct snapshot *before, size_t index,
                                       char err[ERR_LEN]) {
  const struct tree *tree = &snapshot->tree;
  const struct tree_entry *folder = &tree->entries[index];
  bool is_same = false;
  struct snapshot_part *old = part_before(before, tree, index, &is_same);
  if (old && is_same) {
    struct snapshot_place place = place_of(snapshot, folder, old);
    if (tree_compare(&before->tree, tree).others > 0) snapshot_link(&place, tree, index + 1, folder->end);
    old->holds++;
    return old;
  }
  char name[32];
  snprintf(name, sizeof name, "%s.%zu", snapshot->name, snapshot->part_count);
  struct snapshot_part *part = snapshot_part_new(snapshot->home, name, err);
  if (!part) return NULL;
  struct snapshot_place place = place_of(snapshot, folder, part);
  place.before = old ? old->path : NULL;
  place.before_tree = old ? &before->tree : NULL;
  if (snapshot_copy(&place, tree, index + 1, folder->end, err)) return part;
  snapshot_part_release(part);
  return NULL;
}

static bool add_part(struct snapshot *snapshot, const struct snapshot *before, size_t index, char err[ERR_LEN]) {
  char path[PATH_MAX];
  struct snapshot_part *part = make_part(snapshot, before, index, err);
  if (!part) return false;
  snapshot->parts[snapshot->part_count++] = part;
  int len = snprintf(path, sizeof path, "%s/%s", snapshot->path, snapshot->tree.entries[index].path.ptr);
  if (len > 0 && len < PATH_MAX && symlink(part->path, path) == 0) return true;
  return fail(err, "%s cannot be made: %s", path, strerror(errno));
}

static bool fill(struct snapshot *snapshot, const struct snapshot *before, char err[ERR_LEN]) {
  const struct tree *tree = &snapshot->tree;
  struct snapshot_place place = { .from = snapshot->directory, .to = snapshot->path };
  place.before = before ? before->path : NULL;
  place.before_tree = before ? &before->tree : NULL;
  for (size_t i = 0; i < tree->count; i = next_at_top(tree, i)) {
    if (is_part(&tree->entries[i]) ? !add_part(snapshot, before, i, err) : !snapshot_copy(&place, tree, i, i + 1, err))
      return false;
  }
  return true;
}

/* Its folder, which is empty. */
static bool make_folder(struct snapshot *snapshot, char err[ERR_LEN]) {
  struct snapshot_part *folder = snapshot_part_new(snapshot->home, snapshot->name, err);
  if (!folder) return false;
  memcpy(snapshot->path, folder->path, sizeof snapshot->path);
  free(folder);
  return true;
}

struct snapshot *snapshot_new(struct run_folder *home, int number, const char *directory, struct tree *tree,
                              const struct snapshot *before, char err[ERR_LEN]) {
  struct snapshot *snapshot = calloc(1, sizeof *snapshot);
  struct snapshot_part **parts = calloc(tree->count + 1, sizeof *parts);
  if (!snapshot || !parts) {
    tree_free(tree);
    free(snapshot);
    free(parts);
    fail(err, "out of memory");
    return NULL;
  }
  *snapshot = (struct snapshot){ .home = home, .directory = directory, .tree = *tree, .parts = parts, .holds = 1 };
  *tree = (struct tree){ 0 };
  snprintf(snapshot->name, sizeof snapshot->name, "%d", number);
  if (make_folder(snapshot, err) && fill(snapshot, before, err)) return snapshot;
  snapshot_release(snapshot);
  return NULL;
}

void snapshot_follow(struct snapshot *snapshot, struct tree *tree) {
  struct snapshot_place place = { .from = snapshot->directory, .to = snapshot->path };
  tree_free(&snapshot->tree);
  snapshot->tree = *tree;
  *tree = (struct tree){ 0 };
  snapshot_link(&place, &snapshot->tree, 0, snapshot->tree.count); /* through the links to the parts */
}

struct snapshot *snapshot_hold(struct snapshot *snapshot) {
  snapshot->holds++;
  return snapshot;
}

void snapshot_release(struct snapshot *snapshot) {
  if (!snapshot || --snapshot->holds > 0) return;
  if (snapshot->path[0]) run_folder_remove(snapshot->home, snapshot->name);
  for (size_t i = 0; i < snapshot->part_count; i++) snapshot_part_release(snapshot->parts[i]);
  tree_free(&snapshot->tree);
  free(snapshot->parts);
  free(snapshot);
}
