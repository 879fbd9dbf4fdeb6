/* console_totals.h -- counts since the start of the run, for an estimate of what the same traffic would cost. Pure.
 * Sources: AWS, "Amazon API Gateway pricing" (messages are metered in pieces of 32 KB, connections by the minute), "AWS Lambda
 * pricing" (memory times duration, in GB-seconds).
 */
#ifndef MOONWIRE_CONSOLE_TOTALS_H
#define MOONWIRE_CONSOLE_TOTALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

enum { CONSOLE_PIECE = 32 * 1024 /* bytes of a message that are metered as one */ };

struct console_totals {
  int64_t invocations, billed, failures;
  int64_t sends, gone, throttled; /* calls of POST @connections; those that got 410, 429 */
  int64_t messages_in, messages_out, pieces;
  int64_t open, opened_sum_ms; /* connections that are open now, and the sum of when they were opened */
  int64_t closed_ms;           /* how long all others have lasted */
  double gb_seconds;
};

/* Times are Unix times in milliseconds. */
void console_totals_opened(struct console_totals *totals, int64_t at_ms);
void console_totals_closed(struct console_totals *totals, int64_t opened_ms, int64_t at_ms);
void console_totals_message(struct console_totals *totals, bool is_out, size_t bytes);
void console_totals_posted(struct console_totals *totals, int status);

/* An invocation is over; billed_ms is 0 when it never began. */
void console_totals_invoked(struct console_totals *totals, bool has_failed, int64_t billed_ms, int memory_mb);

/* Appends { invocations, billedRequests, failures, sends, gone, throttled, messagesIn, messagesOut, meteredMessages,
 * connectionMinutes, gbSeconds }. */
void console_totals_write(const struct console_totals *totals, int64_t now_ms, struct buf *out);

#endif
