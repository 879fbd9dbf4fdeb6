/* project_environment.h -- the environment variables of a provider or a function. */
#ifndef MOONWIRE_PROJECT_ENVIRONMENT_H
#define MOONWIRE_PROJECT_ENVIRONMENT_H

#include "project_value.h"

enum {
  PROJECT_ENVIRONMENT_MAX = 500,   /* variables of a function */
  PROJECT_ENVIRONMENT_BYTES = 4096 /* Lambda's limit of names and values together */
};

/* *out: the variables of `inherited` that the mapping's key `environment` does not name, then its own. Numbers and
 * booleans are their text, CloudFormation's functions what they give (intrinsic.h). What cannot be known here or is nothing
 * is left out, with a warning; an inherited value does not come back in its place. */
bool project_environment(struct project_report *report, struct project_place place, const struct yaml *map,
                         struct fields inherited, struct fields *out);

#endif
