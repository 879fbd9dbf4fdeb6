#include "websocket_pace.h"

enum { TURNS_PER_S = 20 /* what can be sent is collected for so long, and never for longer */ };

/* Bytes: at least one, or nothing would ever be sent. */
static double turn_of(const struct websocket_pace *p) {
  double bytes = (double)p->bytes_per_s / TURNS_PER_S;
  return bytes > 1 ? bytes : 1;
}

void websocket_pace_set(struct websocket_pace *p, int64_t bytes_per_s, int64_t now_ns) {
  *p = (struct websocket_pace){ .limited = bytes_per_s >= 0, .bytes_per_s = bytes_per_s, .at_ns = now_ns };
}

size_t websocket_pace_room(struct websocket_pace *p, int64_t now_ns) {
  if (!p->limited) return SIZE_MAX;
  p->credit += (double)p->bytes_per_s * (double)(now_ns - p->at_ns) / 1e9;
  p->at_ns = now_ns;
  if (p->credit > turn_of(p)) p->credit = turn_of(p);
  return (size_t)p->credit;
}

void websocket_pace_used(struct websocket_pace *p, size_t bytes) {
  if (p->limited) p->credit -= (double)bytes;
}

int64_t websocket_pace_wait_ms(const struct websocket_pace *p) {
  if (!p->limited) return 1;
  if (p->bytes_per_s == 0) return -1;
  return (int64_t)(1000 * (turn_of(p) - p->credit) / (double)p->bytes_per_s) + 1;
}
