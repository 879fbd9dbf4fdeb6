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
  size_t bytes; /* what all of them weigh */
};

enum { CONTROL_EVENTS_MAX = 64 * 1024 * 1024 /* bytes of accepted events, of all functions, until they are over */ };

/* Whether it may be added: there is room for it besides those that are not over. */
bool control_events_have_room(const struct control_events *events, const struct invoke *in);

/* Takes the invocation over, ids and event included, and runs it up to 1 + retries times. False when memory is short: it is
 * still the caller's then. */
bool control_events_add(struct control_events *events, size_t function, int retries, struct invoke *in);

/* Forgets those that wait for their next attempt. None may be under way. Safe on zeroed events. */
void control_events_free(struct control_events *events);

#endif
