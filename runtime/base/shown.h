/* shown.h -- a piece of somebody's text as a message may quote it: short, and without characters that steer a terminal. */
#ifndef MOONWIRE_SHOWN_H
#define MOONWIRE_SHOWN_H

#include "str.h"

enum { SHOWN_LEN = 80 }; /* bytes, the final NUL included */

struct shown {
  char text[SHOWN_LEN];
};

/* Control characters (C0, DEL, and C1 as UTF-8) become "?"; a text that is too long ends in "...". Whole characters only. */
struct shown shown_of(struct str text);

#endif
