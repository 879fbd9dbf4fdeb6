#include "snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 64 * 1024 };

/* One entry at work. */
struct entry_paths {
  char from[PATH_MAX], to[PATH_MAX];
};

static bool join(char path[PATH_MAX], const char *directory, const char *name) {
  int len = snprintf(path, PATH_MAX, "%s/%s", directory, name);
  return len > 0 && len < PATH_MAX;
}

static bool write_all(int fd, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t count = write(fd, bytes, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes += count;
    size -= (size_t)count;
  }
  return true;
}

static bool copy_bytes(int from, int to) {
  char bytes[PIECE];
  for (;;) {
    ssize_t count = read(from, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count == 0;
    if (!write_all(to, bytes, (size_t)count)) return false;
  }
}

static bool link_to(const struct entry_paths *paths) {
  return symlink(paths->from, paths->to) == 0 || errno == EEXIST;
}

static bool copy_file(const struct entry_paths *paths, const struct tree_entry *entry) {
  int from = open(paths->from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (from < 0) return link_to(paths);
  int to = open(paths->to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400 | (entry->stamp.mode & 0100));
  bool ok = to >= 0 && copy_bytes(from, to);
  close(from);
  if (to >= 0 && close(to) < 0) ok = false;
  return ok;
}

/* Whether the copy of before has it just as it is: then it is that file. */
static bool share_file(const struct entry_paths *paths, const struct tree_entry *entry, const struct snapshot *before) {
  const struct tree_entry *old = before ? tree_find(&before->tree, entry->path) : NULL;
  char path[PATH_MAX];
  return old && old->kind == TREE_CODE && tree_stamp_equal(&old->stamp, &entry->stamp) &&
         join(path, before->path, entry->path.ptr) && linkat(AT_FDCWD, path, AT_FDCWD, paths->to, 0) == 0;
}

static bool add_entry(const struct entry_paths *paths, const struct tree_entry *entry, const struct snapshot *before) {
  if (entry->kind == TREE_CODE) return share_file(paths, entry, before) || copy_file(paths, entry);
  if (entry->kind == TREE_FOLDER && entry->has_code) return mkdir(paths->to, 0700) == 0;
  return link_to(paths);
}

/* A folder without code is one link. */
static size_t next_index(const struct tree *tree, size_t i) {
  const struct tree_entry *entry = &tree->entries[i];
  return entry->kind == TREE_FOLDER && !entry->has_code ? entry->end : i + 1;
}

static bool fill(struct snapshot *snapshot, const struct snapshot *before, char err[ERR_LEN]) {
  const struct tree *tree = &snapshot->tree;
  struct entry_paths paths;
  for (size_t i = 0; i < tree->count; i = next_index(tree, i)) {
    const struct tree_entry *entry = &tree->entries[i];
    if (!join(paths.from, snapshot->directory, entry->path.ptr) || !join(paths.to, snapshot->path, entry->path.ptr))
      return fail(err, "%s: the path is too long", entry->path.ptr);
    if (!add_entry(&paths, entry, before))
      return fail(err, "%s cannot be copied to %s: %s; TMPDIR names another place", entry->path.ptr,
                  snapshot->store->path, strerror(errno));
  }
  return true;
}

struct snapshot *snapshot_new(struct store *store, int number, const char *directory, struct tree *tree,
                              const struct snapshot *before, char err[ERR_LEN]) {
  struct snapshot *snapshot = calloc(1, sizeof *snapshot);
  if (!snapshot) {
    tree_free(tree);
    fail(err, "out of memory");
    return NULL;
  }
  *snapshot = (struct snapshot){ .store = store, .directory = directory, .tree = *tree, .holds = 1 };
  *tree = (struct tree){ 0 };
  snprintf(snapshot->name, sizeof snapshot->name, "%d", number);
  bool ok = (join(snapshot->path, store->path, snapshot->name) && mkdir(snapshot->path, 0700) == 0) ||
            fail(err, "%s: a folder for a copy of the service cannot be made: %s", store->path, strerror(errno));
  if (ok && fill(snapshot, before, err)) return snapshot;
  snapshot_release(snapshot);
  return NULL;
}

void snapshot_follow(struct snapshot *snapshot, struct tree *tree) {
  struct entry_paths paths;
  tree_free(&snapshot->tree);
  snapshot->tree = *tree;
  *tree = (struct tree){ 0 };
  tree = &snapshot->tree;
  for (size_t i = 0; i < tree->count; i = next_index(tree, i)) {
    const struct tree_entry *entry = &tree->entries[i];
    bool is_link = entry->kind == TREE_OTHER || (entry->kind == TREE_FOLDER && !entry->has_code);
    if (is_link && join(paths.from, snapshot->directory, entry->path.ptr) &&
        join(paths.to, snapshot->path, entry->path.ptr))
      link_to(&paths);
  }
}

struct snapshot *snapshot_hold(struct snapshot *snapshot) {
  snapshot->holds++;
  return snapshot;
}

void snapshot_release(struct snapshot *snapshot) {
  if (!snapshot || --snapshot->holds > 0) return;
  store_remove(snapshot->store, snapshot->name);
  tree_free(&snapshot->tree);
  free(snapshot);
}
