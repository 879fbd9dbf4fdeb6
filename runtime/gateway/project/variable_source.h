/* variable_source.h -- where the value of a variable comes from: env, file, opt, self ... */
#ifndef MOONWIRE_VARIABLE_SOURCE_H
#define MOONWIRE_VARIABLE_SOURCE_H

#include "variable_syntax.h"
#include "variables.h"

/* Asks one source, not a literal. `at` is where the variable stands. *out is NULL, with v->why, when it has no value: then
 * the next source counts; YAML_UNKNOWN when it depends on what is not known. False when the file is refused. */
bool variable_source_ask(struct variables *v, const struct yaml *at, const struct variable_source *source,
                         const struct yaml **out);

/* The stage: the kept one, else what the command line says, else provider.stage, else "dev". */
bool variable_stage(struct variables *v, struct str *out);

#endif
