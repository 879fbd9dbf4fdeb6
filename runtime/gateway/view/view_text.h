/* view_text.h -- the view for people: lines of text, appended to a buffer. Pure but for the local time zone.
 * Everything that strangers wrote goes through view_plain.
 */
#ifndef MOONWIRE_VIEW_TEXT_H
#define MOONWIRE_VIEW_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "invoke.h"
#include "project.h"
#include "str.h"
#include "view.h"
#include "view_report.h"

enum { VIEW_TEXT_TIME = 9, VIEW_TEXT_WIDTH_MAX = 16 /* characters of a column */ };

struct view_text {
  bool colour;
  size_t route_width, function_width; /* of the columns; 0 until view_text_ready; the first grows with what comes */
  int64_t second;                     /* of the Unix time that `time` shows */
  char time[VIEW_TEXT_TIME];          /* "20:33:12" */
};

/* Who wrote a line: environment `number` of a function. */
struct view_writer {
  struct str function;
  int number;
};

/* Makes a column wide enough for a text, up to VIEW_TEXT_WIDTH_MAX. */
void view_text_widen(size_t *width, struct str text);

void view_text_ready(struct view_text *t, struct buf *out, const struct view_ready *ready);
void view_text_warning(struct view_text *t, struct buf *out, struct str text);

/* What a client was told without an invocation. */
void view_text_note(struct view_text *t, struct buf *out, int64_t now_ms, const char *connection_id, struct str text);

/* A fault on purpose: "fault gone: the next 3 posts get 410". */
void view_text_fault(struct view_text *t, struct buf *out, int64_t now_ms, const struct fault_news *news);

/* The line of an invocation that is over, and beneath it the note and the rest of the report (NULL when it did not fail). */
void view_text_invocation(struct view_text *t, struct buf *out, int64_t now_ms, const struct project_function *function,
                          const struct invoke *in, const struct view_report *report);

/* The line of one that is not over. */
void view_text_running(struct view_text *t, struct buf *out, int64_t now_ms, const struct project_function *function,
                       const struct invoke *in, int64_t since_ns);

/* What a function wrote: beneath the line of its invocation, or with its own time and writer. */
void view_text_output(struct view_text *t, struct buf *out, bool is_error, struct str line);
void view_text_line(struct view_text *t, struct buf *out, int64_t now_ms, struct view_writer writer, bool is_error,
                    struct str line);

/* "... (1234 bytes left out)" beneath an invocation. */
void view_text_left_out(struct view_text *t, struct buf *out, size_t bytes);

/* An environment has ended by itself; status as waitpid gives it. */
void view_text_ended(struct view_text *t, struct buf *out, int64_t now_ms, struct view_writer writer, int status);

/* An environment was ended because it had nothing to do for so long. */
void view_text_reaped(struct view_text *t, struct buf *out, int64_t now_ms, struct view_writer writer, int idle_s);

#endif
