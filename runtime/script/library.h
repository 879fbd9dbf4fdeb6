/* library.h -- the Lua library (lua/moonwire), linked in as bytecode; the tables are made by tools/embed.lua.
 */
#ifndef MOONWIRE_LIBRARY_H
#define MOONWIRE_LIBRARY_H

#include "vm.h"

/* What handlers can require; both programs have it. Ended by an entry without a name. */
extern const struct vm_module library_modules[];

/* What only the command-line tool has besides: the spec runner and the like. Ended in the same way. */
extern const struct vm_module library_dev_modules[];

#endif
