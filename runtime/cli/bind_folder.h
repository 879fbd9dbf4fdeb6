/* bind_folder.h -- moonwire.core.folder, for subcommands in Lua: what lies in a folder, and new ones.
 *   list(path, sized) -> { { name =, is_folder = } ... } | nil, message   in no order, without . and ..; a link to a folder is none
 *     with `sized` each plain file also has size =, in bytes
 *   make(path) -> true | nil, message   with those above it; true, too, when it is there already
 *   real(path) -> path | nil, message               without links
 *   size(path) -> bytes | nil                       of a plain file, linked or not; nil for everything else, which is not opened
 *   beside(path) -> path | nil, message             of a new, empty file in the same folder, to be renamed; nothing is replaced
 */
#ifndef MOONWIRE_BIND_FOLDER_H
#define MOONWIRE_BIND_FOLDER_H

#include <lua.h>

/* Makes it loadable with `require`. Leaves nothing on the stack. */
void bind_folder(lua_State *L);

#endif
