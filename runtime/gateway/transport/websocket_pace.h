/* websocket_pace.h -- how fast a client may be sent to that is slow on purpose. Knows no clock: the time is an input.
 */
#ifndef MOONWIRE_WEBSOCKET_PACE_H
#define MOONWIRE_WEBSOCKET_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed: as fast as the client reads. */
struct websocket_pace {
  bool limited;
  int64_t bytes_per_s; /* 0: nothing at all */
  int64_t at_ns;       /* monotonic: when `credit` was true */
  double credit;       /* bytes that could be sent then */
};

/* From now on; below 0 without limit. */
void websocket_pace_set(struct websocket_pace *p, int64_t bytes_per_s, int64_t now_ns);

/* How many bytes may be sent now; SIZE_MAX without limit. */
size_t websocket_pace_room(struct websocket_pace *p, int64_t now_ns);

/* So many were sent. */
void websocket_pace_used(struct websocket_pace *p, size_t bytes);

/* Milliseconds, at least 1, until it is worth while to ask again; -1: never. Right behind websocket_pace_room. */
int64_t websocket_pace_wait_ms(const struct websocket_pace *p);

#endif
