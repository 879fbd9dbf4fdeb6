/* serving.h -- one invocation while the Lua handler serves it: from its event to the next poll of its slot.
 * Runs the handler as a task, posts its result or its failure, then runs the functions given to context:defer. Ends the
 * handler when its time is over. Lua values are read in protected calls only: a lack of memory fails one invocation.
 */
#ifndef MOONWIRE_SERVING_H
#define MOONWIRE_SERVING_H

#include <stdbool.h>

#include "slot.h"
#include "vm.h"

/* What all invocations have in common. */
struct serving_setup {
  struct vm *vm;      /* borrowed */
  int handler_ref;    /* registry: the user's function */
  int handle_ref;     /* registry: invoke.handle */
  int deferred_ref;   /* registry: invoke.run_deferred */
  bool warm;          /* an invocation was served */
  bool clocks_agree;  /* a deadline was still to come when its event came */
  bool clocks_differ; /* a deadline had passed before its event came: said once */
};

/* slot->invocation holds an event; setup is borrowed until the slot goes on with slot_next. */
void serving_start(struct serving_setup *setup, struct slot *slot);

/* The answer was taken, or refused. */
void serving_answered(struct slot *slot, bool accepted);

/* The slot closes. */
void serving_cancel(struct slot *slot);

#endif
