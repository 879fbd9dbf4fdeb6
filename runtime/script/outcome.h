/* outcome.h -- how a task ended, as a reply or as a failure. Lua values are read in protected calls, on the main state: the
 * coroutine of a task that ended has nobody who would catch an error there. What is raised in between (a lack of memory, a
 * finalizer) becomes the failure.
 */
#ifndef MOONWIRE_OUTCOME_H
#define MOONWIRE_OUTCOME_H

#include <stdbool.h>

#include <lua.h>

#include "buf.h"
#include "failure.h"

struct scope;
struct vm;

/* Reads the end of a handler, as task_done got it. True: *reply has the JSON to post, and *advice is NULL or a sentence for
 * the log (result.h). False: *failure, which was initialised, is filled. Takes what is on co. The time of the scope
 * counts on: what the user's __tostring does too long is stopped. */
bool outcome_read(struct scope *scope, lua_State *co, bool ok, struct buf *reply, const char **advice,
                  struct failure *failure);

/* Fills *failure from a task that ended with an error. */
void outcome_read_error(struct scope *scope, lua_State *co, struct failure *failure);

/* Fills *failure for a scope whose time is over, margin_ms before its deadline: says where its code was. Cancels its tasks. */
void outcome_read_late(struct scope *scope, int64_t margin_ms, struct failure *failure);

/* Fills *failure from a protected call (lua_cpcall) that failed: its error is on top of the main state, and popped. */
void outcome_read_protected(struct vm *vm, struct failure *failure);

#endif
