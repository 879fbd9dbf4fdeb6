/* bind_trial.h -- moonwire.core.trial, for specs: one invocation in this process, as bootstrap serves it (script/serving.h),
 * without a Runtime API.
 *   new { event =, request_id =, arn =, trace_id =, deadline_ms =, time_ms = } -> trial
 *       time_ms: how long its code may take, of the clock on the wall; all but event may be nil
 *   trial:run(fn, ...) -> reply, advice | nil, report, type   runs it as the handler's task; waits. What it returns becomes the
 *       reply (result.h), JSON; a failure becomes Lambda's report of it, JSON, and its type
 *   trial:left() -> number        how many tasks it had left behind, which were cancelled
 *   trial:defer(fn) -> true | nil, report, type   runs fn with the list of what was given to context:defer, if anything was
 *   trial:close()
 */
#ifndef MOONWIRE_BIND_TRIAL_H
#define MOONWIRE_BIND_TRIAL_H

#include <lua.h>

/* Makes it loadable with `require`. Leaves nothing on the stack. */
void bind_trial(lua_State *L);

#endif
