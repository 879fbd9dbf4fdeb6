/* variable_files.h -- the files that ${file(path)} names: each is read once. */
#ifndef MOONWIRE_VARIABLE_FILES_H
#define MOONWIRE_VARIABLE_FILES_H

#include <stdbool.h>

#include "str.h"

enum { VARIABLE_FILES_MAX = 100 };

struct variables;
struct yaml;

struct variable_file {
  struct str path; /* as it was named, without "./" */
  const struct yaml *root;
  struct variable_file *older;
};

/* A file that was asked for, there or not. */
struct variable_file_asked {
  struct str path; /* as it was named, without "./" */
  struct variable_file_asked *older;
};

struct variable_files {
  struct variable_file *newest;
  struct variable_file_asked *asked;
  int count, asked_count;
};

/* *out: the document of a file ending in .yml, .yaml, .json or .tfstate, the text of another one; NULL, with v->why, when
 * there is no such file, it is empty, or it is a program. False when it cannot be read. */
bool variable_files_read(struct variables *v, struct str path, const struct yaml **out);

/* The text of a file, and how messages name it; both in the arena. *text has no pointer when there is no such file. */
bool variable_files_text(struct variables *v, struct str path, struct str *text, struct str *name);

#endif
