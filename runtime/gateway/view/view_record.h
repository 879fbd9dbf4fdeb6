/* view_record.h -- a line that a function wrote: a record of the runtime (log.h of base), or anything else. Pure. */
#ifndef MOONWIRE_VIEW_RECORD_H
#define MOONWIRE_VIEW_RECORD_H

#include <stdbool.h>

#include "str.h"

/* Borrowed from the line. */
struct view_record {
  struct str level;   /* "INFO"; empty when the line is no text record */
  struct str message; /* the line itself then; in a record a CR stands for a line break */
};

/* Only standard error has records. */
struct view_record view_record_read(struct str line, bool is_error);

/* Whether the line looks like the record that the runtime writes of a failure, in either log format. */
bool view_record_is_failure(struct str line);

/* Whether the line says what an error report says: the runtime logs each report it posts. */
bool view_record_tells(struct str line, struct str report);

#endif
