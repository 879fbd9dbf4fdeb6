/* yaml_problem.h -- why libyaml refused a text, as a sentence. */
#ifndef MOONWIRE_YAML_PROBLEM_H
#define MOONWIRE_YAML_PROBLEM_H

#include <stdbool.h>

#include "err.h"
#include "str.h"

struct yaml_parser_s; /* libyaml's */

/* Writes "file:line:column: ..." and returns false. */
bool yaml_problem(const struct yaml_parser_s *parser, const char *file, struct str text, char err[ERR_LEN]);

#endif
