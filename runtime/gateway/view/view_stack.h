/* view_stack.h -- the stack among the members of a record, as apps log one: {"error":"internal","stackTrace":["a.lua:3: ..."]}. */
#ifndef MOONWIRE_VIEW_STACK_H
#define MOONWIRE_VIEW_STACK_H

#include <stdbool.h>

#include "arena.h"
#include "view_record.h"
#include "view_report.h"

/* Cuts the stack out of the record when one of its members is a `stackTrace` with something in it. Its lines are then read from
 * *first with view_stack_line. False, and nothing has changed, when there is none. All is borrowed from line and arena. */
bool view_stack_cut(struct view_record *record, struct arena *memory, const struct json **first);

/* The next line that is none of Moonwire's own files. False at the end. */
bool view_stack_line(const struct json **at, struct str *line);

#endif
