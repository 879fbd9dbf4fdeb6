/* view_report.h -- the error report of an invocation: what was posted instead of a result, or what the gateway says itself.
 * Source: AWS, "Using the Lambda runtime API for custom runtimes", "Invocation error": errorMessage, errorType, stackTrace.
 */
#ifndef MOONWIRE_VIEW_REPORT_H
#define MOONWIRE_VIEW_REPORT_H

#include "arena.h"
#include "json.h"
#include "str.h"

struct view_report {
  struct str type;          /* may be empty */
  struct str message;       /* may be empty; the payload itself when it is no report */
  const struct json *stack; /* an array, or NULL; view_report_frame reads it */
};

/* Everything lives in the arena, or is borrowed from the payload. */
struct view_report view_report_read(struct str payload, struct arena *memory);

/* The next line of the stack, whatever it is; *at begins as the first node of the array. False at the end. */
bool view_report_frame(const struct json **at, struct str *line);

/* The first node of the stack; NULL when there is none. */
const struct json *view_report_first(const struct view_report *report);

#endif
