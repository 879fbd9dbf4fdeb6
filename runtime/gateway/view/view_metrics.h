/* view_metrics.h -- CloudWatch's embedded metric format as a few words for the terminal. Pure. */
#ifndef MOONWIRE_VIEW_METRICS_H
#define MOONWIRE_VIEW_METRICS_H

#include <stdbool.h>

#include "buf.h"
#include "str.h"

/* Whether a line may be in embedded metric format. */
bool view_metrics_is_line(struct str line);

/* Adds "metrics: Joined 3, Latency 12 14" for the line of many bytes that a function wrote. False, and nothing is added, when it
 * is not in embedded metric format. Names are as the line has them: hostile text. */
bool view_metrics_write(struct buf *out, struct str line);

#endif
