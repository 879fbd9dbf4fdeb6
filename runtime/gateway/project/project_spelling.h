/* project_spelling.h -- which setting a misspelt key was meant to be. Pure. */
#ifndef MOONWIRE_PROJECT_SPELLING_H
#define MOONWIRE_PROJECT_SPELLING_H

#include <stddef.h>

#include "str.h"
#include "yaml_tree.h"

/* The name that a key of five letters or more differs from by one or two letters, in at most two places; NULL when there is
 * none, or when the key is one of the names. */
const char *project_spelling(struct str key, const char *const *names, size_t count);

/* The key of a mapping that looks like this name, misspelt; NULL when there is none. */
const struct yaml *project_misspelt(const struct yaml *map, const char *name);

#endif
