/* variable_value.h -- what a text with variables stands for. */
#ifndef MOONWIRE_VARIABLE_VALUE_H
#define MOONWIRE_VARIABLE_VALUE_H

#include "variable_syntax.h"
#include "variables.h"

/* The value of the text at `at`, whose pieces are these: the node itself that a single variable stands for, else a string;
 * YAML_UNKNOWN when a part of it is not known; NULL when the file is refused. */
const struct yaml *variable_value(struct variables *v, const struct yaml *at, const struct variable_piece *pieces);

/* The same for a parameter or an address, as text; *unknown is the first part that is not known, else NULL. */
bool variable_text(struct variables *v, const struct yaml *at, const struct variable_piece *pieces, struct str *out,
                   const struct yaml **unknown);

#endif
