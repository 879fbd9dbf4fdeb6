/* bind_folder.h -- moonwire.core.folder, for subcommands in Lua: what lies in a folder, and new ones.
 *   list(path, sized) -> { { name =, is_folder = } ... } | nil, message   in no order, without . and ..; a link to a folder is none
 *     with `sized` each plain file also has size =, in bytes
 *   make(path) -> true | nil, message   with those above it; true, too, when it is there already
 */
#ifndef MOONWIRE_BIND_FOLDER_H
#define MOONWIRE_BIND_FOLDER_H

#include <lua.h>

/* Makes it loadable with `require`. Leaves nothing on the stack. */
void bind_folder(lua_State *L);

#endif
