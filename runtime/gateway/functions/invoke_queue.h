/* invoke_queue.h -- invocations in a row, first come, first served; one may be taken out wherever it stands. Each is in one queue
 * at most. Owns nothing; no failures. */
#ifndef MOONWIRE_INVOKE_QUEUE_H
#define MOONWIRE_INVOKE_QUEUE_H

#include "invoke.h"

struct invoke_queue {
  struct invoke *first, **end;
};

/* Empty; must stay where it is. */
void invoke_queue_init(struct invoke_queue *queue);

void invoke_queue_add(struct invoke_queue *queue, struct invoke *in);

/* One that is in it. */
void invoke_queue_remove(struct invoke_queue *queue, struct invoke *in);

/* The oldest, or NULL. */
struct invoke *invoke_queue_take(struct invoke_queue *queue);

#endif
