/* project_file.h -- the bytes of a serverless.yml, and where it lies. */
#ifndef MOONWIRE_PROJECT_FILE_H
#define MOONWIRE_PROJECT_FILE_H

#include <stdbool.h>

#include "arena.h"
#include "buf.h"
#include "err.h"
#include "str.h"

/* Adds the content of a file; text->ceiling is the most it may have. False, with a sentence that says what to do when there
 * is no such file. */
bool project_file_read(const char *file, struct buf *text, char err[ERR_LEN]);

/* The same for a file that a service names, relative to its serverless.yml, whose path is `ctx`: see
 * project_surroundings.h. */
bool project_file_beside(void *ctx, struct str path, struct buf *text, bool *found, char err[ERR_LEN]);

/* Absolute path, without symbolic links, of the directory that the file lies in; in the arena. */
bool project_file_directory(const char *file, struct arena *memory, struct str *out, char err[ERR_LEN]);

#endif
