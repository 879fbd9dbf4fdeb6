/* bind_process.h -- moonwire.core.process, for subcommands in Lua: this program once more, as a child.
 *   start(list) -> child | nil, message   its arguments are the list; it inherits the environment and the directory
 *   child:line() -> text, is_error | nil, status   waits for the next line that it writes; nil when it has ended
 *   child:signal(number)
 *   version: "0.1.0"
 *   own_file(name) -> path | nil, message   of a file that belongs to this program (own_file.h)
 * What a child writes and nobody reads is kept up to a limit, then dropped: a child never waits for its reader. It is killed with its parent.
 */
#ifndef MOONWIRE_BIND_PROCESS_H
#define MOONWIRE_BIND_PROCESS_H

#include <lua.h>

/* Makes it loadable with `require`. Leaves nothing on the stack. */
void bind_process(lua_State *L);

#endif
