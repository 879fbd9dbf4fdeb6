/* control_events.h -- asynchronous invocations: events that were accepted, until their function has succeeded or has failed as
 * often as it may. Lambda waits one and two minutes before it tries again; here they are seconds.
 * Source: AWS, Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation".
 */
#ifndef MOONWIRE_CONTROL_EVENTS_H
#define MOONWIRE_CONTROL_EVENTS_H

#include <stddef.h>

#include "invoke.h"
#include "loop.h"

struct control_event;

struct control_events {
  struct loop *loop;
  /* Runs a function: takes `in` over and calls in->done later, from the loop. */
  void (*invoke)(void *ctx, size_t function, struct invoke *in);
  void *ctx;
  struct control_event *list;
};

/* Takes the invocation over, ids and event included, and runs it up to 1 + retries times. False when memory is short: it is
 * still the caller's then. */
bool control_events_add(struct control_events *events, size_t function, int retries, struct invoke *in);

/* Forgets those that wait for their next attempt. None may be under way. Safe on zeroed events. */
void control_events_free(struct control_events *events);

#endif
