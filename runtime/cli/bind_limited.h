/* bind_limited.h -- moonwire.core.limited, for code that is not ours: calls that may last so long and no longer, each group of them
 * in a scope of its own, as invocations have; and how much memory there is.
 *   open() -> limited
 *   memory(mb): limits what Lua may allocate, as a function of that many MB is limited (memory.h)
 *   now() -> milliseconds of a clock that only goes forward
 *   limited:call(ms, fn) -> true | false, "time", frames | false, "failed", message
 *     waits until fn has ended; ms 0: as long as it takes. When the time is over, whether fn waits or runs on, everything that
 *     was started in the scope is cancelled; frames says where it was, innermost first: { path =, line =, label = }.
 *   limited:tasks() -> how many tasks are there besides the one that call() has made
 *   limited:close()    cancels what is left; no further call
 */
#ifndef MOONWIRE_BIND_LIMITED_H
#define MOONWIRE_BIND_LIMITED_H

#include <lua.h>

/* Makes it loadable with `require`. Leaves nothing on the stack. */
void bind_limited(lua_State *L);

#endif
