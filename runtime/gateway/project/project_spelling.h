/* project_spelling.h -- a misspelt key of a mapping. Pure. */
#ifndef MOONWIRE_PROJECT_SPELLING_H
#define MOONWIRE_PROJECT_SPELLING_H

#include <stddef.h>

#include "str.h"
#include "yaml_tree.h"

/* The key of a mapping that looks like this name, misspelt; NULL when there is none. */
const struct yaml *project_misspelt(const struct yaml *map, const char *name);

#endif
