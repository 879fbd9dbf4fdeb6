/* handler.h -- the Lua function that serves the invocations of all slots.
 * Loads what _HANDLER names, then is the slot_handler of every slot: one scope and one task per invocation.
 */
#ifndef MOONWIRE_HANDLER_H
#define MOONWIRE_HANDLER_H

#include <stdbool.h>

#include "failure.h"
#include "scope.h"
#include "serving.h"
#include "slot.h"
#include "str.h"
#include "vm.h"

/* The end of loading; failure is NULL when the handler is ready. Called once, from the loop. */
typedef void (*handler_loaded)(void *ctx, const struct failure *failure);

struct handler {
  struct vm *vm;            /* borrowed */
  struct slot_handler slot; /* for slot_init; the caller sets slot.broken */
  struct scope loading;     /* the scope of the module code that runs at the start */
  struct serving_setup serving;
  bool exports_trace; /* _X_AMZN_TRACE_ID follows the invocation: set by the caller, with one slot only */
  handler_loaded loaded;
  void *ctx;
};

/* Starts to load the handler; `loaded` follows from the loop. name is the value of _HANDLER, root the task root, ending
 * in "/", or "". False, with err, when the library itself cannot be loaded. */
bool handler_load(struct handler *h, struct vm *vm, struct str name, struct str root, handler_loaded loaded, void *ctx,
                  char err[ERR_LEN]);

/* After the slots were freed. Safe on a zeroed handler. */
void handler_free(struct handler *h);

#endif
