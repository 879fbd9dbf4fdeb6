/* metrics.h -- values for CloudWatch, collected and written in its embedded metric format: JSON lines in the log, from
 * which CloudWatch Logs takes the values. No clock, no output: the caller has both.
 * Source: CloudWatch User Guide, "Specification: Embedded metric format": up to 100 metrics in a directive, up to 100
 * values of a metric, dimensions and values as members of the root, which may hold other members besides.
 */
#ifndef MOONWIRE_METRICS_H
#define MOONWIRE_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "field.h"
#include "metric.h"
#include "str.h"

enum {
  METRICS_LINE = 240 * 1024,   /* bytes of a line, at most: records of 256 KB are split on their way to CloudWatch */
  METRICS_PER_LINE = 100,      /* metrics in a line; values of a metric in a line */
  METRICS_PROPERTY_MAX = 1024, /* bytes; a longer property is left out */
  METRICS_FULL = 1000          /* metrics, at which metrics_full advises to write */
};

struct metrics;

/* Empty; NULL when memory is short. */
struct metrics *metrics_new(void);
void metrics_delete(struct metrics *m);

/* Takes one value; copies what it keeps. A counted one is added to those of the same name, unit and dimensions, any other
 * stands for itself. False, with err, when metric_check refuses it, when a sum leaves the range, or when memory is short:
 * nothing has changed then. */
bool metrics_add(struct metrics *m, const struct metric *metric, char err[ERR_LEN]);

/* So many that they should be written, and a new collection begun. */
bool metrics_full(const struct metrics *m);

/* What a line says besides; borrowed. */
struct metrics_about {
  int64_t now_ms;           /* Unix time */
  struct str name_space;    /* metric_check_namespace has accepted it */
  struct fields properties; /* further members: ids to find the line by. A metric or dimension of that name wins; empty
                               ones are left out */
};

/* Appends the lines, each with its line feed: one for each set of dimensions, more when a limit wants it. In the order in
 * which names first came. A lack of memory marks `out` as failed. */
void metrics_write(const struct metrics *m, const struct metrics_about *about, struct buf *out);

#endif
