/* log_line.h -- the bytes of one log record (log.h has the two forms). Pure, and fit for signal handlers: nothing here takes
 * a lock, calls stdio, or allocates when the buffer has its memory already.
 */
#ifndef MOONWIRE_LOG_LINE_H
#define MOONWIRE_LOG_LINE_H

#include <stdint.h>

#include "buf.h"
#include "log.h"

struct log_line {
  struct log_settings settings; /* the form; the level filter is the caller's */
  enum log_level level;
  int64_t unix_ms;
  const struct log_context *context; /* may be NULL */
  struct str message;
  struct str fields; /* as of log_write */
};

/* Writes the line, with its line feed, into an empty buffer. One that is longer than the ceiling of the buffer (8 KB at
 * least) loses its fields, and the end of its message, between two characters; the member "truncated" says so. */
void log_line_write(struct buf *out, const struct log_line *line);

#endif
