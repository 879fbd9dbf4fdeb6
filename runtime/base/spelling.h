/* spelling.h -- which name a misspelt word was meant to be. Pure. */
#ifndef MOONWIRE_SPELLING_H
#define MOONWIRE_SPELLING_H

#include <stddef.h>

#include "str.h"

/* The name that a word of five letters or more differs from by one or two letters, in at most two places; NULL when there is
 * none, or when the word is one of the names. */
const char *spelling_nearest(struct str word, const char *const *names, size_t count);

/* The same where names of three letters are usual, and nothing else can be meant: shorter words, too, by one letter. */
const char *spelling_nearest_short(struct str word, const char *const *names, size_t count);

#endif
