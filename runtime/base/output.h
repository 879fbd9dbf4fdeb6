/* output.h -- bytes to a descriptor, all of them. */
#ifndef MOONWIRE_OUTPUT_H
#define MOONWIRE_OUTPUT_H

#include <stdbool.h>

#include "str.h"

/* Waits as long as the other end makes it wait. False, with errno, when it takes no more. Safe in a signal handler. */
bool output_write(int fd, struct str bytes);

/* Whether fd takes bytes within that time. Safe in a signal handler. */
bool output_is_ready(int fd, int timeout_ms);

#endif
