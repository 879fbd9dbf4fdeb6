/* bind_zip.h -- moonwire.core.zip, for subcommands in Lua: writes an archive that Lambda takes, and reads those of others.
 *   create(path) -> writer | nil, message
 *   writer:add(name, bytes, mode) -> true | nil, message      mode: 420 (0644) ...; compressed
 *   writer:copy(archive, name) -> true | nil, message         an entry of another archive as it is, with its mode
 *   writer:close() -> true | nil, message                     without it the file is no archive
 *   open(path) -> reader | nil, message
 *   reader:entries() -> { { name =, size =, mode = } ... }, whole
 *     size: unpacked, as the archive says; mode: when it was made on Unix; whole: all of them could be read
 *   reader:read(name, most) -> bytes | nothing                when it is not there, damaged, or has more than `most` bytes
 * The same entries make the same bytes: each has the date 1980-01-01, the first one that zips know.
 */
#ifndef MOONWIRE_BIND_ZIP_H
#define MOONWIRE_BIND_ZIP_H

#include <lua.h>

/* Makes it loadable with `require`. Leaves nothing on the stack. */
void bind_zip(lua_State *L);

#endif
