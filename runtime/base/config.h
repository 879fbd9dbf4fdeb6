/* config.h -- settings that come from the environment.
 * The only file that touches the environment. A variable that is set to nothing counts as not set, everywhere.
 */
#ifndef MOONWIRE_CONFIG_H
#define MOONWIRE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "str.h"

/* The value of a variable; empty when it is unset or empty. Borrowed from the environment: stays good until the process
 * changes that variable. */
struct str config_get(const char *name);

/* Calls `visit` with the name of each variable that begins with the prefix; borrowed for the call. */
void config_each(struct str prefix, void (*visit)(void *ctx, struct str name), void *ctx);

/* Sets a variable for Lua code and children, or unsets it when the value is empty (or has a NUL). The name is kept: a
 * literal. The value is copied; what config_get returned for it before is no longer valid. */
void config_set(const char *name, struct str value);

/* Reads a variable as a whole decimal number from min to max into *number, which keeps its value when the variable is
 * unset. False, with a sentence that names the variable, when it holds anything else; min is at least 0. */
bool config_int(const char *name, int64_t min, int64_t max, int64_t *number, char err[ERR_LEN]);

#endif
