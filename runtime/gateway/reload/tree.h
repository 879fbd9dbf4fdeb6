/* tree.h -- the files of a service, as they lie in its folder at one moment.
 * Code is what Lua loads: .lua, .so and .so.N, but no specs (_spec.lua), which `moonwire test` loads. Settings are serverless.yml, under whatever name, and other .yml and .yaml.
 * Symbolic links are followed. Hidden files and folders are left out; node_modules, wherever it is, and a `build` at the
 * top are named, but nobody looks into them.
 */
#ifndef MOONWIRE_TREE_H
#define MOONWIRE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "err.h"
#include "str.h"

enum {
  TREE_MAX = 20000, /* files and folders; what is beyond is not looked into */
  TREE_DEPTH = 32   /* folders inside each other */
};

enum tree_kind { TREE_FOLDER, TREE_CODE, TREE_SETTINGS, TREE_OTHER };

/* What differs when a file was written, or replaced. Times in nanoseconds since 1970. */
struct tree_stamp {
  uint64_t device, inode, size;
  int64_t modified_ns, changed_ns;
  unsigned mode;
};

struct tree_entry {
  struct str path; /* "handlers/echo.lua"; ends in NUL */
  enum tree_kind kind;
  struct tree_stamp stamp;
  size_t end;    /* a folder's: index behind the last entry below it */
  bool has_code; /* a folder's: somewhere below it */
};

/* Each folder is followed by what is in it, in the order of the names. */
struct tree {
  struct arena memory;
  struct tree_entry *entries; /* owned */
  size_t count, capacity;
  bool is_cut; /* there was more than TREE_MAX */
};

struct tree_options {
  const char *directory; /* absolute */
  struct str settings;   /* name of the service's file in it: "serverless.yml" */
  /* Whether a folder that would not be looked into has to be ("build": a handler lies there). */
  bool (*is_needed)(void *ctx, struct str path);
  void (*folder)(void *ctx, const char *path); /* a folder's absolute path, before it is read; NULL: nobody is told */
  void *ctx;
};

/* False, with a sentence, when the directory cannot be read, or memory is short. */
bool tree_read(struct tree *tree, const struct tree_options *options, char err[ERR_LEN]);

/* Safe on a zeroed tree. */
void tree_free(struct tree *tree);

/* TREE_FOLDER is no answer. */
enum tree_kind tree_kind_of(struct str name, struct str settings);

/* What has come, gone or was written between two readings. Folders and other files only count when they come or go. */
struct tree_changes {
  size_t code, settings, others;
  struct str first; /* path of the first code or settings, borrowed from the trees */
};
struct tree_changes tree_compare(const struct tree *before, const struct tree *after);

/* The same for a part of each: entries from an index up to but not including another one. */
struct tree_changes tree_compare_range(const struct tree *before, size_t i, size_t before_end, const struct tree *after,
                                       size_t j, size_t after_end);

/* The code or settings with this path, or NULL. */
const struct tree_entry *tree_find(const struct tree *tree, struct str path);

/* Of a file, or what a link leads to. False when there is none; *stamp is left alone then. */
bool tree_stamp_read(const char *path, struct tree_stamp *stamp);

bool tree_stamp_equal(const struct tree_stamp *a, const struct tree_stamp *b);

#endif
