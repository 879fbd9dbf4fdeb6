/* pairs.h -- options that are said several times, each as NAME=VALUE. */
#ifndef MOONWIRE_PAIRS_H
#define MOONWIRE_PAIRS_H

#include <stdbool.h>

#include "err.h"
#include "field.h"

enum { PAIRS_MAX = 100 };

/* A zeroed one is empty. */
struct pairs {
  struct field list[PAIRS_MAX];
};

/* Adds `text` to the pairs; *out is all of them so far. False, with a sentence that names the option, when it is no pair. */
bool pairs_add(struct pairs *pairs, const char *option, const char *text, struct fields *out, char err[ERR_LEN]);

#endif
