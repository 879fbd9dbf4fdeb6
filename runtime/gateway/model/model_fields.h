/* model_fields.h -- header fields or query parameters as the two objects of an event: one with the last value of each name,
 * one with all of its values. Pure.
 */
#ifndef MOONWIRE_MODEL_FIELDS_H
#define MOONWIRE_MODEL_FIELDS_H

#include <stdbool.h>

#include "arena.h"
#include "buf.h"
#include "field.h"
#include "str.h"

/* Appends two members: `single` {"a":"2"} and `multi` {"a":["1","2"]}, names in the order in which they came first and
 * spelt as they were then. nocase: names that differ only in the case of ASCII letters are one. Lack of memory fails
 * the buffer. */
void model_fields_write(struct buf *out, struct arena *scratch, struct str single, struct str multi,
                        struct fields fields, bool nocase);

#endif
