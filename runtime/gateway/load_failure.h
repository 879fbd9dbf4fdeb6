/* load_failure.h -- tells of code or settings that cannot be loaded, with the line that is to blame. */
#ifndef MOONWIRE_LOAD_FAILURE_H
#define MOONWIRE_LOAD_FAILURE_H

#include "excerpt.h"
#include "view.h"

/* Shows the refusal, whose place and line are filled in here: they are looked for in the message of its report, then in the
 * stack. `root` has the files, a copy perhaps of `directory`, the service's folder. *excerpt is what was found. */
void load_failure_tell(struct view *view, const char *root, struct str directory, struct view_refusal refusal,
                       struct excerpt *excerpt);

/* The first line of a report's message. */
void load_failure_message(struct str report, char message[ERR_LEN]);

#endif
