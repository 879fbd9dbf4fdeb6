/* failure.h -- what is reported when a handler fails: from a Lua error, or from `nil, message, code`.
 * The body is AWS's: errorMessage, errorType, stackTrace (array of strings). The type for the platform's records is
 * "Function.X" for what user code did and "Runtime.X" for what the runtime found; X has letters only, because the
 * platform drops anything else.
 */
#ifndef MOONWIRE_FAILURE_H
#define MOONWIRE_FAILURE_H

#include <stdbool.h>

#include <lua.h>

#include "buf.h"
#include "frames.h"
#include "log.h"

enum { FAILURE_TYPE_LEN = 80 };

struct failure {
  struct buf body;             /* JSON; owned */
  struct buf message;          /* errorMessage as bytes; owned */
  struct buf cause;            /* the same for X-Ray (xray_cause.h); owned */
  size_t details;              /* where in body the members behind errorMessage begin */
  char type[FAILURE_TYPE_LEN]; /* "Function.Error" */
};

void failure_init(struct failure *f);
void failure_free(struct failure *f);

/* From the error value on top of L, which stays, and the frames of co, where it was raised. A string loses its "file:line:"
 * prefix, which goes to the top of the stackTrace; a table gives `type` and `message`; Lua's lack of memory becomes
 * Runtime.OutOfMemory. May call __tostring and raise when memory is short: L is a state whose call is protected, and not
 * co, which is dead. */
void failure_from_error(struct failure *f, lua_State *L, lua_State *co);

/* From what a handler returned: the value at index `message`, and a code (a string) or nothing at index `code`. */
void failure_from_values(struct failure *f, lua_State *L, int message, int code);

/* From a failure that the runtime found itself: type "Runtime.X", or "Function.X". stack is where, or NULL. Lua is not
 * asked. */
void failure_from_runtime(struct failure *f, const char *type, struct str message, const struct stack *stack);

/* Writes one ERROR record. */
void failure_log(const struct failure *f, const struct log_context *context);

#endif
