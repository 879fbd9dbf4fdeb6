#define _GNU_SOURCE /* st_mtim */
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "run_folder.h"

/* Reading */

/* A folder at work, and those that it lies in. */
struct place {
  const struct place *above;
  dev_t device;
  ino_t inode;
  int depth;
};

struct reading {
  struct tree *tree;
  const struct tree_options *options;
  bool failed; /* memory is short */
};

/* Names in the order of bytes, but that "/" is the first of all: what is in a folder follows it. */
static int compare_paths(struct str a, struct str b) {
  size_t len = a.len < b.len ? a.len : b.len;
  for (size_t i = 0; i < len; i++) {
    unsigned char x = (unsigned char)a.ptr[i], y = (unsigned char)b.ptr[i];
    if (x != y) return (x == '/' ? 0 : x) < (y == '/' ? 0 : y) ? -1 : 1;
  }
  return (a.len > b.len) - (a.len < b.len);
}

static int compare_names(const void *a, const void *b) {
  return compare_paths(*(const struct str *)a, *(const struct str *)b);
}

/* "x.so", "x.so.1.2", and not "x.so.new", which somebody is about to rename. */
static bool is_library(struct str name) {
  size_t at = str_find(name, STR(".so."), 0);
  if (at == SIZE_MAX) return str_ends(name, STR(".so"));
  for (size_t i = at + 4; i < name.len; i++)
    if (name.ptr[i] != '.' && (name.ptr[i] < '0' || name.ptr[i] > '9')) return false;
  return true;
}

enum tree_kind tree_kind_of(struct str name, struct str settings) {
  if (str_ends(name, STR("_spec.lua"))) return TREE_OTHER;
  if (str_ends(name, STR(".lua")) || is_library(name)) return TREE_CODE;
  if (str_equal(name, settings) || str_ends(name, STR(".yml")) || str_ends(name, STR(".yaml"))) return TREE_SETTINGS;
  return TREE_OTHER;
}

static struct tree_stamp stamp_of(const struct stat *about) {
  return (struct tree_stamp){ .device = about->st_dev,
                              .inode = about->st_ino,
                              .size = (uint64_t)about->st_size,
                              .modified_ns = (int64_t)about->st_mtim.tv_sec * 1000000000 + about->st_mtim.tv_nsec,
                              .changed_ns = (int64_t)about->st_ctim.tv_sec * 1000000000 + about->st_ctim.tv_nsec,
                              .mode = about->st_mode & 0777 };
}

bool tree_stamp_read(const char *path, struct tree_stamp *stamp) {
  struct stat about;
  if (stat(path, &about) < 0) return false;
  *stamp = stamp_of(&about);
  return true;
}

bool tree_stamp_equal(const struct tree_stamp *a, const struct tree_stamp *b) {
  return a->device == b->device && a->inode == b->inode && a->size == b->size && a->modified_ns == b->modified_ns &&
         a->changed_ns == b->changed_ns && a->mode == b->mode;
}

/* Goes stale with the next one. */
static struct tree_entry *add_entry(struct reading *r, struct str path) {
  struct tree *tree = r->tree;
  struct str copy = arena_copy(&tree->memory, path);
  if (tree->count == tree->capacity) {
    size_t capacity = tree->capacity ? 2 * tree->capacity : 64;
    struct tree_entry *entries = realloc(tree->entries, capacity * sizeof *entries);
    if (entries) {
      tree->entries = entries;
      tree->capacity = capacity;
    }
  }
  if (!copy.ptr || tree->count == tree->capacity) {
    r->failed = true;
    return NULL;
  }
  struct tree_entry *entry = &tree->entries[tree->count++];
  *entry = (struct tree_entry){ .path = copy };
  return entry;
}

/* The names in a folder, sorted, in *names (owned by the caller; the texts are the arena's). */
static bool list_names(struct reading *r, const char *path, struct str **names, size_t *count) {
  DIR *folder = opendir(path);
  size_t capacity = 0;
  *names = NULL;
  *count = 0;
  if (!folder) return false;
  for (const struct dirent *at; (at = readdir(folder));) {
    if (at->d_name[0] == '.' || str_starts(str_from(at->d_name), STR(RUN_FOLDER_PREFIX))) continue;
    if (*count == capacity) {
      struct str *more = realloc(*names, (capacity = capacity ? 2 * capacity : 32) * sizeof *more);
      if (!more) {
        r->failed = true;
        break;
      }
      *names = more;
    }
    struct str name = arena_copy(&r->tree->memory, str_from(at->d_name));
    if (!name.ptr) {
      r->failed = true;
      break;
    }
    (*names)[(*count)++] = name;
    if (*count <= TREE_MAX) continue;
    r->tree->is_cut = true;
    *count = 0;
    break;
  }
  closedir(folder);
  if (*count > 0) qsort(*names, *count, sizeof **names, compare_names);
  return true;
}

static bool is_inside_itself(const struct place *above, const struct stat *about) {
  for (; above; above = above->above)
    if (above->device == about->st_dev && above->inode == about->st_ino) return true;
  return false;
}

