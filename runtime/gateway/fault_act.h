/* fault_act.h -- carries out what `moonwire ctl` asks for. */
#ifndef MOONWIRE_FAULT_ACT_H
#define MOONWIRE_FAULT_ACT_H

#include "buf.h"
#include "fault_order.h"
#include "server.h"

/* Why not. */
struct fault_refusal {
  int status;       /* of HTTP: 404 no such connection, 409 it is not open */
  const char *type; /* x-amzn-ErrorType */
  char message[ERR_LEN];
};

/* Writes the ids of the connections that were meant to `ids`, as a JSON array: [] when the order is for none in particular. False, and nothing is
 * done, when there is no such connection. */
bool fault_act(struct server *server, const struct fault_order *order, struct buf *ids, struct fault_refusal *refusal);

/* All faults are off. What is under way with one, such as a delayed invocation, goes on. */
void fault_act_reset(struct server *server);

/* What is set: {"gone","throttle","noDisconnect","latency":{"invoke":{"ms","jitterMs"},"send":{...}},
 * "connections":[{"connectionId","gone","throttle","bytesPerSecond"}]}, of these those that have any; null: no limit. */
void fault_act_list(struct server *server, struct buf *out);

#endif
