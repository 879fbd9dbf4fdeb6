#include "control_events.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_PAUSE_MS = 1000 /* doubled before the second retry */ };

struct control_event {
  struct control_events *events;
  struct control_event *next, **link;
  size_t function;
  int attempts, retries;
  size_t weight;
  struct buf event; /* between two attempts */
  char request_id[UUID_LEN], trace_id[MODEL_TRACE_LEN];
  struct loop_timer again;
};

static size_t weight(const struct invoke *in) {
  return sizeof(struct control_event) + sizeof *in + in->event.len;
}

bool control_events_have_room(const struct control_events *events, const struct invoke *in) {
  return weight(in) <= CONTROL_EVENTS_MAX - events->bytes;
}

static void delete_event(struct control_event *event) {
  event->events->bytes -= event->weight;
  *event->link = event->next;
  if (event->next) event->next->link = event->link;
  loop_timer_stop(event->events->loop, &event->again);
  buf_free(&event->event);
  free(event);
}

static bool may_be_tried_again(const struct control_event *event, const struct invoke *in) {
  return in->outcome != INVOKE_RESULT && in->outcome != INVOKE_CANCELLED && event->attempts <= event->retries;
}

static void answered(struct invoke *in) {
  struct control_event *event = in->ctx;
  bool failed = in->outcome != INVOKE_RESULT && in->outcome != INVOKE_CANCELLED;
  if (!may_be_tried_again(event, in)) {
    if (failed && event->attempts > 1) fail(in->note, "attempt %d, the last one", event->attempts);
    delete_event(event);
    return;
  }
  int64_t pause_ms = FIRST_PAUSE_MS * ((int64_t)1 << (event->attempts - 1));
  buf_free(&event->event);
  event->event = in->event;
  buf_init(&in->event, in->event.ceiling);
  fail(in->note, "attempt %d; the next one in %" PRId64 " s (on AWS in %" PRId64 " min)", event->attempts,
       pause_ms / 1000, pause_ms / 1000);
  loop_timer_start(event->events->loop, &event->again, pause_ms);
}

static void start(struct control_event *event, struct invoke *in) {
  event->attempts++;
  in->label = STR("event");
  in->done = answered;
  in->ctx = event;
  event->events->invoke(event->events->ctx, event->function, in);
}

static void try_again(void *ctx) {
  struct control_event *event = ctx;
  struct invoke *in = invoke_new();
  if (!in) {
    delete_event(event);
    return;
  }
  in->event = event->event;
  buf_init(&event->event, in->event.ceiling);
  memcpy(in->request_id, event->request_id, sizeof in->request_id);
  memcpy(in->trace_id, event->trace_id, sizeof in->trace_id);
  start(event, in);
}

bool control_events_add(struct control_events *events, size_t function, int retries, struct invoke *in) {
  struct control_event *event = calloc(1, sizeof *event);
  if (!event) return false;
  *event = (struct control_event){ .events = events, .function = function, .retries = retries };
  event->again = (struct loop_timer){ .fire = try_again, .ctx = event };
  memcpy(event->request_id, in->request_id, sizeof event->request_id);
  memcpy(event->trace_id, in->trace_id, sizeof event->trace_id);
  event->weight = weight(in);
  events->bytes += event->weight;
  event->next = events->list;
  event->link = &events->list;
  if (event->next) event->next->link = &event->next;
  events->list = event;
  start(event, in);
  return true;
}

void control_events_free(struct control_events *events) {
  while (events->list) delete_event(events->list);
}
