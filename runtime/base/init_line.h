/* init_line.h -- the one record that a process writes when it is ready to serve. */
#ifndef MOONWIRE_INIT_LINE_H
#define MOONWIRE_INIT_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "str.h"

/* INFO "moonwire 0.1.0: handlers/echo.default is ready", with the same facts as fields: version, handler, initMs (how long
 * the Lua files took to load) and, when there are several, slots. */
void init_line_write(struct str handler, int64_t init_ns, size_t slots);

#endif
