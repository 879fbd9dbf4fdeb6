/* bind_plain.h -- moonwire.core.plain for subcommands: a function that makes text of strangers fit for a terminal, as view_plain.h
 * says. Line feeds are control characters, too: it takes one line.
 */
#ifndef MOONWIRE_BIND_PLAIN_H
#define MOONWIRE_BIND_PLAIN_H

#include <lua.h>

/* For `require`. */
void bind_plain(lua_State *L);

#endif
