#include "invoke_queue.h"

#include <stddef.h>

void invoke_queue_init(struct invoke_queue *queue) {
  queue->first = NULL;
  queue->end = &queue->first;
}

void invoke_queue_add(struct invoke_queue *queue, struct invoke *in) {
  in->next = NULL;
  in->link = queue->end;
  *queue->end = in;
  queue->end = &in->next;
}

void invoke_queue_remove(struct invoke_queue *queue, struct invoke *in) {
  *in->link = in->next;
  if (in->next)
    in->next->link = in->link;
  else
    queue->end = in->link;
  in->next = NULL;
}

struct invoke *invoke_queue_take(struct invoke_queue *queue) {
  struct invoke *in = queue->first;
  if (in) invoke_queue_remove(queue, in);
  return in;
}
