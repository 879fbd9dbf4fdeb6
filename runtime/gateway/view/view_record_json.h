/* view_record_json.h -- a record of the runtime in JSON (log.h of base) as the text record that says the same. Pure. */
#ifndef MOONWIRE_VIEW_RECORD_JSON_H
#define MOONWIRE_VIEW_RECORD_JSON_H

#include <stdbool.h>

#include "buf.h"
#include "str.h"

/* Adds the text record. False, and nothing is added, when the line is no such record: its members come in the order in which
 * log_line.h writes them. The tenant is left out, as in text records. */
bool view_record_json_write(struct buf *out, struct str line);

#endif