static bool is_looked_into(struct reading *r, const struct place *above, struct str name, struct str path,
                           const struct stat *about) {
  const struct tree_options *options = r->options;
  bool is_foreign = str_equal(name, STR("node_modules")) || (above->depth == 1 && str_equal(name, STR("build")));
  if (is_foreign && !(options->is_needed && options->is_needed(options->ctx, path))) return false;
  if (above->depth >= TREE_DEPTH || is_inside_itself(above, about)) return false;
  if (r->tree->count < TREE_MAX) return true;
  r->tree->is_cut = true;
  return false;
}

static bool read_folder(struct reading *r, const struct place *above, const struct stat *about, struct str path);

/* `path` is that of the entry, from the top. */
static void read_entry(struct reading *r, const struct place *here, struct str name, struct str path) {
  struct stat about;
  char absolute[PATH_MAX];
  int len = snprintf(absolute, sizeof absolute, "%s/%.*s", r->options->directory, STR_ARG(path));
  if (len < 0 || (size_t)len >= sizeof absolute || stat(absolute, &about) < 0) return;
  if (!S_ISDIR(about.st_mode) && !S_ISREG(about.st_mode)) return;
  size_t index = r->tree->count;
  struct tree_entry *entry = add_entry(r, path);
  if (!entry) return;
  entry->stamp = stamp_of(&about);
  entry->kind = S_ISDIR(about.st_mode) ? TREE_FOLDER : tree_kind_of(name, r->options->settings);
  path = entry->path;
  if (entry->kind == TREE_FOLDER && is_looked_into(r, here, name, path, &about)) read_folder(r, here, &about, path);
  entry = &r->tree->entries[index];
  entry->end = r->tree->count;
  for (size_t i = index + 1; i < entry->end && !entry->has_code; i++)
    entry->has_code = r->tree->entries[i].kind == TREE_CODE;
}

/* False when it cannot be read. */
static bool read_folder(struct reading *r, const struct place *above, const struct stat *about, struct str path) {
  struct place here = { above, about->st_dev, about->st_ino, above ? above->depth + 1 : 1 };
  char absolute[PATH_MAX], below[PATH_MAX];
  struct str *names;
  size_t count;
  snprintf(absolute, sizeof absolute, "%s%s%.*s", r->options->directory, path.len > 0 ? "/" : "", STR_ARG(path));
  if (r->options->folder) r->options->folder(r->options->ctx, absolute); /* first: what comes later is noticed */
  if (!list_names(r, absolute, &names, &count)) return false;
  for (size_t i = 0; i < count; i++) {
    int len = snprintf(below, sizeof below, "%.*s%s%.*s", STR_ARG(path), path.len > 0 ? "/" : "", STR_ARG(names[i]));
    if (len > 0 && (size_t)len < sizeof below) read_entry(r, &here, names[i], str_of(below, (size_t)len));
  }
  free(names);
  return true;
}

bool tree_read(struct tree *tree, const struct tree_options *options, char err[ERR_LEN]) {
  struct reading r = { .tree = tree, .options = options };
  struct stat about;
  *tree = (struct tree){ 0 };
  arena_init(&tree->memory);
  if (stat(options->directory, &about) == 0 && read_folder(&r, NULL, &about, STR("")) && !r.failed) return true;
  fail(err, "%s: cannot be read: %s", options->directory, r.failed ? "out of memory" : strerror(errno));
  tree_free(tree);
  return false;
}

void tree_free(struct tree *tree) {
  arena_free(&tree->memory);
  free(tree->entries);
  *tree = (struct tree){ 0 };
}

/* Comparing */

static void count_change(struct tree_changes *changes, const struct tree_entry *entry) {
  if (entry->kind == TREE_CODE)
    changes->code++;
  else if (entry->kind == TREE_SETTINGS)
    changes->settings++;
  else
    changes->others++;
  if (entry->kind == TREE_FOLDER || entry->kind == TREE_OTHER) return;
  if (!changes->first.ptr || (entry->kind == TREE_CODE && changes->code == 1)) changes->first = entry->path;
}

static bool is_same(const struct tree_entry *a, const struct tree_entry *b) {
  return a->kind == b->kind &&
         (a->kind == TREE_FOLDER || a->kind == TREE_OTHER || tree_stamp_equal(&a->stamp, &b->stamp));
}

struct tree_changes tree_compare_range(const struct tree *before, size_t i, size_t before_end, const struct tree *after,
                                       size_t j, size_t after_end) {
  struct tree_changes changes = { 0 };
  while (i < before_end || j < after_end) {
    int order = i == before_end  ? 1
                : j == after_end ? -1
                                 : compare_paths(before->entries[i].path, after->entries[j].path);
    if (order < 0) {
      count_change(&changes, &before->entries[i++]);
    } else if (order > 0) {
      count_change(&changes, &after->entries[j++]);
    } else {
      if (!is_same(&before->entries[i], &after->entries[j])) count_change(&changes, &after->entries[j]);
      i++;
      j++;
    }
  }
  return changes;
}

struct tree_changes tree_compare(const struct tree *before, const struct tree *after) {
  return tree_compare_range(before, 0, before->count, after, 0, after->count);
}

const struct tree_entry *tree_find(const struct tree *tree, struct str path) {
  size_t low = 0, high = tree->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare_paths(tree->entries[middle].path, path);
    if (order == 0) return &tree->entries[middle];
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}
