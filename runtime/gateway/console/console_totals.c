#include "console_totals.h"

#include <inttypes.h>

void console_totals_opened(struct console_totals *totals, int64_t at_ms) {
  totals->open++;
  totals->opened_sum_ms += at_ms;
}

void console_totals_closed(struct console_totals *totals, int64_t opened_ms, int64_t at_ms) {
  totals->open--;
  totals->opened_sum_ms -= opened_ms;
  totals->closed_ms += at_ms > opened_ms ? at_ms - opened_ms : 0;
}

void console_totals_message(struct console_totals *totals, bool is_out, size_t bytes) {
  int64_t pieces = (int64_t)((bytes + CONSOLE_PIECE - 1) / CONSOLE_PIECE);
  totals->pieces += pieces > 0 ? pieces : 1;
  if (is_out)
    totals->messages_out++;
  else
    totals->messages_in++;
}

void console_totals_posted(struct console_totals *totals, int status) {
  totals->sends++;
  totals->gone += status == 410;
  totals->throttled += status == 429;
}

void console_totals_invoked(struct console_totals *totals, bool has_failed, int64_t billed_ms, int memory_mb) {
  totals->invocations++;
  totals->failures += has_failed;
  totals->billed += billed_ms > 0;
  totals->gb_seconds += (double)memory_mb / 1024 * (double)billed_ms / 1000;
}

void console_totals_write(const struct console_totals *totals, int64_t now_ms, struct buf *out) {
  int64_t open_ms = totals->open * now_ms - totals->opened_sum_ms;
  buf_addf(out, "{\"invocations\":%" PRId64 ",\"billedRequests\":%" PRId64 ",\"failures\":%" PRId64,
           totals->invocations, totals->billed, totals->failures);
  buf_addf(out, ",\"sends\":%" PRId64 ",\"gone\":%" PRId64 ",\"throttled\":%" PRId64, totals->sends, totals->gone,
           totals->throttled);
  buf_addf(out, ",\"messagesIn\":%" PRId64 ",\"messagesOut\":%" PRId64 ",\"meteredMessages\":%" PRId64,
           totals->messages_in, totals->messages_out, totals->pieces);
  buf_addf(out, ",\"connectionMinutes\":%.6f,\"gbSeconds\":%.6f}",
           (double)(totals->closed_ms + (open_ms > 0 ? open_ms : 0)) / 60000, totals->gb_seconds);
}
