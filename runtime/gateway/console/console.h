/* console.h -- what the control port keeps for the console, a page in a browser: who may ask, and which run this is. */
#ifndef MOONWIRE_CONSOLE_H
#define MOONWIRE_CONSOLE_H

#include <stdbool.h>

#include "console_token.h"
#include "encoding.h"
#include "err.h"

struct console {
  char run[UUID_LEN]; /* another one each time that moonwire dev starts */
  struct console_token token;
};

/* False, with a sentence, when there is no randomness. */
bool console_init(struct console *console, char err[ERR_LEN]);

/* Safe on a zeroed one. */
void console_free(struct console *console);

#endif
