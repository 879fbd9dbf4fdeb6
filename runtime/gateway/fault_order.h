/* fault_order.h -- what `moonwire ctl` asks for, read from its JSON: {"fault":"gone","count":3}. Pure.
 *   drop, idle, expire   connectionId or "all":true; noDisconnect
 *   slow                 connectionId or "all":true; bytesPerSecond (null: no limit)
 *   gone, throttle       count; connectionId
 *   no-disconnect        count
 *   latency              ms; jitterMs; only: "invoke" or "send"
 */
#ifndef MOONWIRE_FAULT_ORDER_H
#define MOONWIRE_FAULT_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "err.h"
#include "faults.h"
#include "str.h"

enum { FAULT_PACE_MAX = 1000000000 /* bytes a second */ };

enum fault_kind {
  ORDER_DROP,
  ORDER_IDLE,
  ORDER_EXPIRE,
  ORDER_SLOW,
  ORDER_GONE,
  ORDER_THROTTLE,
  ORDER_NO_DISCONNECT,
  ORDER_LATENCY
};

struct fault_order {
  enum fault_kind kind;
  const char *name;         /* as the developer spells it: "no-disconnect" */
  struct str connection_id; /* well-formed; empty: all of them, or whichever comes */
  bool is_silent;           /* $disconnect does not run */
  int64_t count;            /* of posts, or of ends */
  int64_t bytes_per_s;      /* -1: no limit */
  struct fault_delay delay;
  bool on[FAULT_HOPS];
};

/* False, with a sentence, when it is none. Texts lie in the arena. */
bool fault_order_read(struct fault_order *order, struct str json, struct arena *arena, char err[ERR_LEN]);

#endif
