/* view_record.h -- a line that a function wrote: a record of the runtime (log.h of base), or anything else. Pure. */
#ifndef MOONWIRE_VIEW_RECORD_H
#define MOONWIRE_VIEW_RECORD_H

#include <stdbool.h>

#include "str.h"

/* Borrowed from the line. */
struct view_record {
  struct str level;   /* "INFO"; empty when the line is no text record */
  struct str message; /* the line itself then; in a record a CR stands for a line break */
  struct str
      fields;   /* further members of a WebSocket invocation's record, "\"n\":1}", cut off behind the ids in front of
                       * them, which the line of the invocation tells already; of other records message has them */
  bool has_ids; /* it was such a record: no member is in message, whatever it looks like */
};

/* Only standard error has records. */
struct view_record view_record_read(struct str line, bool is_error);

/* Whether the line is the one that tells that an environment is ready (init_line.h), in either log format. */
bool view_record_is_ready(struct str line);

/* Whether the line looks like the record that the runtime writes of a failure, in either log format. */
bool view_record_is_failure(struct str line);

/* Whether a line is a text record of this invocation at the level ERROR. */
bool view_record_is_error_of(struct str line, struct str request_id);

/* Whether a record is the second one of a failure: its event (MOONWIRE_LOG_EVENT). */
bool view_record_is_event(struct str line);

/* Whether the line says what an error report says: the runtime logs each report it posts. */
bool view_record_tells(struct str line, struct str report);

#endif
