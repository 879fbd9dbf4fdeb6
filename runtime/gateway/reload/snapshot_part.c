#include "snapshot_part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 64 * 1024 };

/* One entry at work. */
struct paths {
  char from[PATH_MAX], to[PATH_MAX];
};

static bool join(char path[PATH_MAX], const char *directory, const char *name) {
  int len = snprintf(path, PATH_MAX, "%s/%s", directory, name);
  return len > 0 && len < PATH_MAX;
}

static bool find_paths(struct paths *paths, const struct snapshot_place *place, const struct tree_entry *entry) {
  return join(paths->from, place->from, entry->path.ptr) && join(paths->to, place->to, entry->path.ptr + place->skip);
}

/* Files */

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

static bool link_to(const struct paths *paths) {
  return symlink(paths->from, paths->to) == 0 || errno == EEXIST;
}

static bool copy_file(const struct paths *paths, const struct tree_entry *entry) {
  int from = open(paths->from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (from < 0) return link_to(paths);
  int to = open(paths->to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400 | (entry->stamp.mode & 0100));
  bool ok = to >= 0 && copy_bytes(from, to);
  close(from);
  if (to >= 0 && close(to) < 0) ok = false;
  return ok;
}

/* Whether the copy of before has it just as it is: then it is that file. */
static bool share_file(const struct snapshot_place *place, const struct paths *paths, const struct tree_entry *entry) {
  const struct tree_entry *old = place->before ? tree_find(place->before_tree, entry->path) : NULL;
  char path[PATH_MAX];
  return old && old->kind == TREE_CODE && tree_stamp_equal(&old->stamp, &entry->stamp) &&
         join(path, place->before, entry->path.ptr + place->skip) &&
         linkat(AT_FDCWD, path, AT_FDCWD, paths->to, 0) == 0;
}

/* Ranges */

static bool is_linked(const struct tree_entry *entry) {
  return entry->kind == TREE_FOLDER ? !entry->has_code : entry->kind != TREE_CODE;
}

/* A folder without code is one link. */
static size_t next_index(const struct tree *tree, size_t i) {
  const struct tree_entry *entry = &tree->entries[i];
  return entry->kind == TREE_FOLDER && !entry->has_code ? entry->end : i + 1;
}

static bool add_entry(const struct snapshot_place *place, const struct paths *paths, const struct tree_entry *entry) {
  if (is_linked(entry)) return link_to(paths);
  if (entry->kind == TREE_FOLDER) return mkdir(paths->to, 0700) == 0;
  return share_file(place, paths, entry) || copy_file(paths, entry);
}

bool snapshot_copy(const struct snapshot_place *place, const struct tree *tree, size_t first, size_t end,
                   char err[ERR_LEN]) {
  struct paths paths;
  for (size_t i = first; i < end; i = next_index(tree, i)) {
    const struct tree_entry *entry = &tree->entries[i];
    if (!find_paths(&paths, place, entry)) return fail(err, "%s: the path is too long", entry->path.ptr);
    if (!add_entry(place, &paths, entry))
      return fail(err, "%s cannot be copied to %s: %s; TMPDIR names another place", entry->path.ptr, paths.to,
                  strerror(errno));
  }
  return true;
}

void snapshot_link(const struct snapshot_place *place, const struct tree *tree, size_t first, size_t end) {
  struct paths paths;
  for (size_t i = first; i < end; i = next_index(tree, i))
    if (is_linked(&tree->entries[i]) && find_paths(&paths, place, &tree->entries[i])) link_to(&paths);
}

/* Its life */

struct snapshot_part *snapshot_part_new(struct run_folder *home, const char *name, char err[ERR_LEN]) {
  struct snapshot_part *part = calloc(1, sizeof *part);
  if (!part) {
    fail(err, "out of memory");
    return NULL;
  }
  *part = (struct snapshot_part){ .home = home, .holds = 1 };
  snprintf(part->name, sizeof part->name, "%s", name);
  if (join(part->path, home->path, name) && mkdir(part->path, 0700) == 0) return part;
  fail(err, "%s: a folder for a copy of the service cannot be made: %s", home->path, strerror(errno));
  free(part);
  return NULL;
}

void snapshot_part_release(struct snapshot_part *part) {
  if (!part || --part->holds > 0) return;
  run_folder_remove(part->home, part->name);
  free(part);
}
