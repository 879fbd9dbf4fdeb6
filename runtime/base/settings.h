/* settings.h -- the variables MOONWIRE_*: here is the one list of them, docs/settings.md says what each does.
 * `make check` sees to it that both have the same names, and that nobody reads another one.
 */
#ifndef MOONWIRE_SETTINGS_H
#define MOONWIRE_SETTINGS_H

#include <stdbool.h>

/* Warns about each variable MOONWIRE_* of the environment that is none of ours, with the name that it was probably meant to
 * be, and about each that holds none of the values it may have (it counts as not set then). Once, after log_setup. */
void settings_check(void);

/* Whether the variable holds this value, in any letter case. */
bool settings_is(const char *name, const char *value);

#endif
