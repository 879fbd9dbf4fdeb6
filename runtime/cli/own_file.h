/* own_file.h -- where the files lie that belong to this program: bootstrap, the layers. */
#ifndef MOONWIRE_OWN_FILE_H
#define MOONWIRE_OWN_FILE_H

#include <limits.h>
#include <stdbool.h>

#include "err.h"

/* The path of the file `name`: next to this program, as the build leaves it, else in ../lib/moonwire, where an installed one is.
 * The layers of a build are in ../dist. False, with a sentence that names the first two places, when it is in none. */
bool own_file_find(const char *name, char path[PATH_MAX], char err[ERR_LEN]);

/* The path of this program itself. False, with a sentence. */
bool own_file_program(char path[PATH_MAX], char err[ERR_LEN]);

#endif
